//! Sleeps on threads that poll no future: blocking tasks, threads, pools.

#![deny(warnings)]

use checked_async::checked_async;
use rayon::prelude::*;
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(5);

#[checked_async]
async fn blocking_tasks(delays: Vec<Duration>) {
    tokio::task::spawn_blocking(|| thread::sleep(SHORT)).await.unwrap();
    tokio::task::spawn_blocking(move || {
        for delay in &delays {
            thread::sleep(*delay);
        }
        delays.into_iter().for_each(thread::sleep);
    })
    .await
    .unwrap();
    let parked = tokio::task::spawn_blocking(thread::park);
    parked.abort();
    tokio::task::block_in_place(|| thread::sleep(SHORT));
    smol::unblock(|| thread::sleep(SHORT)).await;
    async_std::task::spawn_blocking(|| thread::sleep(SHORT)).await;
    let handle = tokio::runtime::Handle::current();
    handle.spawn_blocking(|| std::thread::sleep(SHORT)).await.unwrap();
}

#[checked_async]
async fn threads() -> thread::JoinHandle<()> {
    let waiter = thread::spawn(thread::park);
    waiter.thread().unpark();
    thread::Builder::new()
        .name("ticker".into())
        .spawn(move || {
            for turn in 0..3 {
                thread::sleep(SHORT * turn);
                println!("{turn} {}", waiter.is_finished());
            }
        })
        .unwrap();
    thread::spawn(|| {
        let wait = |times| thread::sleep(SHORT * times);
        wait(1);
        wait(2);
    })
}

#[checked_async]
async fn pools(delays: &[Duration], pool: &rayon::ThreadPool) -> u128 {
    rayon::spawn(|| thread::sleep(SHORT));
    pool.spawn(|| thread::sleep(SHORT));
    pool.install(|| thread::sleep(SHORT));
    rayon::join(|| thread::sleep(SHORT), || thread::sleep(SHORT));
    delays
        .par_iter()
        .map(|delay| {
            thread::sleep(*delay);
            delay.as_millis()
        })
        .sum()
}
