//! Tasks that are awaited in the turn that spawned them.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::sync::mpsc::Receiver;
use tokio::task::spawn_blocking;

async fn handle(message: u32) {
    println!("{message}");
}

#[checked_async(warn(unbounded_spawn))]
async fn one_by_one(mut messages: Receiver<u32>) {
    while let Some(message) = messages.recv().await {
        if let Err(error) = tokio::spawn(handle(message)).await {
            println!("{error}");
        }
        let squared = spawn_blocking(move || message * message).await;
        println!("{squared:?}");
        let task = tokio::spawn(handle(message));
        println!("{:?}", task.await);
    }
}
