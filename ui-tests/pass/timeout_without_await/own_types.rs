//! Functions and methods of one's own that are called `timeout`.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;

/// Says what is to be done when the time has come.
async fn timeout<F: Future>(_limit: Duration, on_timeout: F) -> F::Output {
    tokio::time::sleep(_limit).await;
    on_timeout.await
}

mod alarm {
    use super::Duration;

    /// Notes a deadline and runs the future at once.
    pub async fn timeout_at<F: Future>(deadline: Duration, future: F) -> (Duration, F::Output) {
        (deadline, future.await)
    }
}

struct Request {
    limit: Option<Duration>,
    path: String,
}

impl Request {
    fn timeout(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    async fn with<F: Future>(self, body: F) -> (String, F::Output) {
        (self.path, body.await)
    }
}

struct Scheduler;

impl Scheduler {
    async fn timeout<F: Future>(&self, _limit: Duration, fallback: F) -> F::Output {
        fallback.await
    }
}

#[checked_async]
async fn run(scheduler: &Scheduler, path: &str) -> usize {
    let fallback = timeout(Duration::from_secs(1), async { path.len() }).await;
    let (deadline, length) = alarm::timeout_at(Duration::from_secs(1), async { path.len() }).await;
    let request = Request { limit: None, path: path.to_owned() };
    let (path, body) = request.timeout(deadline).with(async { fallback + length }).await;
    scheduler.timeout(deadline, async { path.len() + body }).await
}
