//! A timer that no other arm restarts: they all leave the loop.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::sleep;

#[checked_async(warn(timer_in_select_loop))]
async fn poller(stop: &Notify) -> u32 {
    let mut turns = 0;
    loop {
        tokio::select! {
            () = sleep(Duration::from_secs(1)) => turns += 1,
            () = stop.notified() => return turns,
        }
    }
}

#[checked_async(warn(timer_in_select_loop))]
async fn labelled(stop: &Notify) {
    'poll: loop {
        println!("polls");
        tokio::select! {
            () = stop.notified() => {
                println!("stops");
                break 'poll;
            }
            () = sleep(Duration::from_secs(1)) => {}
        }
    }
}
