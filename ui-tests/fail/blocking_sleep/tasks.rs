//! Sleeps inside tasks that run on the threads of a runtime.

use checked_async::checked_async;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tokio::task::{JoinHandle, JoinSet};

#[derive(Default)]
struct Metrics {
    sent: AtomicU64,
}

async fn push(metrics: &Metrics) {
    metrics.sent.fetch_add(1, Ordering::Relaxed);
}

#[checked_async]
async fn start(metrics: Arc<Metrics>, period: Duration) -> JoinHandle<u64> {
    tokio::spawn(async move {
        for _ in 0..10 {
            push(&metrics).await;
            thread::sleep(period); //~ blocking_sleep: thread::sleep(period)
        }
        metrics.sent.load(Ordering::Relaxed)
    })
}

#[checked_async]
async fn start_many(metrics: Arc<Metrics>, period: Duration) {
    let mut pushers = JoinSet::new();
    for index in 0..4 {
        let metrics = metrics.clone();
        pushers.spawn(async move {
            thread::sleep(period * index); //~ blocking_sleep: thread::sleep(period * index)
            push(&metrics).await;
        });
    }
    while pushers.join_next().await.is_some() {}
}

/// The body is an async block that is returned.
#[checked_async]
fn pusher(metrics: Arc<Metrics>, period: Duration) -> impl Future<Output = ()> + Send {
    async move {
        push(&metrics).await;
        thread::sleep(period); //~ blocking_sleep: thread::sleep(period)
    }
}

#[checked_async]
async fn elsewhere(metrics: Arc<Metrics>) {
    let task = smol::spawn(async move {
        push(&metrics).await;
        thread::park_timeout(Duration::from_secs(1)); //~ blocking_sleep: thread::park_timeout(Duration::from_secs(1))
    });
    let other = async_std::task::spawn(async {
        thread::sleep(Duration::from_secs(2)); //~ blocking_sleep: thread::sleep(Duration::from_secs(2))
    });
    task.await;
    other.await;
}
