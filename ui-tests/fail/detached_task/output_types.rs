//! Results that do not look like one: aliases, boxed futures, generics, blocks with `?`.

use checked_async::checked_async;
use futures::future::{BoxFuture, FutureExt};
use std::future::Future;
use std::num::ParseIntError;

mod store {
    #[derive(Debug)]
    pub enum Error {
        Full,
        Gone,
    }
    pub type Result<T = ()> = std::result::Result<T, Error>;

    pub async fn put(key: &str) -> Result {
        if key.is_empty() { Err(Error::Gone) } else { Ok(()) }
    }
    pub fn put_boxed(key: &'static str) -> super::BoxFuture<'static, Result<usize>> {
        Box::pin(async move { put(key).await.map(|()| key.len()) })
    }
}

trait Job {
    type Outcome: Send;
    fn run(self) -> impl Future<Output = Result<Self::Outcome, store::Error>> + Send + 'static;
}

#[checked_async]
async fn by_alias() {
    tokio::spawn(store::put("a")); //~ warning detached_task: tokio::spawn(store::put("a"))
    tokio::spawn(store::put_boxed("b")); //~ warning detached_task: tokio::spawn(store::put_boxed("b"))
    let renamed = store::put("c").map(|done| done.map_err(|_| "lost"));
    tokio::spawn(renamed); //~ warning detached_task: tokio::spawn(renamed)
}

#[checked_async]
async fn by_question_mark(port: &'static str) {
    tokio::spawn(async move { //~ warning detached_task: tokio::spawn(async move { … })
        let port: u16 = port.parse()?;
        println!("would listen on {port}");
        Ok::<(), ParseIntError>(())
    });
}

#[checked_async]
async fn by_generic<T, F>(future: F)
where
    T: Send + 'static,
    F: Future<Output = store::Result<T>> + Send + 'static,
{
    tokio::spawn(future); //~ warning detached_task: tokio::spawn(future)
}

#[checked_async]
async fn by_trait<J: Job>(job: J)
where
    J::Outcome: 'static,
{
    let _ = tokio::spawn(job.run()); //~ warning detached_task: tokio::spawn(job.run())
}
