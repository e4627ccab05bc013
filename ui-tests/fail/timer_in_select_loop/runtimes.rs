//! Timers of smol and async-std, in `select!` of futures.

use async_std::task;
use checked_async::checked_async;
use futures::channel::mpsc::Receiver;
use futures::{FutureExt, StreamExt, select};
use smol::Timer;
use std::time::Duration;

#[checked_async(warn(timer_in_select_loop))]
async fn smol_timer(mut messages: Receiver<u32>) {
    loop {
        select! {
            message = messages.next() => println!("{message:?}"),
            _ = FutureExt::fuse(Timer::after(Duration::from_secs(1))) => break, //~ warning timer_in_select_loop: Timer::after(Duration::from_secs(1))
        }
    }
}

#[checked_async(warn(timer_in_select_loop))]
async fn async_std_sleep(mut messages: Receiver<u32>) {
    loop {
        tokio::select! {
            message = messages.next() => println!("{message:?}"),
            () = task::sleep(Duration::from_secs(1)) => println!("quiet"), //~ warning timer_in_select_loop: task::sleep(Duration::from_secs(1))
        }
    }
}
