//! The job runs as a task of its own, or the handler's work is done after the `select!`.

#![deny(warnings)]

use checked_async::checked_async;
use std::pin::pin;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;

async fn save(log: Arc<Mutex<Vec<u32>>>, n: u32) {
    log.lock().await.push(n);
}

#[checked_async]
async fn spawned(log: Arc<Mutex<Vec<u32>>>, mut inbox: Receiver<u32>) {
    let mut job = tokio::spawn(save(log.clone(), 1));
    tokio::select! {
        done = &mut job => println!("{done:?}"),
        Some(n) = inbox.recv() => save(log, n).await,
    }
}

#[checked_async]
async fn afterwards(log: Arc<Mutex<Vec<u32>>>, mut inbox: Receiver<u32>) {
    let mut job = pin!(save(log.clone(), 1));
    let next = tokio::select! {
        () = &mut job => None,
        n = inbox.recv() => n,
    };
    if let Some(n) = next {
        tokio::join!(job, save(log, n));
    }
}
