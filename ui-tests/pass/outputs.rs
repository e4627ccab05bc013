//! Async code whose output is no future, or means to be one.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use tokio::task::JoinHandle;

async fn f() -> u32 {
    1
}

#[checked_async]
async fn starts() -> JoinHandle<u32> {
    tokio::spawn(f())
}
#[checked_async]
async fn starts_or_fails() -> Result<JoinHandle<u32>, ()> {
    Ok(tokio::spawn(f()))
}
#[checked_async]
async fn receiver() -> tokio::sync::oneshot::Receiver<u32> {
    tokio::sync::oneshot::channel().1
}
#[checked_async]
async fn stream() -> BoxStream<'static, u32> {
    Box::pin(futures::stream::iter([1]))
}
#[checked_async]
async fn make() -> impl Fn() -> BoxFuture<'static, u32> {
    || Box::pin(f())
}
#[checked_async]
async fn boxed_closure() -> Box<dyn Fn() -> BoxFuture<'static, u32>> {
    Box::new(|| Box::pin(f()))
}
#[checked_async]
async fn generic<T>(value: T) -> T {
    value
}
#[checked_async]
async fn generic_result<T, E>(value: Result<T, E>) -> Result<T, E> {
    value
}
#[checked_async]
async fn associated<I: Iterator>(mut items: I) -> Option<I::Item> {
    items.next()
}
#[checked_async(allow(future_of_future))]
async fn allowed() -> BoxFuture<'static, u32> {
    Box::pin(f())
}
#[checked_async]
async fn blocks() {
    let handle = async { tokio::spawn(f()) };
    let _ = handle.await.await;
    let ok = async { Ok::<_, ()>(f().await) };
    let _ = ok.await;
    let closure = async { || f() };
    (closure.await)().await;
    let unit = async {
        f().await;
    };
    unit.await;
    let never = async { std::process::exit(1) };
    let _: u32 = never.await;
}
