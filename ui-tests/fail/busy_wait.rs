//! A loop that asks again and again whether a flag is set, next to one that is told.

use checked_async::checked_async;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, watch};

#[checked_async]
async fn bad(ready: &AtomicBool) {
    while !ready.load(Ordering::Acquire) { //~ warning busy_wait: !ready.load(Ordering::Acquire)
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[checked_async]
async fn good(ready: &Notify) {
    ready.notified().await;
}

#[checked_async]
async fn good_with_a_value(mut ready: watch::Receiver<bool>) {
    let _ = ready.wait_for(|ready| *ready).await;
}
