//! Guards bound by patterns: `if let`, `let … else`, `match`, tuples, and those that are in an `Option` or a `Result`.

use checked_async::checked_async;
use std::sync::{Mutex, TryLockError};

async fn store(job: &str) {
    println!("{job}");
}

#[checked_async]
async fn if_let(queue: &Mutex<Vec<String>>) {
    if let Ok(queue) = queue.lock() { //~ warning guard_across_await: queue.lock()
        store(&queue[0]).await;
    }
}

#[checked_async]
async fn let_else(queue: &Mutex<Vec<String>>) -> usize {
    let Ok(queue) = queue.lock() else { return 0 }; //~ warning guard_across_await: queue.lock()
    store("all").await;
    queue.len()
}

#[checked_async]
async fn matched(queue: &Mutex<Vec<String>>) {
    match queue.try_lock() { //~ warning guard_across_await: queue.try_lock()
        Ok(mut queue) => {
            store("one").await;
            queue.pop();
        }
        Err(TryLockError::WouldBlock) => println!("busy"),
        Err(TryLockError::Poisoned(_)) => println!("poisoned"),
    }
}

#[checked_async]
async fn pair(jobs: &Mutex<Vec<String>>, done: &parking_lot::Mutex<u32>) {
    let (jobs, mut done) = (jobs.lock().unwrap(), done.lock()); //~ warning guard_across_await: jobs.lock().unwrap()
    //~^ warning guard_across_await: done.lock()
    store(&jobs[0]).await;
    *done += 1;
}

#[checked_async]
async fn optional(queue: &Mutex<Vec<String>>, exclusive: bool) {
    let guard = exclusive.then(|| queue.lock().unwrap()); //~ warning guard_across_await: exclusive.then(|| queue.lock().unwrap())
    store("perhaps alone").await;
    drop(guard);
}

#[checked_async]
async fn tried(queue: &parking_lot::Mutex<Vec<String>>) -> usize {
    let guard = queue.try_lock(); //~ warning guard_across_await: queue.try_lock()
    store("tried").await;
    guard.map_or(0, |queue| queue.len())
}

#[checked_async]
async fn not_unwrapped(queue: &Mutex<Vec<String>>) -> bool {
    let guard = queue.lock(); //~ warning guard_across_await: queue.lock()
    store("a result").await;
    guard.is_ok()
}
