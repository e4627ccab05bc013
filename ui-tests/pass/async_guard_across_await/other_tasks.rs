//! What is spawned or made while the guard lives is not awaited by its owner.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

async fn work(n: u32) {
    println!("{n}");
}

#[checked_async(warn(async_guard_across_await))]
async fn spawned(rows: &Mutex<Vec<u32>>) {
    let mut rows = rows.lock().await;
    tokio::spawn(async {
        work(1).await;
    });
    rows.clear();
}

#[checked_async(warn(async_guard_across_await))]
async fn collected(rows: &Mutex<Vec<u32>>) {
    let mut set = JoinSet::new();
    {
        let rows = rows.lock().await;
        for row in rows.iter() {
            set.spawn(work(*row));
        }
    }
    set.join_all().await;
}

#[checked_async(warn(async_guard_across_await))]
async fn each_its_own(rows: Arc<Mutex<Vec<u32>>>) {
    let other = rows.clone();
    let task = tokio::spawn(async move {
        let mut rows = other.lock().await;
        rows.push(1);
    });
    let closure = async || {
        let rows = rows.lock().await;
        rows.len()
    };
    let count = closure().await;
    work(count as u32).await;
    drop(task);
}
