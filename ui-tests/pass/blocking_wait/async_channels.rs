//! The channels, handles and barriers of the runtimes, whose methods have the same names.

#![deny(warnings)]

use checked_async::checked_async;
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Barrier, Notify, mpsc};
use tokio::task::{JoinHandle, JoinSet};

#[checked_async]
async fn channels(mut receive: mpsc::Receiver<u32>, other: smol::channel::Receiver<u32>) -> u32 {
    let mut sum = 0;
    while let Some(number) = receive.recv().await {
        sum += number;
    }
    let next = tokio::time::timeout(Duration::from_secs(1), other.recv());
    if let Ok(Ok(number)) = next.await {
        sum += number;
    }
    let (send, third) = async_std::channel::unbounded();
    send.send(sum).await.ok();
    let (_, mut fourth) = futures::channel::mpsc::channel::<u32>(1);
    let both = tokio::join!(third.recv(), fourth.next());
    both.0.unwrap_or(0)
}

#[checked_async]
async fn handles(worker: JoinHandle<u32>, mut set: JoinSet<u32>) -> Vec<u32> {
    let first = worker.await.unwrap_or(0);
    while let Some(Ok(number)) = set.join_next().await {
        println!("{number}");
    }
    set.spawn(async move { first });
    set.join_all().await
}

#[checked_async]
async fn barriers(barrier: Arc<Barrier>, opened: &Notify) -> bool {
    let leader = barrier.wait().await.is_leader();
    opened.notified().await;
    let tasks = [barrier.clone(), barrier].map(|barrier| tokio::spawn(async move { barrier.wait().await }));
    for task in tasks {
        task.await.ok();
    }
    smol::lock::Barrier::new(1).wait().await.is_leader() && leader
}
