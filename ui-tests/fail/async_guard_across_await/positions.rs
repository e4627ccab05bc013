//! Guards in branches, loops, arms and blocks, alive while something else is awaited.

use checked_async::checked_async;
use tokio::sync::Mutex;

async fn backup(n: usize) -> bool {
    n > 1
}

#[checked_async(warn(async_guard_across_await))]
async fn in_a_branch(rows: &Mutex<Vec<u32>>, save: bool) {
    if save {
        let rows = rows.lock().await; //~ warning async_guard_across_await: rows.lock().await
        backup(rows.len()).await;
    }
}

#[checked_async(warn(async_guard_across_await))]
async fn in_a_loop(rows: &Mutex<Vec<u32>>) {
    for n in 0..3 {
        let mut rows = rows.lock().await; //~ warning async_guard_across_await: rows.lock().await
        if backup(n).await {
            rows.clear();
        }
    }
}

#[checked_async(warn(async_guard_across_await))]
async fn in_an_arm(rows: &Mutex<Vec<u32>>, kind: Option<u32>) {
    match kind {
        Some(kind) => {
            let mut rows = rows.lock().await; //~ warning async_guard_across_await: rows.lock().await
            rows.push(kind);
            backup(1).await;
        }
        None => println!("nothing"),
    }
}

#[checked_async(warn(async_guard_across_await))]
async fn in_a_block(rows: &Mutex<Vec<u32>>) -> bool {
    let block = async {
        let rows = rows.lock().await; //~ warning async_guard_across_await: rows.lock().await
        backup(2).await && rows.is_empty()
    };
    block.await
}

#[checked_async(warn(async_guard_across_await))]
async fn dropped_too_late(rows: &Mutex<Vec<u32>>) {
    let guard = rows.lock().await; //~ warning async_guard_across_await: rows.lock().await
    backup(3).await;
    drop(guard);
}
