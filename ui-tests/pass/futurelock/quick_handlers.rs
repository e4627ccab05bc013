//! Futures by reference next to handlers that await nothing.

#![deny(warnings)]

use checked_async::checked_async;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, UnboundedSender};
use tokio::time::interval;

async fn update(counter: &Mutex<u32>) -> u32 {
    let mut counter = counter.lock().await;
    *counter += 1;
    *counter
}

#[checked_async]
async fn progress(counter: &Mutex<u32>) -> u32 {
    let mut job = pin!(update(counter));
    let mut ticks = interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            n = &mut job => return n,
            _ = ticks.tick() => println!("still at work"),
        }
    }
}

#[checked_async]
async fn handed_on(counter: &Mutex<u32>, mut inbox: Receiver<u32>, outbox: UnboundedSender<u32>) -> Option<u32> {
    let mut job = pin!(update(counter));
    loop {
        tokio::select! {
            n = &mut job => break Some(n),
            message = inbox.recv() => {
                let n = message?;
                let _ = outbox.send(n);
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(n.into())).await;
                });
            }
        }
    }
}
