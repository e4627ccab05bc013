//! Timeouts that are allowed to be what they are, and blocks without an `.await` outside of a timeout.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::{Either, select};
use std::pin::pin;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const LIMIT: Duration = Duration::from_secs(1);

fn cheap(number: u32) -> u32 {
    number + 1
}

#[checked_async]
async fn allowed_here(number: u32) -> u32 {
    #[checked(allow(timeout_without_await))]
    let first = timeout(LIMIT, async { cheap(number) }).await;
    first.unwrap_or(0)
}

#[checked_async(allow(timeout_without_await))]
async fn allowed_everywhere(number: u32) -> u32 {
    timeout(LIMIT, async move { cheap(number) }).await.unwrap_or(0)
}

#[checked_async]
async fn no_timeout(number: u32) -> u32 {
    let work = async { cheap(number) };
    match select(pin!(work), pin!(sleep(LIMIT))).await {
        Either::Left((value, _)) => value,
        Either::Right(_) => 0,
    }
}

#[checked_async]
async fn the_limit_is_computed(number: u32) -> bool {
    let limit = async { LIMIT * cheap(number) };
    timeout(limit.await, sleep(LIMIT)).await.is_ok()
}
