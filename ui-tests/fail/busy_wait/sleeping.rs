//! A server that waits for its parts by sleeping between two looks at an atomic.

use checked_async::checked_async;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::*};
use std::time::Duration;
use tokio::time::{self, sleep};

struct Server {
    started: AtomicBool,
    connections: Arc<AtomicUsize>,
}

#[checked_async]
impl Server {
    async fn started(&self) {
        while !self.started.load(Acquire) { //~ warning busy_wait: !self.started.load(Acquire)
            sleep(Duration::from_millis(50)).await;
        }
    }

    async fn drain(&self, limit: usize) -> usize {
        let before = self.connections.load(Relaxed);
        if before > limit {
            while self.connections.load(SeqCst) > limit { //~ warning busy_wait: self.connections.load(SeqCst) > limit
                tracing::debug!("still {} connections", self.connections.load(Relaxed));
                time::sleep(Duration::from_secs(1)).await;
            }
        }
        before
    }

    async fn stop(self: Arc<Self>) {
        let period = Duration::from_millis(10);
        while self.started.load(Relaxed) && self.connections.load(Relaxed) != 0 { //~ warning busy_wait: self.started.load(Relaxed) && self.connections.load(Relaxed) != 0
            println!("waiting");
            sleep(period).await;
        }
    }
}

static READY: AtomicBool = AtomicBool::new(false);

#[checked_async]
async fn until_ready() -> &'static str {
    while !READY.load(Acquire) { //~ warning busy_wait: !READY.load(Acquire)
        // Nothing to do but to look again.
        tokio::time::sleep(tokio::time::Duration::from_millis(1)).await;
    }
    "ready"
}
