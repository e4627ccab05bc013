//! Timers, task handles and receivers by reference: they hold nothing that a handler may wait for.

#![deny(warnings)]

use checked_async::checked_async;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::sync::{Mutex, Notify, oneshot};
use tokio::task::JoinHandle;
use tokio::time::sleep;

async fn save(log: &Mutex<Vec<u32>>, n: u32) {
    log.lock().await.push(n);
}

#[checked_async]
async fn timer(log: &Mutex<Vec<u32>>, mut inbox: Receiver<u32>) {
    let mut deadline = pin!(sleep(Duration::from_secs(5)));
    loop {
        tokio::select! {
            () = &mut deadline => break,
            Some(n) = inbox.recv() => save(log, n).await,
        }
    }
}

#[checked_async]
async fn task(log: &Mutex<Vec<u32>>, mut task: JoinHandle<u32>, mut inbox: Receiver<u32>) {
    loop {
        tokio::select! {
            done = &mut task => {
                println!("{done:?}");
                break;
            }
            Some(n) = inbox.recv() => save(log, n).await,
        }
    }
}

#[checked_async]
async fn receivers(log: &Mutex<Vec<u32>>, mut stop: oneshot::Receiver<()>, notify: &Notify) {
    let mut notified = pin!(notify.notified());
    for n in 0..3 {
        tokio::select! {
            _ = &mut stop => break,
            () = notified.as_mut() => break,
            () = sleep(Duration::from_millis(1)) => save(log, n).await,
        }
    }
}
