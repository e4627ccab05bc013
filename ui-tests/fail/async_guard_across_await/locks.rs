//! Every kind of async lock: tokio's, futures', smol's and async-std's; exclusive, shared and owned.

use checked_async::checked_async;
use std::sync::Arc;
use tokio::sync::{Mutex, RwLock};

struct Index {
    words: RwLock<Vec<String>>,
    sizes: Arc<Mutex<Vec<usize>>>,
    links: futures::lock::Mutex<Vec<String>>,
    names: smol::lock::RwLock<Vec<String>>,
    hosts: async_std::sync::Mutex<Vec<String>>,
}

async fn download(url: &str) -> String {
    url.to_lowercase()
}

#[checked_async(warn(async_guard_across_await))]
impl Index {
    async fn words(&self) -> usize {
        let words = self.words.read().await; //~ warning async_guard_across_await: self.words.read().await
        download("words").await.len() + words.len()
    }
    async fn add_word(&self) {
        let mut words = self.words.write().await; //~ warning async_guard_across_await: self.words.write().await
        let word = download("word").await;
        words.push(word);
    }
    async fn add_size(&self) {
        let mut sizes = self.sizes.clone().lock_owned().await; //~ warning async_guard_across_await: self.sizes.clone().lock_owned().await
        sizes.push(1);
        download("size").await;
    }
    async fn add_link(&self) {
        let mut links = self.links.lock().await; //~ warning async_guard_across_await: self.links.lock().await
        links.clear();
        download("link").await;
    }
    async fn names(&self) -> bool {
        let names = self.names.read().await; //~ warning async_guard_across_await: self.names.read().await
        download("name").await;
        names.is_empty()
    }
    async fn hosts(&self) {
        let _hosts = self.hosts.lock().await; //~ warning async_guard_across_await: self.hosts.lock().await
        download("host").await;
    }
}
