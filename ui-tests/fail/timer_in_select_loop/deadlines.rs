//! A deadline that is counted from now in each turn.

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, sleep_until};

#[checked_async(warn(timer_in_select_loop))]
async fn from_now(mut messages: Receiver<u32>) {
    loop {
        tokio::select! {
            message = messages.recv() => println!("{message:?}"),
            () = sleep_until(Instant::now() + Duration::from_secs(5)) => return, //~ warning timer_in_select_loop: sleep_until(Instant::now() + Duration::from_secs(5))
        }
    }
}
