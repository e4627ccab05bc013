//! The timers of the runtimes, by the names that the thread's functions have.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;
use tokio::time as thread;
use tokio::time::sleep;

#[checked_async]
async fn of_tokio(tick: Duration) {
    sleep(tick).await;
    thread::sleep(tick).await;
    let pause = tokio::time::sleep(tick);
    tokio::pin!(pause);
    tokio::select! {
        _ = &mut pause => {}
        _ = sleep(tick * 2) => {}
    }
    let mut interval = tokio::time::interval(tick);
    for _ in 0..3 {
        interval.tick().await;
    }
}

#[checked_async]
async fn of_others(tick: Duration) {
    use async_std::task::sleep;
    sleep(tick).await;
    smol::Timer::after(tick).await;
    let timers = [1, 2].map(|n| sleep(tick * n));
    futures::future::join_all(timers).await;
}

#[checked_async]
async fn passed_by_name(ticks: Vec<Duration>) {
    futures::future::join_all(ticks.iter().copied().map(tokio::time::sleep)).await;
    futures::future::join_all(ticks.into_iter().map(thread::sleep)).await;
}
