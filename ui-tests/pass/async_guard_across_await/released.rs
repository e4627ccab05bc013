//! Guards that are dropped, moved or out of scope before something else is awaited.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::sync::{Mutex, MutexGuard};

async fn backup(n: usize) -> bool {
    n > 1
}

fn clear(mut rows: MutexGuard<'_, Vec<u32>>) -> usize {
    rows.clear();
    rows.len()
}

#[checked_async(warn(async_guard_across_await))]
async fn dropped(rows: &Mutex<Vec<u32>>) -> bool {
    let guard = rows.lock().await;
    let count = guard.len();
    drop(guard);
    backup(count).await
}

#[checked_async(warn(async_guard_across_await))]
async fn scoped(rows: &Mutex<Vec<u32>>) -> bool {
    let count = {
        let rows = rows.lock().await;
        rows.len()
    };
    backup(count).await
}

#[checked_async(warn(async_guard_across_await))]
async fn moved(rows: &Mutex<Vec<u32>>) -> bool {
    let guard = rows.lock().await;
    let count = clear(guard);
    backup(count).await
}

#[checked_async(warn(async_guard_across_await))]
async fn at_the_end(rows: &Mutex<Vec<u32>>) -> usize {
    backup(1).await;
    let rows = rows.lock().await;
    rows.iter().filter(|row| **row > 1).count()
}

#[checked_async(warn(async_guard_across_await))]
async fn in_turns(rows: &Mutex<Vec<u32>>) {
    for n in 0..3 {
        backup(n).await;
        let mut rows = rows.lock().await;
        rows.push(1);
    }
}
