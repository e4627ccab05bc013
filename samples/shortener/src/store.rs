//! The links, in memory, each with the time at which it expires.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, RwLock};
use tokio::time::{Instant, sleep};

#[derive(Default)]
pub struct Store {
    links: RwLock<HashMap<String, Link>>,
    next: AtomicU64,
    /// Told of every change.
    pub changed: Notify,
}

struct Link {
    url: String,
    expires: Option<Instant>,
    hits: u64,
}

impl Store {
    pub async fn put(self: Arc<Self>, url: String, ttl: Option<Duration>) -> String {
        let code = format!("{:04x}", 0x2a17 ^ self.next.fetch_add(1, Ordering::Relaxed).wrapping_mul(7919) & 0xffff);
        let link = Link { url, expires: ttl.map(|ttl| Instant::now() + ttl), hits: 0 };
        self.links.write().await.insert(code.clone(), link);
        self.changed.notify_waiters();
        code
    }

    /// Finds a link, and tells `on_hit` of it.
    pub async fn get<F, Fut>(&self, code: &str, on_hit: F) -> Option<String>
    where
        F: FnOnce(String) -> Fut,
        Fut: Future<Output = ()>,
    {
        let links = self.links.read().await;
        let link = links.get(code).filter(|link| link.expires.is_none_or(|expires| expires > Instant::now()))?;
        let url = link.url.clone();
        drop(links);
        #[cfg(feature = "compile-time-faults")]
        on_hit(url.clone()); // FAULT 2: unawaited_future, the callback's future is ignored
        #[cfg(not(feature = "compile-time-faults"))]
        on_hit(url.clone()).await;
        Some(url)
    }

    pub async fn touch(&self, code: &str) {
        if let Some(link) = self.links.write().await.get_mut(code) {
            link.hits += 1;
        }
    }

    /// Removes a link after a while; a link that is gone by then is no error.
    pub async fn expire(self: Arc<Self>, code: String, after: Duration) {
        sleep(after).await;
        self.links.write().await.remove(&code);
        self.changed.notify_waiters();
    }

    /// Removes all links that have expired; says how many.
    pub async fn sweep(&self) -> usize {
        let mut links = self.links.write().await;
        let (before, now) = (links.len(), Instant::now());
        links.retain(|_, link| link.expires.is_none_or(|expires| expires > now));
        before - links.len()
    }

    /// The number of links, and how often they were asked for.
    pub async fn stats(&self) -> (usize, u64) {
        let links = self.links.read().await;
        (links.len(), links.values().map(|link| link.hits).sum())
    }
}
