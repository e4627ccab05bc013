//! Blocking that is meant: on an expression, a statement, a function.

#![deny(warnings)]

use checked_async::checked_async;
use futures::executor::block_on;
use std::sync::Arc;
use tokio::sync::Mutex;

async fn ready() -> u32 {
    1
}

#[checked_async]
async fn known_to_be_ready() -> u32 {
    let first = #[checked(allow(nested_block_on))]
    block_on(ready());
    #[checked(allow(nested_block_on))]
    let second = smol::future::block_on(ready());
    first + second
}

#[checked_async(allow(nested_block_on))]
async fn everything(total: Arc<Mutex<u32>>) -> u32 {
    let last = [1, 2].into_iter().map(|n| n + block_on(ready())).sum::<u32>();
    *total.blocking_lock() + last
}

/// The closure runs on the runtime of the caller's thread, which is none of those that poll.
#[checked_async(allow(nested_block_on))]
impl Bridge {
    async fn call(&self) -> u32 {
        let enter = || block_on(ready());
        enter() + self.0
    }
}
struct Bridge(u32);
