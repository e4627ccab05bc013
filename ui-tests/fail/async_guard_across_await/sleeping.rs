//! A guard that is held while its owner sleeps, yields, or waits for a channel or a task.

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::sync::{Mutex, RwLock};
use tokio::task::{JoinHandle, yield_now};
use tokio::time::sleep;

#[checked_async(warn(async_guard_across_await))]
async fn throttled(calls: &Mutex<u32>) {
    let mut calls = calls.lock().await; //~ warning async_guard_across_await: calls.lock().await
    *calls += 1;
    sleep(Duration::from_millis(100)).await;
}

#[checked_async(warn(async_guard_across_await))]
async fn yielding(calls: &RwLock<u32>) -> u32 {
    let calls = calls.read().await; //~ warning async_guard_across_await: calls.read().await
    yield_now().await;
    *calls
}

#[checked_async(warn(async_guard_across_await))]
async fn receiving(calls: &Mutex<u32>, mut updates: Receiver<u32>) {
    let mut calls = calls.lock().await; //~ warning async_guard_across_await: calls.lock().await
    while let Some(update) = updates.recv().await {
        *calls = update;
    }
}

#[checked_async(warn(async_guard_across_await))]
async fn joining(calls: &Mutex<u32>, task: JoinHandle<u32>) {
    let mut calls = calls.lock().await; //~ warning async_guard_across_await: calls.lock().await
    *calls = task.await.unwrap_or_default();
}
