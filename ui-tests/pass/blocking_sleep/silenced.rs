//! Sleeps that are meant: on an expression, a statement, a function, a module.

#![deny(warnings)]

use checked_async::checked_async;
use std::thread;
use std::time::Duration;

/// Shorter than what the runtime's timer can tell apart.
const SETTLE: Duration = Duration::from_micros(10);

#[checked_async]
async fn select_chip(pins: &mut [bool]) -> bool {
    pins[0] = true;
    #[checked(allow(blocking_sleep))]
    thread::sleep(SETTLE);
    pins[0] = false;
    #[checked(allow(blocking_sleep))]
    for pin in pins.iter_mut() {
        *pin = true;
        thread::sleep(SETTLE);
    }
    match pins.len() {
        #[checked(allow(blocking_sleep))]
        8 => thread::sleep(SETTLE),
        _ => tokio::time::sleep(SETTLE).await,
    }
    pins[0]
}

#[checked_async(allow(blocking_sleep))]
async fn reset(pins: &mut [bool]) {
    pins.iter_mut().for_each(|pin| {
        *pin = false;
        thread::sleep(SETTLE);
    });
}

#[checked_async(allow(blocking_sleep, nested_block_on))]
mod firmware {
    use super::{SETTLE, thread};

    pub async fn boot() {
        thread::sleep(SETTLE);
    }
}
