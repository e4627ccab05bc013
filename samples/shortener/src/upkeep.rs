//! What runs beside the server: the removal of expired links, and the import of many links at once.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{interval, sleep};

use crate::audit::Audit;
use crate::store::Store;

/// Sweeps the store and flushes the log now and then, until it is told to stop.
pub async fn run(store: Arc<Store>, audit: Arc<Audit>, mut stop: watch::Receiver<bool>) {
    let mut sweep = interval(Duration::from_millis(50));
    let mut flush = interval(Duration::from_millis(80));
    loop {
        tokio::select! {
            _ = sweep.tick() => {
                #[cfg(feature = "compile-time-faults")]
                store.sweep(); // FAULT 8: unawaited_future, expired links stay
                #[cfg(not(feature = "compile-time-faults"))]
                store.sweep().await;
            }
            _ = flush.tick() => audit.flush().await,
            _ = stop.changed() => break,
        }
    }
    #[cfg(feature = "compile-time-faults")]
    let last = tokio::spawn(async move { audit.record("stopped".into()) }); // FAULT 9: future_of_future, not run
    #[cfg(not(feature = "compile-time-faults"))]
    let last = tokio::spawn(async move { audit.record("stopped".into()).await });
    #[cfg(feature = "compile-time-faults")]
    let _ = last.await; // FAULT 10: unawaited_in_container, a future came out
    #[cfg(not(feature = "compile-time-faults"))]
    let _ = last.await;
}

/// Waits for the first change of the store, at most five turns; says whether there was one.
pub async fn watch_first_change(store: Arc<Store>) -> bool {
    let change = next_change(&store); // FAULT 13: polled_after_completion, by the turn after the change
    tokio::pin!(change);
    let mut changes = 0;
    for _ in 0..5 {
        tokio::select! {
            () = &mut change => changes += 1,
            () = sleep(Duration::from_millis(40)) => {}
        }
    }
    changes > 0
}

async fn next_change(store: &Store) {
    store.changed.notified().await;
}

/// Collects links, to store them together.
pub struct Import {
    store: Arc<Store>,
    pending: Vec<Pin<Box<dyn Future<Output = String> + Send>>>,
}

impl Import {
    pub fn new(store: Arc<Store>) -> Import {
        Import { store, pending: Vec::new() }
    }

    pub fn add(&mut self, url: &str) {
        let put = Arc::clone(&self.store).put(url.to_owned(), None); // FAULT 12: never_awaited without `finish`
        self.pending.push(Box::pin(put));
    }

    pub async fn finish(self) -> Vec<String> {
        futures::future::join_all(self.pending).await
    }
}
