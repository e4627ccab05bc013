//! Services: methods, traits with default bodies, modules, and functions that hand out a handle.

use checked_async::checked_async;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

type Outcome = Result<u64, Arc<str>>;

struct Indexer {
    runtime: Handle,
}

async fn index(document: u64) -> Outcome {
    document.checked_sub(1).ok_or_else(|| "no document".into())
}

fn start(document: u64) -> JoinHandle<Outcome> {
    tokio::spawn(index(document))
}

#[checked_async]
impl Indexer {
    async fn submit(&self, document: u64) {
        self.runtime.spawn(index(document)); //~ warning detached_task: self.runtime.spawn(index(document))
    }

    async fn submit_all(self: Arc<Self>, documents: &[u64]) -> usize {
        for &document in documents {
            let this = Arc::clone(&self);
            tokio::spawn(async move { this.reindex(document).await }); //~ warning detached_task: tokio::spawn(async move { this.reindex(document).await })
        }
        documents.len()
    }

    async fn reindex(&self, document: u64) -> Outcome {
        index(document).await?;
        index(document + 1).await
    }
}

#[checked_async]
trait Service {
    async fn notify(&self, document: u64) {
        let _ = tokio::spawn(index(document)); //~ warning detached_task: tokio::spawn(index(document))
    }
}

#[checked_async]
mod background {
    pub async fn warm_up() {
        super::start(1); //~ missed detached_task: super::start(1)
        tokio::spawn(super::index(2)); //~ warning detached_task: tokio::spawn(super::index(2))
    }
}
