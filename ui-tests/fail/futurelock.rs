//! A future that is left half-done while another arm's handler waits for what it may hold, and the same code repaired.

use checked_async::checked_async;
use std::pin::pin;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::sleep;

async fn update(counter: &Mutex<u32>) {
    *counter.lock().await += 1;
}

#[checked_async]
async fn bad(counter: &Mutex<u32>) {
    let mut job = pin!(update(counter));
    tokio::select! {
        () = &mut job => println!("done"), //~ warning futurelock: &mut job
        () = sleep(Duration::from_millis(500)) => update(counter).await,
    }
}

#[checked_async]
async fn good(counter: &Mutex<u32>) {
    let mut job = pin!(update(counter));
    let late = tokio::select! {
        () = &mut job => false,
        () = sleep(Duration::from_millis(500)) => true,
    };
    if late {
        job.await;
    }
}
