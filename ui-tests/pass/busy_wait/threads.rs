//! Spins where no future is polled: threads, pools, plain functions.

#![deny(warnings)]

use checked_async::checked_async;
use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

fn spin_until(flag: &AtomicBool) {
    while !flag.load(Ordering::Acquire) {
        spin_loop();
    }
}

#[checked_async]
async fn on_threads(flag: Arc<AtomicBool>) {
    let waiting = {
        let flag = Arc::clone(&flag);
        tokio::task::spawn_blocking(move || {
            while !flag.load(Ordering::Acquire) {
                thread::sleep(Duration::from_millis(1));
            }
        })
    };
    let spinning = Arc::clone(&flag);
    rayon::spawn(move || while !spinning.load(Ordering::Acquire) {});
    let polling = Arc::clone(&flag);
    thread::spawn(move || {
        loop {
            if polling.load(Ordering::Acquire) {
                break;
            }
            thread::yield_now();
        }
    });
    let _ = waiting.await;
}

#[checked_async]
async fn in_a_function(flag: Arc<AtomicBool>) {
    fn wait(flag: &AtomicBool) {
        while !flag.load(Ordering::Acquire) {}
        spin_until(flag);
    }
    let _ = tokio::task::spawn_blocking(move || wait(&flag)).await;
}

struct Spinner(AtomicBool);

#[checked_async]
impl Spinner {
    fn wait(&self) {
        while !self.0.load(Ordering::Acquire) {
            spin_loop();
        }
    }
    async fn set(&self) {
        self.0.store(true, Ordering::Release);
    }
}
