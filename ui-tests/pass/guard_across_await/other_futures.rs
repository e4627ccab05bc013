//! Guards next to futures that are not awaited while the guard lives, and those inside closures and blocks of their own.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::join_all;
use std::sync::{Arc, Mutex};
use std::thread;

async fn work(n: u64) -> u64 {
    n
}

#[checked_async]
async fn spawned(totals: Arc<Mutex<Vec<u64>>>) {
    let mut all = totals.lock().unwrap();
    tokio::spawn(async {
        work(1).await;
    });
    all.push(1);
}

#[checked_async]
async fn made_and_awaited_later(totals: &Mutex<Vec<u64>>) {
    let futures = {
        let all = totals.lock().unwrap();
        all.iter().map(|n| work(*n)).collect::<Vec<_>>()
    };
    join_all(futures).await;
}

#[checked_async]
async fn in_a_closure(totals: &Mutex<Vec<u64>>, ids: &[usize]) -> u64 {
    let sum: u64 = ids.iter().map(|id| totals.lock().unwrap()[*id]).sum();
    let add = |n| {
        let mut all = totals.lock().unwrap();
        all.push(n);
    };
    add(work(sum).await);
    sum
}

#[checked_async]
async fn on_a_thread(totals: Arc<Mutex<Vec<u64>>>) {
    let other = totals.clone();
    let thread = thread::spawn(move || {
        let mut all = other.lock().unwrap();
        all.clear();
    });
    let count = tokio::task::spawn_blocking(move || {
        let all = totals.lock().unwrap();
        all.len() as u64
    });
    work(count.await.unwrap()).await;
    drop(thread);
}

#[checked_async]
async fn a_block_that_does_not_await(totals: &Mutex<Vec<u64>>) -> (usize, u64) {
    let count = async {
        let all = totals.lock().unwrap();
        all.len()
    };
    tokio::join!(count, work(1))
}

#[checked_async]
async fn a_future_made_under_the_lock(totals: &Mutex<Vec<u64>>) -> u64 {
    let all = totals.lock().unwrap();
    let next = work(all.len() as u64);
    drop(all);
    next.await
}
