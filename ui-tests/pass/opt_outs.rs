//! What says that a future is dropped on purpose.

#![deny(warnings)]

use checked_async::{checked_async, discard};
use std::future::Future;
use std::pin::Pin;

async fn f() -> u32 {
    1
}

#[checked_async]
async fn explicit(n: Option<u32>) {
    discard(f());
    checked_async::discard(f());
    discard(n.map(|_| f()));
    discard(vec![f()]);
    let _: Pin<Box<dyn Future<Output = u32>>> = Box::pin(f());
    let _: std::future::Ready<u32> = std::future::ready(1);
    let future = f();
    drop(future);
    let other = f();
    let _ = other;
    let stored = n.map(|_| f());
    drop(stored);
}

#[checked_async]
async fn arguments(_future: impl Future, _: impl Future, (_a, _b): (impl Future, impl Future)) {}

#[checked_async]
async fn mentioned_later(ready: bool) {
    let first = f();
    if ready {
        first.await;
    }
    let second = f();
    let third = f();
    tokio::join!(second, third);
    let named = f();
    println!("{}", size_of_val(&named));
    let captured = f();
    let closure = move || captured;
    closure().await;
    let formatted = std::future::ready(1);
    println!("{formatted:?}");
    let pinned = std::pin::pin!(f());
    pinned.await;
    let mut in_macro = Box::pin(f());
    tokio::select! {
        _ = &mut in_macro => {}
        _ = f() => {}
    }
}
