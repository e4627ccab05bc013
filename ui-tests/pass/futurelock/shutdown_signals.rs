//! Signals to stop, by reference: async code that takes no lock and holds no permit.

#![deny(warnings)]

use checked_async::checked_async;
use std::pin::pin;
use tokio::signal::ctrl_c;
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;

async fn save(log: &Mutex<Vec<u32>>, n: u32) {
    log.lock().await.push(n);
}

#[checked_async]
async fn until_interrupted(log: &Mutex<Vec<u32>>, mut inbox: Receiver<u32>) {
    let mut interrupted = pin!(ctrl_c());
    loop {
        tokio::select! {
            _ = &mut interrupted => break,
            Some(n) = inbox.recv() => save(log, n).await,
        }
    }
}

#[checked_async]
async fn by_path(log: &Mutex<Vec<u32>>, mut inbox: Receiver<u32>) {
    let interrupted = tokio::signal::ctrl_c();
    tokio::pin!(interrupted);
    while let Some(n) = inbox.recv().await {
        tokio::select! {
            _ = &mut interrupted => return,
            () = save(log, n) => save(log, n + 1).await,
        }
    }
}
