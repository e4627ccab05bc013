//! Guards that nobody binds: they end with the statement.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::sync::{Mutex, RwLock};

async fn publish(n: usize) {
    println!("{n}");
}

#[checked_async(warn(async_guard_across_await))]
async fn values(rows: &Mutex<Vec<u32>>, names: &RwLock<Vec<String>>) {
    let count = rows.lock().await.len();
    publish(count).await;
    rows.lock().await.push(1);
    names.write().await.clear();
    let first = names.read().await.first().cloned();
    publish(first.map_or(0, |name| name.len())).await;
}

#[checked_async(warn(async_guard_across_await))]
async fn conditions(rows: &Mutex<Vec<u32>>) {
    if rows.lock().await.is_empty() {
        publish(0).await;
    }
    *rows.lock().await = Vec::new();
    let _ = rows.lock().await;
    publish(1).await;
}
