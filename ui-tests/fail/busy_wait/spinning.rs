//! Spins: the thread itself waits, and with it every other task on it.

use checked_async::checked_async;
use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

struct Barrier {
    arrived: AtomicUsize,
    open: Arc<AtomicBool>,
}

#[checked_async]
impl Barrier {
    async fn wait(&self, parties: usize) {
        self.arrived.fetch_add(1, Ordering::AcqRel);
        while self.arrived.load(Ordering::Acquire) < parties {} //~ warning busy_wait: self.arrived.load(Ordering::Acquire) < parties
        while !self.open.load(Ordering::Acquire) { //~ warning busy_wait: !self.open.load(Ordering::Acquire)
            hint::spin_loop();
        }
    }
}

#[checked_async]
async fn in_a_task(open: Arc<AtomicBool>) -> bool {
    let waiter = tokio::spawn({
        let open = Arc::clone(&open);
        async move {
            while !open.load(Ordering::Relaxed) { //~ warning busy_wait: !open.load(Ordering::Relaxed)
                std::hint::spin_loop();
            }
        }
    });
    waiter.await.is_ok()
}

#[checked_async]
async fn in_a_loop(open: &AtomicBool) {
    loop {
        if open.load(Ordering::Acquire) { //~ warning busy_wait: open.load(Ordering::Acquire)
            break;
        }
        core::hint::spin_loop();
    }
}
