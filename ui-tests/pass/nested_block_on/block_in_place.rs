//! The runtime told that its thread will block.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc};
use tokio::task;

trait Store {
    /// Not async: the trait is older than the code that implements it.
    fn get(&self, key: &str) -> Option<String>;
}

#[derive(Clone)]
struct Remote {
    cache: Arc<Mutex<Vec<String>>>,
}

impl Remote {
    async fn fetch(&self, key: &str) -> Option<String> {
        self.cache.lock().await.iter().find(|entry| entry.starts_with(key)).cloned()
    }
}

#[checked_async]
impl Store for Remote {
    fn get(&self, key: &str) -> Option<String> {
        task::block_in_place(|| Handle::current().block_on(self.fetch(key)))
    }
}

#[checked_async]
async fn use_both(remote: &Remote, mut keys: mpsc::Receiver<String>) -> Option<String> {
    let key = tokio::task::block_in_place(|| keys.blocking_recv())?;
    let found = task::block_in_place(move || {
        let handle = Handle::current();
        let first = handle.block_on(async { remote.fetch(&key).await });
        first.or_else(|| handle.block_on(remote.fetch("default")))
    });
    found.or_else(|| remote.get("none"))
}
