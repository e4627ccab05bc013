//! Timers that are made before the loop: by reference, reset on purpose, or an interval.

#![deny(warnings)]

use checked_async::checked_async;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, interval, sleep};

#[checked_async(warn(timer_in_select_loop))]
async fn by_reference(mut messages: Receiver<u32>) {
    let mut deadline = pin!(sleep(Duration::from_secs(60)));
    loop {
        tokio::select! {
            message = messages.recv() => println!("{message:?}"),
            () = &mut deadline => break,
        }
    }
}

#[checked_async(warn(timer_in_select_loop))]
async fn reset(mut messages: Receiver<u32>) {
    let mut idle = Box::pin(sleep(Duration::from_secs(60)));
    loop {
        tokio::select! {
            message = messages.recv() => {
                println!("{message:?}");
                idle.as_mut().reset(Instant::now() + Duration::from_secs(60));
            }
            () = idle.as_mut() => break,
        }
    }
}

#[checked_async(warn(timer_in_select_loop))]
async fn ticks(mut messages: Receiver<u32>) {
    let mut ticks = interval(Duration::from_secs(60));
    loop {
        tokio::select! {
            message = messages.recv() => println!("{message:?}"),
            _ = ticks.tick() => println!("tick"),
        }
    }
}
