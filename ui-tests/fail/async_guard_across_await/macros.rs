//! A guard that is held around `join!` and `select!`, and one that is taken in a handler.

use checked_async::checked_async;
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;

async fn load(id: u32) -> u32 {
    id
}

#[checked_async(warn(async_guard_across_await))]
async fn joined(total: &Mutex<u32>) {
    let mut total = total.lock().await; //~ warning async_guard_across_await: total.lock().await
    let (a, b) = tokio::join!(load(1), load(2));
    *total += a + b;
}

#[checked_async(warn(async_guard_across_await))]
async fn selected(total: &Mutex<u32>) {
    let mut total = total.lock().await; //~ warning async_guard_across_await: total.lock().await
    tokio::select! {
        n = load(1) => *total = n,
        n = load(2) => *total += n,
    }
}

#[checked_async(warn(async_guard_across_await))]
async fn in_a_handler(total: &Mutex<u32>, mut ids: Receiver<u32>) {
    tokio::select! {
        Some(id) = ids.recv() => {
            let mut total = total.lock().await; //~ warning async_guard_across_await: total.lock().await
            *total += load(id).await;
        }
        else => println!("closed"),
    }
}
