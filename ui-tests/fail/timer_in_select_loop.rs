//! A timer that every message restarts, next to one that runs on.

use checked_async::checked_async;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::sleep;

#[checked_async(warn(timer_in_select_loop))]
async fn bad(mut messages: Receiver<u32>) {
    loop {
        tokio::select! {
            message = messages.recv() => println!("{message:?}"),
            () = sleep(Duration::from_secs(60)) => break, //~ warning timer_in_select_loop: sleep(Duration::from_secs(60))
        }
    }
}

#[checked_async(warn(timer_in_select_loop))]
async fn good(mut messages: Receiver<u32>) {
    let mut deadline = pin!(sleep(Duration::from_secs(60)));
    loop {
        tokio::select! {
            message = messages.recv() => println!("{message:?}"),
            () = &mut deadline => break,
        }
    }
}
