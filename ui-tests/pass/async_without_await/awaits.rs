//! Functions that await somewhere, if only in one branch.

#![deny(warnings)]

use checked_async::checked_async;

async fn work() -> Option<u32> {
    Some(1)
}

#[checked_async(warn(async_without_await))]
async fn in_a_branch(cold: bool) -> u32 {
    if cold && let Some(n) = work().await {
        return n;
    }
    0
}

#[checked_async(warn(async_without_await))]
async fn tail() -> Option<u32> {
    work().await
}

#[checked_async(warn(async_without_await))]
async fn in_an_argument() -> u32 {
    Some(1).map_or(2, |n| n + 1) + u32::max(1, work().await.unwrap_or(3))
}

#[checked_async(warn(async_without_await))]
async fn in_a_pattern_s_else() -> u32 {
    let Some(n) = Some(1).filter(|n| *n > 1) else { return work().await.unwrap_or(4) };
    n
}
