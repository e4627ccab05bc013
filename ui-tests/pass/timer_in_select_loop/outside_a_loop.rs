//! `select!` that runs once, also in a task that a loop spawns, and timers in handlers.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::time::sleep;

#[checked_async(warn(timer_in_select_loop))]
async fn once(mut messages: Receiver<u32>) -> Option<u32> {
    tokio::select! {
        message = messages.recv() => message,
        () = sleep(Duration::from_secs(1)) => None,
    }
}

#[checked_async(warn(timer_in_select_loop))]
async fn in_tasks() {
    for n in 0..3 {
        let (sender, mut receiver) = channel::<u32>(1);
        let task = tokio::spawn(async move {
            tokio::select! {
                message = receiver.recv() => println!("{message:?}"),
                () = sleep(Duration::from_secs(n)) => println!("late"),
            }
        });
        drop((sender, task));
    }
}

#[checked_async(warn(timer_in_select_loop))]
async fn in_a_handler(mut messages: Receiver<u32>, mut orders: Receiver<u32>) {
    loop {
        tokio::select! {
            Some(n) = messages.recv() => sleep(Duration::from_millis(n.into())).await,
            Some(n) = orders.recv() => println!("{n}"),
            else => break,
        }
    }
}
