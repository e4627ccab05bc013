//! Timers made in each turn for a moment that is fixed before the loop.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep_until};

#[checked_async(warn(timer_in_select_loop))]
async fn fixed(mut messages: Receiver<u32>) {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        tokio::select! {
            message = messages.recv() => println!("{message:?}"),
            () = sleep_until(deadline) => break,
        }
    }
}

#[checked_async(warn(timer_in_select_loop))]
async fn smol_timer(mut messages: Receiver<u32>) {
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    loop {
        tokio::select! {
            message = messages.recv() => println!("{message:?}"),
            _ = smol::Timer::at(deadline) => break,
        }
    }
}
