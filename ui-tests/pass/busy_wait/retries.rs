//! Attempts with a pause between them: something is done, counted or made longer in each turn.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::sleep;

async fn connect(attempt: u32) -> Result<u32, &'static str> {
    if attempt < 3 { Err("refused") } else { Ok(attempt) }
}

#[checked_async]
async fn with_backoff() -> Result<u32, &'static str> {
    let mut pause = Duration::from_millis(10);
    let mut attempt = 0;
    loop {
        match connect(attempt).await {
            Ok(connection) => return Ok(connection),
            Err(error) if attempt > 9 => return Err(error),
            Err(_) => attempt += 1,
        }
        sleep(pause).await;
        pause *= 2;
    }
}

#[checked_async]
async fn counted(ready: &AtomicBool) -> bool {
    let mut left = 10;
    while !ready.load(Ordering::Acquire) {
        if left == 0 {
            return false;
        }
        left -= 1;
        sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..10 {
        if ready.load(Ordering::Acquire) {
            return true;
        }
        sleep(Duration::from_millis(10)).await;
    }
    false
}

#[checked_async]
async fn longer_each_time(ready: &AtomicBool) {
    let mut pause = Duration::from_millis(1);
    while !ready.load(Ordering::Acquire) {
        sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(1));
    }
}

#[checked_async]
async fn until_it_works(failures: &AtomicU32) {
    while failures.load(Ordering::Relaxed) < 5 {
        if connect(failures.fetch_add(1, Ordering::Relaxed)).await.is_ok() {
            break;
        }
        sleep(Duration::from_secs(1)).await;
    }
}
