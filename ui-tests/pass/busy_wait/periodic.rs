//! Work done at intervals while a flag allows it.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval, sleep};

struct Metrics {
    running: AtomicBool,
    sent: AtomicU64,
}

#[checked_async]
impl Metrics {
    async fn push(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    async fn every_second(&self) {
        while self.running.load(Ordering::Acquire) {
            self.push().await;
            sleep(Duration::from_secs(1)).await;
        }
    }

    async fn by_interval(&self) {
        let mut ticks = interval(Duration::from_secs(1));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if !self.running.load(Ordering::Acquire) {
                break;
            }
            self.push().await;
        }
        while self.sent.load(Ordering::Relaxed) > 0 {
            ticks.tick().await;
            self.sent.fetch_sub(1, Ordering::Relaxed);
        }
    }

    async fn heartbeat(&self, mut beat: impl FnMut(u64)) {
        loop {
            if !self.running.load(Ordering::Acquire) {
                return;
            }
            beat(self.sent.load(Ordering::Relaxed));
            sleep(Duration::from_secs(5)).await;
        }
    }
}

#[checked_async]
async fn pairs(mut left: u32) -> u32 {
    let mut turns = 0;
    while left > 0 {
        left -= 1;
        turns += 1;
        tokio::task::yield_now().await;
    }
    turns
}
