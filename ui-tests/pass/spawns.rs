//! What a checked function may start tasks with: all that it could before, with no warning that was not there.
#![deny(warnings)]

use checked_async::checked_async;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use tokio::task::{AbortHandle, JoinHandle, JoinSet, LocalSet};

async fn f() {}

struct Opaque;

#[checked_async]
async fn outputs() {
    let fails: JoinHandle<Result<(), Opaque>> = tokio::spawn(async {
        f().await;
        Err(Opaque)
    });
    let _ = fails.await;
    let boxed: Pin<Box<dyn Future<Output = u32> + Send>> = Box::pin(async { 1 });
    let _ = tokio::spawn(boxed).await;
    tokio::spawn(f());
    drop(tokio::spawn(async { Opaque }));
    let _ = tokio::spawn(async { loop { f().await } });
    tokio::spawn(std::future::pending::<std::convert::Infallible>());
}

/// The handle of a supervised task is a task's handle to the lints, too.
#[checked_async]
async fn supervised() {
    checked_async::tokio::spawn(async { Opaque });
    checked_async::tokio::spawn(f());
    let _ = checked_async::tokio::spawn_blocking(|| Opaque);
    let named = checked_async::tokio::spawn(async { Opaque }).named("kept");
    drop(named);
    let mut set = checked_async::tokio::JoinSet::new();
    set.spawn(async { Opaque });
    while let Some(output) = set.join_next().await {
        drop(output);
    }
}

#[checked_async]
async fn generic<F, T, E>(future: F) -> Result<T, E>
where
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + Debug + 'static,
{
    tokio::spawn(future).await.unwrap()
}

#[checked_async]
async fn opaque<E: Send + 'static>(error: E) {
    drop(tokio::spawn(async { Err::<(), E>(error) }));
}

#[checked_async]
async fn sets(set: &mut JoinSet<u32>, handle: &tokio::runtime::Handle) -> AbortHandle {
    set.spawn_on(async { 1 }, handle);
    handle.spawn(async { 1 });
    LocalSet::new().spawn_local(async move { 1 });
    set.spawn(async move { 2 })
}

#[checked_async]
async fn imported() {
    use tokio::spawn as start;
    start(async {});
    use tokio::task;
    task::spawn(async {});
    let name = |number: u32| start(async move { number });
    let _ = name(1).await;
}

/// Of other meaning.
struct Scope;

impl Scope {
    fn spawn<F: FnOnce() -> u32>(&self, function: F) -> u32 {
        function()
    }
}

#[checked_async]
async fn others() {
    mod tokio {
        pub(super) fn spawn(number: u32) -> u32 {
            number
        }
    }
    Scope.spawn(|| tokio::spawn(1));
    std::thread::scope(|scope| {
        scope.spawn(|| 1);
    });
}
