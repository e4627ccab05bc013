//! Bodies that are empty or not written yet.

#![deny(warnings)]

use checked_async::checked_async;

#[checked_async(warn(async_without_await))]
async fn empty() {}

#[checked_async(warn(async_without_await))]
async fn later() -> u32 {
    todo!()
}

#[checked_async(warn(async_without_await))]
async fn never(_name: &str) -> u32 {
    unimplemented!("not on this platform")
}

struct Hooks;

#[checked_async(warn(async_without_await))]
impl Hooks {
    async fn before(&self) {}
    async fn after(&self) {
        // Nothing to do.
    }
}
