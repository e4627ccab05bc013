//! Tasks in a `JoinSet`, or a list whose length is looked at.

#![deny(warnings)]

use checked_async::checked_async;
use std::collections::VecDeque;
use tokio::sync::mpsc::Receiver;
use tokio::task::JoinSet;

async fn handle(message: u32) {
    println!("{message}");
}

#[checked_async(warn(unbounded_spawn))]
async fn set(mut messages: Receiver<u32>) {
    let mut tasks = JoinSet::new();
    while let Some(message) = messages.recv().await {
        if tasks.len() >= 100 {
            tasks.join_next().await;
        }
        tasks.spawn(handle(message));
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn set_without_a_look(mut messages: Receiver<u32>) {
    let mut tasks = JoinSet::new();
    while let Some(message) = messages.recv().await {
        tasks.spawn(handle(message));
    }
    while let Some(done) = tasks.join_next().await {
        println!("{done:?}");
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn queue(mut messages: Receiver<u32>) {
    let mut tasks = VecDeque::new();
    while let Some(message) = messages.recv().await {
        tasks.push_back(tokio::spawn(handle(message)));
        if tasks.len() > 10
            && let Some(first) = tasks.pop_front()
        {
            let _ = first.await;
        }
    }
}
