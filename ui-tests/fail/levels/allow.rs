//! Lints at level `allow`: what they allow is silent, what they do not is not.

#![allow(unused_variables, unused_must_use)]

use checked_async::checked_async;
use futures::future::BoxFuture;

async fn f() -> u32 {
    1
}

#[checked_async(allow(unawaited_future))]
async fn one(n: Option<u32>) {
    f();
    let _ = f();
    n.map(|_| f()); //~ unawaited_in_container: n.map(|_| f())
    let y = f(); //~ unused_future_binding: f()
}

#[checked_async(allow(unawaited_future, unawaited_in_container), allow(unused_future_binding, future_of_future))]
async fn all(n: Option<u32>) -> BoxFuture<'static, u32> {
    f();
    n.map(|_| f());
    let y = f();
    let nested = async { f() };
    nested.await.await;
    Box::pin(f())
}

#[checked_async]
async fn on_statements(n: Option<u32>) {
    #[checked(allow(unawaited_future))]
    f();
    f(); //~ unawaited_future: f()
    #[checked(allow(unawaited_future))]
    let _ = f();
    #[checked(allow(unused_future_binding))]
    let _y = f();
    #[checked(allow(unawaited_in_container))]
    n.map(|_| f());
    #[checked(allow(unawaited_in_container))]
    f(); //~ unawaited_future: f()
    #[checked(allow(unawaited_future))]
    {
        f();
        #[checked(deny(unawaited_future))]
        f(); //~ unawaited_future: f()
        f();
    }
    #[checked(allow(unawaited_future))]
    for _ in 0..2 {
        f();
    }
    match n {
        #[checked(allow(unawaited_future))]
        Some(1) => {
            f();
        }
        Some(_) => #[checked(allow(unawaited_future))]
        {
            f();
        }
        None => {
            f(); //~ unawaited_future: f()
        }
    }
    let closure = #[checked(allow(unawaited_future))]
    || {
        f();
    };
    closure();
    let nested = #[checked(allow(future_of_future))]
    async {
        f()
    };
    nested.await.await;
    #[checked(allow(unawaited_future))]
    drop(f());
    drop(
        #[checked(allow(unawaited_future))]
        f(),
    );
    #[checked(allow(unawaited_future))]
    tokio::join!(async {
        f();
    });
    #[checked(allow(unawaited_in_container), allow(unawaited_future))]
    vec![f()];
    #[checked(allow(unawaited_in_container))]
    vec![f()];
}

#[checked_async(allow(unawaited_future))]
async fn denied_inside() {
    f();
    #[checked(deny(unawaited_future))]
    f(); //~ unawaited_future: f()
}

#[checked_async(allow(unawaited_future))]
mod inner {
    use super::{checked_async, f};

    pub async fn allowed() {
        f();
    }
    #[checked_async]
    pub async fn denied() {
        f(); //~ unawaited_future: f()
    }
    #[checked_async(deny(unawaited_future))]
    impl Thing {
        async fn denied() {
            f(); //~ unawaited_future: f()
        }
        #[checked_async(allow(unawaited_future))]
        async fn allowed() {
            f();
        }
    }
    pub struct Thing;
}
