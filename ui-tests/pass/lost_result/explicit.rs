//! Results that are given up on purpose, in words that say so.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::join_all;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio::time::timeout;

async fn best_effort(attempt: u8) -> Result<u8, String> {
    attempt.checked_sub(1).ok_or_else(|| "no attempt left".to_owned())
}

#[checked_async]
async fn said_in_code(task: JoinHandle<Result<(), String>>) {
    let _ = join_all((0..3).map(best_effort)).await;
    _ = join_all((0..3).map(best_effort)).await;
    drop(join_all((0..3).map(best_effort)).await);
    let _ = timeout(Duration::from_secs(1), best_effort(1)).await;
    let _ = task.await;
    timeout(Duration::from_secs(1), best_effort(1)).await.ok();
}

#[checked_async]
async fn nothing_arrives(answer: tokio::sync::oneshot::Receiver<u8>) {
    assert!(timeout(Duration::from_millis(5), answer).await.is_err(), "no answer was expected");
}

#[checked_async]
async fn said_in_types() {
    let _: Vec<_> = join_all((0..3).map(best_effort)).await;
}

#[checked_async]
async fn allowed_here(task: JoinHandle<Result<(), String>>) -> bool {
    #[checked(allow(lost_result))]
    join_all((0..3).map(best_effort)).await;
    #[checked(allow(lost_result))]
    let panicked = task.await.is_err();
    panicked
}

#[checked_async(allow(lost_result))]
async fn allowed_everywhere() -> bool {
    join_all((0..3).map(best_effort)).await;
    timeout(Duration::from_secs(1), best_effort(1)).await.is_err()
}
