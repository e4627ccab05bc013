//! Methods and functions with familiar names that do something else.

#![deny(warnings)]

use checked_async::checked_async;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Settings that are read from a file each time.
struct Settings {
    path: String,
}

impl Settings {
    fn load(&self, key: &str) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|text| text.contains(key))
    }
}

/// A pump: its `sleep` is what makes things move.
struct Pump {
    full: AtomicBool,
}

impl Pump {
    async fn sleep(&self, _time: Duration) {
        self.full.store(true, Ordering::Release);
    }
    async fn turn(&self) {
        self.full.store(true, Ordering::Release);
    }
}

#[checked_async]
async fn reload(settings: &Settings) {
    while !settings.load("maintenance = off") {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[checked_async]
async fn fill(pump: &Pump) {
    while !pump.full.load(Ordering::Acquire) {
        pump.sleep(Duration::from_secs(1)).await;
    }
    while !pump.full.load(Ordering::Acquire) {
        pump.turn().await;
    }
}

#[checked_async(allow(busy_wait))]
async fn allowed_everywhere(ready: &AtomicBool) {
    while !ready.load(Ordering::Acquire) {
        tokio::task::yield_now().await;
    }
}

#[checked_async]
async fn allowed_here(ready: &AtomicBool) {
    #[checked(allow(busy_wait))]
    while !ready.load(Ordering::Acquire) {
        tokio::task::yield_now().await;
    }
}
