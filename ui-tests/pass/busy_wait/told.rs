//! Loops that are woken: notifications, channels, watched values, handles.

#![deny(warnings)]

use checked_async::checked_async;
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Notify, Semaphore, mpsc, watch};
use tokio::task::JoinSet;

struct Queue {
    items: Mutex<VecDeque<u32>>,
    changed: Notify,
    open: AtomicBool,
}

#[checked_async]
impl Queue {
    async fn filled(&self) {
        while self.items.lock().unwrap().is_empty() {
            self.changed.notified().await;
        }
    }

    async fn opened(&self) {
        loop {
            let changed = self.changed.notified();
            if self.open.load(Ordering::Acquire) {
                break;
            }
            changed.await;
        }
    }
}

#[checked_async]
async fn watched(mut ready: watch::Receiver<bool>) {
    while !*ready.borrow_and_update() {
        if ready.changed().await.is_err() {
            break;
        }
    }
}

#[checked_async]
async fn with_permits(open: &AtomicBool, permits: &Semaphore) {
    while !open.load(Ordering::Acquire) {
        let _permit = permits.acquire().await;
    }
}

#[checked_async]
async fn drained(mut set: JoinSet<u32>, mut queue: mpsc::Receiver<u32>) {
    while !set.is_empty() {
        set.join_next().await;
    }
    while !queue.is_closed() {
        queue.recv().await;
    }
}
