//! Timeouts around handles, calls and names.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::{BoxFuture, FutureExt};
use std::pin::pin;
use std::time::Duration;
use tokio::sync::{Mutex, oneshot};
use tokio::task::{JoinError, spawn_blocking};
use tokio::time::{error::Elapsed, timeout};

const LIMIT: Duration = Duration::from_secs(1);

fn hash(text: &str) -> u64 {
    text.bytes().fold(7, |hash, byte| hash.wrapping_mul(31) ^ u64::from(byte))
}

async fn remote_hash(text: &str) -> u64 {
    tokio::task::yield_now().await;
    hash(text)
}

#[checked_async]
async fn on_a_thread(text: String) -> Result<Result<u64, JoinError>, Elapsed> {
    timeout(LIMIT, spawn_blocking(move || hash(&text))).await
}

#[checked_async]
async fn on_another_task(text: String) -> Option<u64> {
    let handle = tokio::spawn(async move { hash(&text) });
    timeout(LIMIT, handle).await.ok()?.ok()
}

#[checked_async]
async fn by_call(text: &str, answer: oneshot::Receiver<u64>, lock: &Mutex<u64>) -> Option<u64> {
    let first = timeout(LIMIT, remote_hash(text)).await.ok()?;
    let second = timeout(LIMIT, answer).await.ok()?.ok()?;
    let third = *timeout(LIMIT, lock.lock()).await.ok()?;
    let fourth = timeout(LIMIT, remote_hash(text).map(|hash| hash + 1)).await.ok()?;
    Some(first ^ second ^ third ^ fourth)
}

#[checked_async]
async fn by_name(text: &str, job: BoxFuture<'_, u64>) -> Option<u64> {
    let remote = async {
        let hash = remote_hash(text).await;
        hash.rotate_left(3)
    };
    let mut remote = pin!(remote);
    let first = timeout(LIMIT, remote.as_mut()).await.ok()?;
    let second = timeout(LIMIT, job).await.ok()?;
    Some(first ^ second)
}

#[checked_async]
async fn only_the_future(text: &str) -> u64 {
    let without_limit = async { hash(text) };
    without_limit.await
}
