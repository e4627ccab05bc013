//! Spawning by a handle, in a `LocalSet`'s thread, and with handles that pile up in a list.

use checked_async::checked_async;
use tokio::runtime::Handle;
use tokio::sync::mpsc::Receiver;

async fn handle(message: u32) {
    println!("{message}");
}

#[checked_async(warn(unbounded_spawn))]
async fn by_handle(mut messages: Receiver<u32>, runtime: Handle) {
    while let Some(message) = messages.recv().await {
        runtime.spawn(handle(message)); //~ warning unbounded_spawn: runtime.spawn(handle(message))
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn local(mut messages: Receiver<u32>) {
    while let Some(message) = messages.recv().await {
        tokio::task::spawn_local(handle(message)); //~ warning unbounded_spawn: tokio::task::spawn_local(handle(message))
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn kept(mut messages: Receiver<u32>) {
    let mut tasks = Vec::new();
    while let Some(message) = messages.recv().await {
        tasks.push(tokio::spawn(handle(message))); //~ warning unbounded_spawn: tokio::spawn(handle(message))
    }
    for task in tasks {
        let _ = task.await;
    }
}
