//! Loops over a range or a collection.

#![deny(warnings)]

use checked_async::checked_async;

async fn handle(message: u32) {
    println!("{message}");
}

#[checked_async(warn(unbounded_spawn))]
async fn workers(messages: Vec<u32>) {
    for n in 0..4 {
        tokio::spawn(handle(n));
    }
    for message in messages {
        tokio::spawn(handle(message));
    }
    let tasks: Vec<_> = (0..4).map(|n| tokio::spawn(handle(n))).collect();
    for task in tasks {
        let _ = task.await;
    }
}
