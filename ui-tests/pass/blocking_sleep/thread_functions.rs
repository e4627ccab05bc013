//! What else `std::thread` and durations offer, none of which waits.

#![deny(warnings)]

use checked_async::checked_async;
use std::thread::{self, Thread, current, panicking, yield_now};
use std::time::{Duration, Instant};

#[checked_async]
async fn look_around(other: &Thread) -> Option<String> {
    let me: Thread = current();
    other.unpark();
    println!("{:?} {:?}", thread::current().id(), thread::available_parallelism());
    if panicking() || thread::panicking() {
        return None;
    }
    tokio::task::yield_now().await;
    yield_now();
    me.name().map(str::to_owned)
}

/// The words stand in text, in macros and in names.
#[checked_async]
async fn words(deadline: Instant) -> String {
    let sleep = deadline.saturating_duration_since(Instant::now());
    let park = format!("thread::sleep({sleep:?})");
    println!("{park}: std::thread::park() {}", stringify!(std::thread::sleep(1)));
    tokio::time::sleep_until(deadline.into()).await;
    let thread = [Duration::ZERO, sleep].into_iter().max();
    format!("{thread:?}")
}

macro_rules! sleep {
    ($duration:expr) => {
        tokio::time::sleep($duration).await
    };
}

#[checked_async]
async fn macros() {
    sleep!(Duration::from_millis(2));
    let flags = [true, false].map(|sleep| !sleep);
    assert!(flags.contains(&true), "sleep");
}
