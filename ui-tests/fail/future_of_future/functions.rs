//! Functions whose declared output is a future.

use checked_async::checked_async;
use futures::future::{BoxFuture, FutureExt, LocalBoxFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

struct Job;
impl Future for Job {
    type Output = ();
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }
}
type Alias = Pin<Box<dyn Future<Output = u32> + Send>>;
trait Service {
    type Reply: Future;
    async fn call(&self) -> Self::Reply;
}

async fn f() -> u32 {
    1
}

#[checked_async]
async fn boxed() -> BoxFuture<'static, u32> { //~ future_of_future: BoxFuture<'static, u32>
    f().boxed()
}
#[checked_async]
async fn local() -> LocalBoxFuture<'static, u32> { //~ future_of_future: LocalBoxFuture<'static, u32>
    f().boxed_local()
}
#[checked_async]
async fn pinned() -> Pin<Box<dyn Future<Output = u32>>> { //~ future_of_future: Pin<Box<dyn Future<Output = u32>>>
    Box::pin(f())
}
#[checked_async]
async fn alias() -> Alias { //~ future_of_future: Alias
    Box::pin(f())
}
#[checked_async]
async fn named() -> Job { //~ future_of_future: Job
    Job
}
#[checked_async]
async fn fallible() -> Result<Alias, ()> { //~ future_of_future: Result<Alias, ()>
    Ok(Box::pin(f()))
}
#[checked_async]
async fn maybe() -> Option<Job> { //~ future_of_future: Option<Job>
    Some(Job)
}
#[checked_async]
async fn io() -> std::io::Result<Job> { //~ future_of_future: std::io::Result<Job>
    Ok(Job)
}
#[checked_async]
async fn generic<F: Future>(future: F) -> F { //~ future_of_future: F
    future
}
#[checked_async]
async fn opaque() -> impl Future<Output = u32> { //~ future_of_future: impl Future<Output = u32>
    f()
}
#[checked_async]
async fn opaque_in_result() -> Result<impl Future<Output = u32>, ()> { //~ future_of_future: Result<impl Future<Output = u32>, ()>
    Ok(f())
}
#[checked_async]
async fn many() -> Vec<Job> { // What makes several jobs is meant to.
    vec![Job]
}
#[checked_async]
async fn deep() -> Option<Option<Job>> { //~ missed future_of_future: Option<Option<Job>>
    None
}
#[checked_async]
async fn tuple() -> (u32, Job) { // A name for each part says that both are meant.
    (1, Job)
}

#[checked_async]
impl Service for Job {
    type Reply = Job;
    async fn call(&self) -> Self::Reply { //~ future_of_future: Self::Reply
        Job
    }
}

#[checked_async]
impl Job {
    async fn method(&self) -> Alias { //~ future_of_future: Alias
        Box::pin(f())
    }
    async fn make() -> Self { //~ missed future_of_future: Self
        Job
    }
}
