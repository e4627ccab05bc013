//! Futures that a thread runs by themselves: nothing else waits for it.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use std::{fs, thread};
use tokio::sync::Semaphore;

#[checked_async]
fn worker(limit: &Semaphore, jobs: Receiver<String>) {
    futures::executor::block_on(async {
        while let Ok(job) = jobs.recv() {
            let _permit = limit.acquire().await;
            thread::sleep(Duration::from_millis(10));
            println!("{job}: {:?}", fs::metadata(&job).map(|data| data.len()));
        }
    });
}

#[checked_async]
fn two_threads() {
    let (sender, receiver) = channel();
    let other = thread::spawn(move || {
        smol::block_on(async {
            sender.send(smol::future::ready(1).await).unwrap();
        });
    });
    let number = smol::block_on(async { receiver.recv().unwrap() + smol::future::ready(1).await });
    println!("{number} {:?}", other.join());
}
