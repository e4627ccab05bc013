//! Blocks, closures and functions that return a future by hand.

#![deny(warnings)]

use checked_async::checked_async;
use std::future::ready;

#[checked_async(warn(async_without_await))]
async fn blocks() -> u32 {
    let block = async { 1 };
    let closure = async |n: u32| n + 1;
    block.await + closure(2).await
}

#[checked_async(warn(async_without_await))]
fn by_hand() -> impl Future<Output = u32> {
    ready(1)
}

#[checked_async(warn(async_without_await))]
fn as_a_block(n: u32) -> impl Future<Output = u32> {
    async move { n }
}

#[checked_async]
async fn off_by_default() -> u32 {
    1
}
