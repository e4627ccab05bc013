//! What looks like the end of a guard and is not: a drop on one path only, `let _ = guard`, a shadowing name.

use checked_async::checked_async;
use std::sync::{Mutex, MutexGuard};

async fn flush(lines: usize) -> usize {
    lines
}

fn report(lines: &MutexGuard<'_, Vec<String>>) {
    println!("{}", lines.len());
}

#[checked_async]
async fn dropped_in_one_branch(log: &Mutex<Vec<String>>, quick: bool) {
    let lines = log.lock().unwrap(); //~ warning guard_across_await: log.lock().unwrap()
    let count = lines.len();
    if quick {
        drop(lines);
    }
    flush(count).await;
}

#[checked_async]
async fn wildcard_does_not_drop(log: &parking_lot::Mutex<Vec<String>>) {
    let lines = log.lock(); //~ warning guard_across_await: log.lock()
    let _ = lines;
    flush(0).await;
}

#[checked_async]
async fn shadowed(log: &Mutex<Vec<String>>) {
    let lines = log.lock().unwrap(); //~ warning guard_across_await: log.lock().unwrap()
    let lines = lines.len();
    flush(lines).await;
}

#[checked_async]
async fn dropped_too_late(log: &Mutex<Vec<String>>) {
    let lines = log.lock().unwrap(); //~ warning guard_across_await: log.lock().unwrap()
    let count = flush(lines.len()).await;
    drop(lines);
    println!("{count}");
}

#[checked_async]
async fn lent(log: &Mutex<Vec<String>>) {
    let lines = log.lock().unwrap(); //~ warning guard_across_await: log.lock().unwrap()
    report(&lines);
    flush(1).await;
}

#[checked_async]
async fn another_is_dropped(log: &Mutex<Vec<String>>, errors: &Mutex<Vec<String>>) {
    let lines = log.lock().unwrap(); //~ warning guard_across_await: log.lock().unwrap()
    let failed = errors.lock().unwrap();
    let count = lines.len() + failed.len();
    drop(failed);
    flush(count).await;
}

#[checked_async]
async fn reference_is_dropped(log: &Mutex<Vec<String>>, drop_guard: impl Fn(&MutexGuard<'_, Vec<String>>)) {
    let lines = log.lock().unwrap(); //~ warning guard_across_await: log.lock().unwrap()
    drop_guard(&lines);
    flush(2).await;
}
