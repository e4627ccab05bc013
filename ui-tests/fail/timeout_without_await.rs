//! A timeout around work that never lets go of the thread, next to one around the handle of that work.

use checked_async::checked_async;
use std::time::Duration;
use tokio::time::{error::Elapsed, timeout};

fn parse(text: &str) -> usize {
    text.lines().map(|line| line.split(',').count()).sum()
}

#[checked_async]
async fn bad(text: &str) -> Result<usize, Elapsed> {
    timeout(Duration::from_secs(1), async { parse(text) }).await //~ warning timeout_without_await: timeout(Duration::from_secs(1), async { parse(text) })
}

#[checked_async]
async fn good(text: String) -> Option<usize> {
    let work = tokio::task::spawn_blocking(move || parse(&text));
    timeout(Duration::from_secs(1), work).await.ok()?.ok()
}

#[checked_async]
async fn good_in_parts(text: &str) -> Result<usize, Elapsed> {
    timeout(Duration::from_secs(1), async {
        let mut cells = 0;
        for line in text.lines() {
            cells += parse(line);
            tokio::task::yield_now().await;
        }
        cells
    })
    .await
}
