//! A task in a handler of `select!`.

use checked_async::checked_async;
use tokio::sync::Notify;
use tokio::sync::mpsc::Receiver;
use tokio::task;

async fn handle(message: u32) {
    println!("{message}");
}

#[checked_async(warn(unbounded_spawn))]
async fn selected(mut messages: Receiver<u32>, stop: &Notify) {
    loop {
        tokio::select! {
            Some(message) = messages.recv() => {
                task::spawn(handle(message)); //~ missed unbounded_spawn: task::spawn(handle(message))
            }
            () = stop.notified() => break,
        }
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn in_a_branch(mut messages: Receiver<u32>) {
    while let Some(message) = messages.recv().await {
        if message > 1 {
            task::spawn(handle(message)); //~ warning unbounded_spawn: task::spawn(handle(message))
        } else {
            handle(message).await;
        }
    }
}
