//! An async function that never awaits, next to one that does and one that is not async.

use checked_async::checked_async;

#[checked_async(warn(async_without_await))]
async fn bad(name: &str) -> usize { //~ warning async_without_await: bad
    name.len()
}

#[checked_async(warn(async_without_await))]
async fn good(name: &str) -> usize {
    tokio::task::yield_now().await;
    length(name)
}

fn length(name: &str) -> usize {
    name.len()
}
