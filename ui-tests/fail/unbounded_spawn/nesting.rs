//! Loops in tasks, closures and methods of traits.

use checked_async::checked_async;
use futures::{Stream, StreamExt};
use tokio::spawn;

async fn handle(message: u32) {
    println!("{message}");
}

trait Service {
    async fn run<S: Stream<Item = u32> + Unpin>(&self, messages: S);
}

struct Printer;

#[checked_async(warn(unbounded_spawn))]
impl Service for Printer {
    async fn run<S: Stream<Item = u32> + Unpin>(&self, mut messages: S) {
        while let Some(message) = messages.next().await {
            spawn(handle(message)); //~ warning unbounded_spawn: spawn(handle(message))
        }
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn in_a_task(mut messages: tokio::sync::mpsc::Receiver<u32>) {
    let task = spawn(async move {
        while let Some(message) = messages.recv().await {
            spawn(handle(message)); //~ warning unbounded_spawn: spawn(handle(message))
        }
    });
    drop(task);
}

#[checked_async(warn(unbounded_spawn))]
async fn a_loop_in_a_loop(mut messages: tokio::sync::mpsc::Receiver<Vec<u32>>) {
    while let Some(list) = messages.recv().await {
        for message in list {
            spawn(handle(message)); //~ warning unbounded_spawn: spawn(handle(message))
        }
    }
}
