//! Endless loops that leave when a flag is set.

use checked_async::checked_async;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;
use tokio::time::sleep;

#[checked_async]
async fn break_first(ready: &AtomicBool) {
    loop {
        if ready.load(Ordering::Acquire) { //~ warning busy_wait: ready.load(Ordering::Acquire)
            break;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

#[checked_async]
async fn break_last(ready: &AtomicBool) {
    loop {
        sleep(Duration::from_millis(10)).await;
        if ready.load(Ordering::Acquire) { //~ warning busy_wait: ready.load(Ordering::Acquire)
            break;
        }
    }
}

#[checked_async]
async fn return_value(phase: &AtomicU8) -> &'static str {
    loop {
        if phase.load(Ordering::Acquire) == 3 { //~ warning busy_wait: phase.load(Ordering::Acquire) == 3
            return "third phase";
        }
        tokio::task::yield_now().await;
    }
}

#[checked_async]
async fn break_outer(rounds: &[Mutex<Vec<u8>>]) -> usize {
    let mut seen = 0;
    for round in rounds {
        'wait: loop {
            if !round.lock().unwrap().is_empty() { //~ warning busy_wait: !round.lock().unwrap().is_empty()
                break 'wait;
            }
            println!("waiting for the round");
            sleep(Duration::from_millis(1)).await;
        }
        seen += round.lock().unwrap().len();
    }
    seen
}
