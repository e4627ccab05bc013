//! Waiting that is meant: for a thread that is known to have ended, at the end of a program.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;

#[checked_async]
async fn finished(worker: JoinHandle<u32>) -> Option<u32> {
    if !worker.is_finished() {
        tokio::task::yield_now().await;
        return None;
    }
    // It has ended: nothing is waited for.
    #[checked(allow(blocking_wait))]
    worker.join().ok()
}

#[checked_async]
async fn preloaded(results: Receiver<u32>, other: Receiver<u32>) -> u32 {
    #[checked(allow(blocking_wait))]
    let first = results.recv().unwrap_or(0);
    let second = #[checked(allow(blocking_wait))]
    other.recv();
    first + second.unwrap_or(0)
}

#[checked_async(allow(blocking_wait, blocking_io))]
async fn shut_down(workers: Vec<JoinHandle<u32>>) -> u32 {
    tokio::task::yield_now().await;
    workers.into_iter().filter_map(|worker| worker.join().ok()).sum()
}

#[checked_async(allow(blocking_wait))]
mod tools {
    use super::Receiver;

    pub async fn next(results: &Receiver<u32>) -> Option<u32> {
        results.recv().ok()
    }
}
