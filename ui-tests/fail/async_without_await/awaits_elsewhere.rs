//! The only `.await`s belong to something else: a task, a block that is returned, a closure, a function inside.

use checked_async::checked_async;
use futures::future::BoxFuture;

async fn work() {}

#[checked_async(warn(async_without_await))]
async fn starts_a_task() { //~ warning async_without_await: starts_a_task
    tokio::spawn(async {
        work().await;
    });
}

#[checked_async(warn(async_without_await))]
async fn makes_jobs() -> Vec<BoxFuture<'static, ()>> { //~ warning async_without_await: makes_jobs
    vec![Box::pin(async {
        work().await;
    })]
}

#[checked_async(warn(async_without_await))]
async fn has_a_closure() -> impl AsyncFn() { //~ warning async_without_await: has_a_closure
    async || work().await
}

#[checked_async(warn(async_without_await))]
async fn has_a_function() -> u32 { //~ warning async_without_await: has_a_function
    async fn inner() {
        work().await;
    }
    tokio::spawn(inner());
    1
}
