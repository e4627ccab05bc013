//! Async code whose output is a future, next to the same code that awaits it.

use checked_async::checked_async;
use futures::future::{BoxFuture, FutureExt};

#[checked_async]
async fn load() -> u32 {
    1
}

#[checked_async]
async fn bad() -> BoxFuture<'static, u32> { //~ future_of_future: BoxFuture<'static, u32>
    load().boxed()
}

#[checked_async]
async fn bad_blocks() {
    let nested = async { load() }; //~ future_of_future: load()
    nested.await.await;
}

#[checked_async]
async fn good() -> u32 {
    load().await
}

#[checked_async]
async fn good_blocks() {
    let flat = async { load().await };
    flat.await;
}
