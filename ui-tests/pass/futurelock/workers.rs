//! Handles of tasks whose output cannot be printed, and futures that move into tasks.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinHandle;

struct Connection;

fn spawn_worker() -> JoinHandle<Connection> {
    tokio::spawn(async { Connection })
}

async fn handle(message: u32) {
    println!("{message}");
}

#[checked_async]
async fn with_worker(mut messages: Receiver<u32>) {
    let mut worker = spawn_worker();
    loop {
        tokio::select! {
            _ = &mut worker => break,
            Some(message) = messages.recv() => handle(message).await,
        }
    }
}

#[checked_async]
async fn handed_on(mut messages: Receiver<u32>) {
    let mut job = Box::pin(handle(1));
    tokio::select! {
        () = &mut job => {}
        Some(message) = messages.recv() => {
            let rest = tokio::spawn(async move { job.await });
            handle(message).await;
            rest.abort();
        }
    }
}
