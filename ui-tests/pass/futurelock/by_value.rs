//! Futures that are moved into the `select!`, which drops the losers before a handler runs.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::BoxFuture;
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;

async fn save(log: &Mutex<Vec<u32>>, n: u32) {
    log.lock().await.push(n);
}

#[checked_async]
async fn calls(log: &Mutex<Vec<u32>>) {
    tokio::select! {
        () = save(log, 1) => save(log, 2).await,
        () = save(log, 3) => save(log, 4).await,
    }
}

#[checked_async]
async fn names(log: &Mutex<Vec<u32>>, first: BoxFuture<'_, ()>) {
    let second = Box::pin(save(log, 1));
    tokio::select! {
        () = first => save(log, 2).await,
        () = second => save(log, 3).await,
    }
}

#[checked_async]
async fn in_a_loop(log: &Mutex<Vec<u32>>, mut inbox: Receiver<u32>) {
    for n in 0..3 {
        tokio::select! {
            () = async { save(log, n).await } => {}
            Some(n) = inbox.recv() => save(log, n).await,
        }
    }
}
