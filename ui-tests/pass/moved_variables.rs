//! Statements that move a variable which borrows another: afterwards that one may be moved, as without the attribute.

#![deny(warnings)]

use checked_async::checked_async;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

struct Semaphore;

/// Borrows the semaphore until it is dropped.
struct Acquire<'a>(&'a Semaphore);

impl Drop for Acquire<'_> {
    fn drop(&mut self) {}
}

impl Future for Acquire<'_> {
    type Output = Result<(), String>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let Semaphore = self.0;
        Poll::Ready(Ok(()))
    }
}

impl Semaphore {
    fn acquire(&self, _: u32) -> Acquire<'_> {
        Acquire(self)
    }
}

fn traced<F: Future>(make: impl FnOnce() -> F, _: &str) -> F {
    make()
}

fn release(_: Acquire<'_>) {}

fn count(_: Acquire<'_>) -> u32 {
    1
}

struct Owner {
    semaphore: Semaphore,
}

#[checked_async]
impl Owner {
    async fn configured(self: Arc<Self>) -> Result<Arc<Self>, String> {
        #[cfg(any())]
        let inner = traced(|| self.semaphore.acquire(1), "acquire");
        #[cfg(not(any()))]
        let inner = self.semaphore.acquire(1);

        inner.await?;
        Ok(self)
    }

    async fn configured_otherwise(self: Arc<Self>) -> Result<Arc<Self>, String> {
        #[cfg(not(any()))]
        let inner = traced(|| self.semaphore.acquire(1), "acquire");
        #[cfg(any())]
        let inner = self.semaphore.acquire(1);

        inner.await?;
        Ok(self)
    }

    async fn awaited(self: Arc<Self>) -> Result<Arc<Self>, String> {
        let inner = self.semaphore.acquire(1);
        inner.await?;
        Ok(self)
    }

    async fn passed(self: Arc<Self>) -> Arc<Self> {
        let inner = self.semaphore.acquire(1);
        std::future::ready(()).await;
        release(inner);
        let other = self.semaphore.acquire(1);
        count(other);
        self
    }

    async fn in_a_loop(self: Arc<Self>) -> Result<Vec<Arc<Self>>, String> {
        let mut all = Vec::new();
        loop {
            let owner = self.clone();
            let inner = owner.semaphore.acquire(1);
            inner.await?;
            all.push(owner);
            if all.len() == 3 {
                return Ok(all);
            }
        }
    }
}

fn main() {
    let owner = Arc::new(Owner { semaphore: Semaphore });
    drop((owner.clone().configured(), owner.clone().configured_otherwise(), owner.clone().awaited()));
    drop((owner.clone().passed(), owner.in_a_loop()));
}
