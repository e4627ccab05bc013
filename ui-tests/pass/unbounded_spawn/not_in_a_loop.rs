//! A task that is spawned once, with or without a loop inside.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::sync::mpsc::{Receiver, Sender};

async fn handle(message: u32) {
    println!("{message}");
}

#[checked_async(warn(unbounded_spawn))]
async fn worker(mut messages: Receiver<u32>) {
    tokio::spawn(async move {
        while let Some(message) = messages.recv().await {
            handle(message).await;
        }
    });
}

#[checked_async(warn(unbounded_spawn))]
async fn handed_to_workers(mut messages: Receiver<u32>, workers: Vec<Sender<u32>>) {
    let mut turn = 0;
    while let Some(message) = messages.recv().await {
        turn = (turn + 1) % workers.len();
        let _ = workers[turn].send(message).await;
    }
}
