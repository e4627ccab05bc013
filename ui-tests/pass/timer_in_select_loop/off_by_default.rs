//! The lint is off by default, and can be turned off for one function.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::sleep;

#[checked_async]
async fn idle(mut messages: Receiver<u32>) {
    loop {
        tokio::select! {
            message = messages.recv() => println!("{message:?}"),
            () = sleep(Duration::from_secs(60)) => break,
        }
    }
}

#[checked_async(warn(timer_in_select_loop))]
mod connection {
    use super::*;

    #[checked_async(allow(timer_in_select_loop))]
    async fn idle(mut messages: Receiver<u32>) {
        loop {
            tokio::select! {
                message = messages.recv() => println!("{message:?}"),
                () = sleep(Duration::from_secs(60)) => break,
            }
        }
    }
}
