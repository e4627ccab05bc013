//! Macros that await, or may.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::ready;

async fn work() -> u32 {
    1
}

macro_rules! wait {
    ($future:expr) => {
        $future.await
    };
}

#[checked_async(warn(async_without_await))]
async fn joined() -> (u32, u32) {
    tokio::join!(work(), ready(2))
}

#[checked_async(warn(async_without_await))]
async fn selected() -> u32 {
    tokio::select! {
        n = work() => n,
        n = ready(2) => n,
    }
}

#[checked_async(warn(async_without_await))]
async fn polled() -> Option<u32> {
    futures::pending!();
    None
}

#[checked_async(warn(async_without_await))]
async fn own_macro() -> u32 {
    wait!(work())
}

#[checked_async(warn(async_without_await))]
async fn printed() {
    println!("{}", work().await);
}
