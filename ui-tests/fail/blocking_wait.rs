//! Waiting for threads in async code, next to the same code with async channels and tasks.

use checked_async::checked_async;
use std::sync::mpsc;
use std::thread;

fn sum(numbers: &[u64]) -> u64 {
    numbers.iter().sum()
}

#[checked_async]
async fn bad(numbers: Vec<u64>, results: mpsc::Receiver<u64>) -> u64 {
    let worker = thread::spawn(move || sum(&numbers));
    let first = results.recv().unwrap_or(0); //~ warning blocking_wait: results.recv()
    first + worker.join().unwrap_or(0) //~ warning blocking_wait: worker.join()
}

#[checked_async]
async fn good(numbers: Vec<u64>, mut results: tokio::sync::mpsc::Receiver<u64>) -> u64 {
    let worker = tokio::task::spawn_blocking(move || sum(&numbers));
    let first = results.recv().await.unwrap_or(0);
    first + worker.await.unwrap_or(0)
}
