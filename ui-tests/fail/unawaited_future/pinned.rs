//! A future that is pinned and never polled.

use checked_async::checked_async;
use std::pin::pin;

async fn f() -> u32 {
    1
}

#[checked_async]
async fn bad() {
    pin!(f()); //~ missed unawaited_future: pin!(f())
    std::pin::pin!(f()); //~ unawaited_future: f()
    let _ = pin!(f()); //~ unawaited_future: f()
    Box::pin(f()); //~ unawaited_future: Box::pin(f())
    let pinned = pin!(f()); //~ unused_future_binding: f()
}

#[checked_async]
async fn good() {
    let pinned = pin!(f());
    pinned.await;
}
