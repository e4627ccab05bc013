//! Guards in generic methods, trait methods and modules.

use checked_async::checked_async;
use tokio::sync::{Mutex, MutexGuard};

trait Source {
    async fn next(&self) -> u32;
}

struct Buffer<S, T> {
    source: S,
    items: Mutex<Vec<T>>,
}

#[checked_async(warn(async_guard_across_await))]
impl<S: Source, T: From<u32>> Buffer<S, T> {
    async fn fill(&self) {
        let mut items: MutexGuard<'_, Vec<T>> = self.items.lock().await; //~ warning async_guard_across_await: self.items.lock().await
        items.push(self.source.next().await.into());
    }
}

#[checked_async(warn(async_guard_across_await))]
impl<S: Source> Source for Buffer<S, u32> {
    async fn next(&self) -> u32 {
        let items = self.items.lock().await; //~ warning async_guard_across_await: self.items.lock().await
        match items.last() {
            Some(item) => *item,
            None => self.source.next().await,
        }
    }
}

#[checked_async(warn(async_guard_across_await))]
mod cache {
    use tokio::sync::RwLock as Lock;

    pub async fn refresh(pages: &Lock<Vec<String>>) {
        let mut pages = pages.write().await; //~ warning async_guard_across_await: pages.write().await
        tokio::task::yield_now().await;
        pages.clear();
    }
}
