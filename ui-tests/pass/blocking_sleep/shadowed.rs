//! Names of one's own that stand for something else than what the file imports under them.

#![deny(warnings)]

use checked_async::checked_async;
use std::fs::metadata;
use std::thread::sleep;
use std::time::Duration;

#[checked_async]
async fn with_argument(sleep: impl Fn(Duration)) {
    sleep(Duration::from_secs(1));
}

#[checked_async]
async fn with_closure() -> u32 {
    let sleep = |duration: Duration| duration.as_secs() as u32;
    sleep(Duration::from_secs(1))
}

#[checked_async]
async fn with_function(path: &str) -> std::io::Result<usize> {
    fn metadata(path: &str) -> std::io::Result<usize> {
        Ok(path.len())
    }
    metadata(path)
}

fn on_a_thread(path: &str) -> bool {
    sleep(Duration::from_secs(1));
    metadata(path).is_ok()
}

#[checked_async]
async fn elsewhere(path: String) -> bool {
    tokio::task::spawn_blocking(move || on_a_thread(&path)).await.unwrap_or(false)
}
