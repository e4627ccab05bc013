//! The timeouts of tokio and async-std, by path, by alias and by a renamed module.

use async_std::future as never_late;
use checked_async::checked_async;
use std::time::Duration;
use tokio::time as clock;
use tokio::time::timeout as within;

fn checksum(block: &[u8]) -> u32 {
    block.iter().fold(1, |sum, byte| sum.wrapping_mul(31) ^ u32::from(*byte))
}

#[checked_async]
async fn by_path(block: &[u8]) -> Option<u32> {
    tokio::time::timeout(Duration::from_secs(1), async { checksum(block) }).await.ok() //~ warning timeout_without_await: tokio::time::timeout(Duration::from_secs(1), async { checksum(block) })
}

#[checked_async]
async fn by_alias(block: &[u8]) -> u32 {
    within(Duration::from_secs(1), async { checksum(block) }).await.unwrap_or(0) //~ warning timeout_without_await: within(Duration::from_secs(1), async { checksum(block) })
}

#[checked_async]
async fn by_module(block: &[u8], at: clock::Instant) -> (Option<u32>, Option<u32>) {
    let first = clock::timeout(Duration::from_secs(1), async { checksum(block) }); //~ warning timeout_without_await: clock::timeout(Duration::from_secs(1), async { checksum(block) })
    let second = clock::timeout_at(at, async { checksum(block) }); //~ warning timeout_without_await: clock::timeout_at(at, async { checksum(block) })
    (first.await.ok(), second.await.ok())
}

#[checked_async]
async fn by_local_use(block: Vec<u8>) -> bool {
    use tokio::time::timeout;
    timeout(Duration::MAX, async move { checksum(&block) }).await.is_ok() //~ warning timeout_without_await: timeout(Duration::MAX, async move { checksum(&block) })
}

#[checked_async]
async fn on_async_std(block: &[u8]) -> u32 {
    never_late::timeout(Duration::from_secs(1), async { checksum(block) }).await.unwrap_or(0) //~ warning timeout_without_await: never_late::timeout(Duration::from_secs(1), async { checksum(block) })
}
