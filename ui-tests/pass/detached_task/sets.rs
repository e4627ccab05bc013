//! Sets and streams of tasks, which keep what the discarded value of `spawn` does not.

#![deny(warnings)]

use checked_async::checked_async;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::task::{JoinError, JoinSet};

#[derive(Debug)]
struct Unreachable;

async fn probe(host: u8) -> Result<u8, Unreachable> {
    if host == 0 { Err(Unreachable) } else { Ok(host) }
}

#[checked_async]
async fn with_join_set() -> usize {
    let mut set = JoinSet::new();
    for host in 0..4 {
        set.spawn(probe(host));
    }
    let _abort = set.spawn(async { probe(9).await });
    set.spawn_blocking(|| Err(Unreachable));
    set.join_all().await.into_iter().filter(Result::is_ok).count()
}

#[checked_async]
async fn with_unordered(hosts: &[u8]) -> Result<usize, JoinError> {
    let tasks = FuturesUnordered::new();
    for &host in hosts {
        tasks.push(tokio::spawn(probe(host)));
    }
    tasks.fold(Ok(0), async |sum, done| Ok(sum? + usize::from(done?.is_ok()))).await
}

#[checked_async]
async fn scoped(executor: &smol::Executor<'_>) -> Result<u8, Unreachable> {
    let first = executor.spawn(probe(1));
    let second = executor.spawn(probe(2));
    executor.run(async { Ok(first.await? + second.await?) }).await
}

struct Tracker(Vec<tokio::task::JoinHandle<Result<u8, Unreachable>>>);

impl Tracker {
    fn spawn(&mut self, host: u8) -> usize {
        self.0.push(tokio::spawn(probe(host)));
        self.0.len()
    }
}

#[checked_async]
async fn with_own_set(tracker: &mut Tracker) {
    tracker.spawn(1);
    let _ = tracker.spawn(2);
    let _third = tracker.spawn(3);
}
