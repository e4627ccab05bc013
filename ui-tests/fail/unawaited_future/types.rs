//! Futures of all types: opaque, named, generic, boxed, pinned, borrowed, and what `.await` turns into one.

use checked_async::checked_async;
use futures::future::{BoxFuture, FutureExt, LocalBoxFuture};
use std::future::{Future, IntoFuture, Ready, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future without `#[must_use]`.
struct Plain;
impl Future for Plain {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}
fn plain() -> Plain {
    Plain
}

/// A builder that `.await` sends.
struct Request {
    retries: u32,
}
impl Request {
    fn new() -> Self {
        Self { retries: 0 }
    }
    fn retries(mut self, retries: u32) -> Self {
        self.retries = retries;
        self
    }
}
impl IntoFuture for Request {
    type Output = u32;
    type IntoFuture = Ready<u32>;
    fn into_future(self) -> Ready<u32> {
        ready(self.retries)
    }
}

/// A future that borrows.
struct Borrowing<'a>(&'a u32);
impl Future for Borrowing<'_> {
    type Output = u32;
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u32> {
        Poll::Ready(*self.0)
    }
}
fn borrowing(n: &u32) -> Borrowing<'_> {
    Borrowing(n)
}

async fn f() -> u32 {
    1
}
fn boxed() -> BoxFuture<'static, u32> {
    f().boxed()
}
fn local() -> LocalBoxFuture<'static, u32> {
    f().boxed_local()
}
fn unpin_box() -> Box<dyn Future<Output = u32> + Unpin> {
    Box::new(ready(1))
}
fn opaque() -> impl Future<Output = u32> + Send + 'static {
    f()
}
fn make<F: Future>(future: F) -> F {
    future
}

#[checked_async]
async fn bad<F: Future + 'static>(make_generic: impl Fn() -> F, n: u32) {
    plain(); //~ unawaited_future: plain()
    Plain; //~ missed unawaited_future: Plain
    let _ = plain(); //~ unawaited_future: plain()
    ready(1); //~ missed unawaited_future: ready(1)
    std::future::pending::<u32>(); //~ missed unawaited_future: std::future::pending::<u32>()
    std::future::poll_fn(|_| Poll::Ready(())); //~ missed unawaited_future: std::future::poll_fn(|_| Poll::Ready(()))
    Request::new(); //~ unawaited_future: Request::new()
    Request::new().retries(3); //~ unawaited_future: Request::new().retries(3)
    let _ = Request::new().retries(3).into_future(); //~ missed unawaited_future: Request::new().retries(3).into_future()
    borrowing(&n); //~ unawaited_future: borrowing(&n)
    boxed(); //~ unawaited_future: boxed()
    local(); //~ unawaited_future: local()
    unpin_box(); //~ unawaited_future: unpin_box()
    opaque(); //~ unawaited_future: opaque()
    make(f()); //~ unawaited_future: make(f())
    make_generic(); //~ unawaited_future: make_generic()
    Box::pin(f()); //~ unawaited_future: Box::pin(f())
    let _ = Box::pin(async move { n }); //~ unawaited_future: Box::pin(async move { n })
    f().boxed(); //~ unawaited_future: f().boxed()
    f().map(|n| n + 1); //~ unawaited_future: f().map(|n| n + 1)
    futures::future::join(f(), f()); //~ unawaited_future: futures::future::join(f(), f())
    futures::future::join_all([f(), f()]); //~ unawaited_future: futures::future::join_all([f(), f()])
    tokio::time::sleep(std::time::Duration::ZERO); //~ unawaited_future: tokio::time::sleep(std::time::Duration::ZERO)
    tokio::time::timeout(std::time::Duration::ZERO, f()); //~ unawaited_future: tokio::time::timeout(std::time::Duration::ZERO, f())
    tokio::task::yield_now(); //~ unawaited_future: tokio::task::yield_now()
}

#[checked_async]
async fn good<F: Future + 'static>(make_generic: impl Fn() -> F, n: u32) {
    plain().await;
    Request::new().retries(3).await;
    borrowing(&n).await;
    make(f()).await;
    make_generic().await;
    boxed().await;
    futures::future::join(f(), f()).await;
}
