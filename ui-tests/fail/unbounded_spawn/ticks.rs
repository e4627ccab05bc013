//! A task in each turn of a timer: they pile up when one takes longer than a tick.

use checked_async::checked_async;
use std::time::Duration;
use tokio::time::{interval, sleep};

async fn report() {
    sleep(Duration::from_secs(5)).await;
}

#[checked_async(warn(unbounded_spawn))]
async fn every_second() {
    let mut ticks = interval(Duration::from_secs(1));
    loop {
        ticks.tick().await;
        tokio::spawn(report()); //~ warning unbounded_spawn: tokio::spawn(report())
    }
}
