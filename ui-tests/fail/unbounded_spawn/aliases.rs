//! `spawn` under other names, and of async-std.

use checked_async::checked_async;
use tokio::spawn as start;
use tokio::sync::mpsc::Receiver;
use tokio::task::{self as tasks};

async fn handle(message: u32) {
    println!("{message}");
}

#[checked_async(warn(unbounded_spawn))]
async fn renamed(mut messages: Receiver<u32>) {
    while let Some(message) = messages.recv().await {
        start(handle(message)); //~ warning unbounded_spawn: start(handle(message))
        tasks::spawn(handle(message)); //~ warning unbounded_spawn: tasks::spawn(handle(message))
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn async_std_task(mut messages: Receiver<u32>) {
    use async_std::task;
    while let Some(message) = messages.recv().await {
        task::spawn(handle(message)); //~ warning unbounded_spawn: task::spawn(handle(message))
    }
}
