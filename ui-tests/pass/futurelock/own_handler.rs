//! Handlers that await the future itself, and the handler of the future's own arm.

#![deny(warnings)]

use checked_async::checked_async;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

async fn save(log: &Mutex<Vec<u32>>, n: u32) -> usize {
    let mut log = log.lock().await;
    log.push(n);
    log.len()
}

#[checked_async]
async fn warns_when_slow(log: &Mutex<Vec<u32>>) -> usize {
    let mut job = pin!(save(log, 1));
    tokio::select! {
        n = &mut job => n,
        () = sleep(Duration::from_secs(1)) => {
            println!("slow");
            job.await
        }
    }
}

#[checked_async]
async fn waits_a_little_longer(log: &Mutex<Vec<u32>>) -> usize {
    let mut job = pin!(save(log, 2));
    tokio::select! {
        n = &mut job => n,
        () = sleep(Duration::from_secs(1)) => timeout(Duration::from_secs(1), &mut job).await.unwrap_or(0),
    }
}

#[checked_async]
async fn its_own_arm_awaits(log: &Mutex<Vec<u32>>) -> usize {
    let mut job = pin!(save(log, 3));
    tokio::select! {
        n = &mut job => save(log, n as u32).await,
        () = sleep(Duration::from_secs(1)) => 0,
    }
}

#[checked_async]
async fn dropped_first(log: &Mutex<Vec<u32>>) -> usize {
    let mut job = Box::pin(save(log, 4));
    tokio::select! {
        n = &mut job => n,
        () = sleep(Duration::from_secs(1)) => {
            drop(job);
            save(log, 5).await
        }
    }
}
