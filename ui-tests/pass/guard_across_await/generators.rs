//! Guards that are gone before a generator waits, and where none waits.

use checked_async::{checked_async, generator};
use std::sync::{Arc, Mutex};

#[generator]
async fn items(queue: Arc<Mutex<Vec<u32>>>) -> u32 {
    loop {
        let item = queue.lock().unwrap().pop();
        let Some(item) = item else { return };
        yield_!(item);
    }
}

#[generator]
async fn counted(count: Arc<Mutex<u32>>) -> u32 {
    let mut counted = count.lock().unwrap();
    *counted += 1;
    let n = *counted;
    drop(counted);
    yield_!(n);
}

#[checked_async]
async fn sum(queue: Arc<Mutex<Vec<u32>>>, sum: &Mutex<u32>) {
    #[for_await]
    for n in items(queue) {
        let mut sum = sum.lock().unwrap();
        *sum += n;
    }
}

#[checked_async]
async fn cleaned(sum: &Mutex<u32>) {
    let mut added = sum.lock().unwrap();
    defer! { std::future::ready(()).await; }
    *added += 1;
    drop(added);
}
