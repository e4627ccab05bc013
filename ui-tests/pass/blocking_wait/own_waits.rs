//! Types of one's own that are called as std's are, and parking_lot's and tracing's that are not meant.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::atomic::{AtomicU32, Ordering};

/// Counts arrivals; nobody waits here.
#[derive(Default)]
struct Barrier(AtomicU32);
impl Barrier {
    fn wait(&self) -> u32 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// What is left to do, and the future that says so.
struct Condvar;
impl Condvar {
    async fn wait(&self) -> bool {
        true
    }
    async fn wait_while(&self, mut condition: impl FnMut() -> bool) {
        while condition() {
            tokio::task::yield_now().await;
        }
    }
}

mod mpsc {
    pub struct Receiver<T>(pub Option<T>);
    impl<T> Receiver<T> {
        pub fn recv(&mut self) -> Result<T, ()> {
            self.0.take().ok_or(())
        }
        pub fn iter(&self) -> impl Iterator<Item = &T> {
            self.0.iter()
        }
    }
}

struct Thread<T>(T);
impl<T: Clone> Thread<T> {
    fn join(&self) -> Result<T, std::fmt::Error> {
        Ok(self.0.clone())
    }
}

#[checked_async]
async fn use_all(receiver: &mut mpsc::Receiver<u32>, thread: Thread<u32>) -> Result<u32, ()> {
    let barrier = Barrier::default();
    let mut left = barrier.wait() + receiver.iter().count() as u32;
    Condvar.wait_while(|| { left = left.saturating_sub(1); left > 0 }).await;
    if Condvar.wait().await {
        tracing::info!(left, "recv() and join()");
        return receiver.recv();
    }
    let mutex = parking_lot::Mutex::new(thread.join().unwrap_or(0));
    let value = *mutex.lock();
    Ok(value + barrier.wait())
}
