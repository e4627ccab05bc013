//! Yielding instead of sleeping, and the sleeps of other runtimes.

use checked_async::checked_async;
use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

struct Sequence {
    next: AtomicU64,
    closed: AtomicBool,
}

#[checked_async]
async fn my_turn(sequence: &Sequence, number: u64) {
    while sequence.next.load(Ordering::Acquire) < number { //~ warning busy_wait: sequence.next.load(Ordering::Acquire) < number
        tokio::task::yield_now().await;
    }
}

#[checked_async]
async fn my_turn_on_smol(sequence: &Sequence, number: u64) -> bool {
    match number {
        0 => true,
        number => {
            while sequence.next.load(Ordering::Acquire) != number { //~ warning busy_wait: sequence.next.load(Ordering::Acquire) != number
                smol::future::yield_now().await;
            }
            while !sequence.closed.load(Ordering::Acquire) { //~ warning busy_wait: !sequence.closed.load(Ordering::Acquire)
                smol::Timer::after(Duration::from_millis(1)).await;
            }
            false
        }
    }
}

#[checked_async]
async fn my_turn_on_async_std(sequence: &Sequence, number: u64) {
    use async_std::task;
    while sequence.next.load(Ordering::Acquire) != number { //~ warning busy_wait: sequence.next.load(Ordering::Acquire) != number
        task::yield_now().await;
    }
    while !sequence.closed.load(Ordering::Acquire) { //~ warning busy_wait: !sequence.closed.load(Ordering::Acquire)
        task::sleep(Duration::from_millis(1)).await;
    }
}

#[checked_async]
async fn on_one_thread(done: &Cell<bool>) {
    while !done.get() { //~ warning busy_wait: !done.get()
        tokio::task::yield_now().await;
    }
}
