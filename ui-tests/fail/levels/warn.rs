//! Lints at level `warn`, set on the item: warnings, and the case compiles.

#![allow(unused_variables)]

use checked_async::checked_async;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future of which rustc's own `unused_must_use` says nothing.
struct Plain;
impl Future for Plain {
    type Output = u32;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> {
        Poll::Ready(1)
    }
}
fn f() -> Plain {
    Plain
}

#[checked_async(warn(unawaited_future, unawaited_in_container, unused_future_binding, future_of_future))]
async fn all(n: Option<u32>) {
    f(); //~ warning unawaited_future: f()
    let _ = f(); //~ warning unawaited_future: f()
    drop(f()); //~ warning unawaited_future: f()
    n.map(|_| f()); //~ warning unawaited_in_container: n.map(|_| f())
    let _ = vec![f()]; //~ warning unawaited_in_container: vec![f()]
    let y = f(); //~ warning unused_future_binding: f()
    let nested = async { f() }; //~ warning future_of_future: f()
    nested.await.await;
    tokio::join!(async {
        f(); //~ warning unawaited_future: f()
    });
}

#[checked_async(warn(future_of_future))]
async fn output() -> Plain { //~ warning future_of_future: Plain
    f()
}

#[checked_async(warn(unawaited_future))]
impl Drop for Guard {
    fn drop(&mut self) {
        f(); //~ warning unawaited_future: f()
    }
}
struct Guard;

#[checked_async(warn(unawaited_future))]
mod inner {
    use super::{checked_async, f};

    pub async fn warned() {
        f(); //~ warning unawaited_future: f()
    }

    #[checked_async(allow(unawaited_future))]
    pub async fn overridden() {
        let _ = f();
    }
}

#[checked_async]
async fn on_statements(n: Option<u32>) {
    #[checked(warn(unawaited_future))]
    f(); //~ warning unawaited_future: f()
    #[checked(warn(unawaited_future))]
    let _ = f(); //~ warning unawaited_future: f()
    #[checked(warn(unused_future_binding))]
    let _y = f(); //~ warning unused_future_binding: f()
    #[checked(warn(unawaited_in_container))]
    n.map(|_| f()); //~ warning unawaited_in_container: n.map(|_| f())
    #[checked(warn(unawaited_future))]
    if n.is_some() {
        f(); //~ warning unawaited_future: f()
    }
}
