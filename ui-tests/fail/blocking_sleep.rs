//! A sleep of the thread in async code, next to the same code with the runtime's timer.

use checked_async::checked_async;
use std::thread;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(50);

async fn ping(attempt: u32) -> Result<(), u32> {
    if attempt < 3 { Err(attempt) } else { Ok(()) }
}

#[checked_async]
async fn bad() {
    let mut attempt = 0;
    while ping(attempt).await.is_err() {
        thread::sleep(PAUSE * attempt); //~ blocking_sleep: thread::sleep(PAUSE * attempt)
        attempt += 1;
    }
    std::thread::park(); //~ blocking_sleep: std::thread::park()
}

#[checked_async]
async fn good() {
    let mut attempt = 0;
    while ping(attempt).await.is_err() {
        tokio::time::sleep(PAUSE * attempt).await;
        attempt += 1;
    }
    tokio::task::spawn_blocking(|| thread::sleep(PAUSE)).await.unwrap();
}
