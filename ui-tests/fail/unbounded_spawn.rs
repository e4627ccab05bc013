//! A task for each message without a limit, next to the same loop with a semaphore.

use checked_async::checked_async;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::Receiver;

async fn handle(message: u32) {
    println!("{message}");
}

#[checked_async(warn(unbounded_spawn))]
async fn bad(mut messages: Receiver<u32>) {
    while let Some(message) = messages.recv().await {
        tokio::spawn(handle(message)); //~ warning unbounded_spawn: tokio::spawn(handle(message))
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn good(mut messages: Receiver<u32>) {
    let limit = Arc::new(Semaphore::new(100));
    while let Some(message) = messages.recv().await {
        let Ok(permit) = limit.clone().acquire_owned().await else { break };
        tokio::spawn(async move {
            handle(message).await;
            drop(permit);
        });
    }
}
