//! The async counterparts, and methods that answer at once.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::FutureExt;
use std::sync::Arc;
use tokio::sync::{Mutex, RwLock, broadcast, mpsc, oneshot};
use tokio::task::LocalSet;

async fn load(id: u32) -> u32 {
    id
}

#[checked_async]
async fn awaited(total: Arc<Mutex<u32>>, limit: &RwLock<u32>, mut ids: mpsc::Receiver<u32>) -> u32 {
    let mut buffer = Vec::new();
    ids.recv_many(&mut buffer, 8).await;
    while let Some(id) = ids.recv().await {
        if id > *limit.read().await {
            *limit.write().await = id;
        }
        *total.clone().lock_owned().await += load(id).await;
    }
    let sum = total.lock().await;
    *sum
}

#[checked_async]
async fn at_once(total: &Mutex<u32>, ids: &mut mpsc::Receiver<u32>, log: &mpsc::Sender<u32>) -> Option<u32> {
    let id = ids.try_recv().ok()?;
    log.try_send(id).ok()?;
    if let Ok(mut total) = total.try_lock() {
        *total += id;
    }
    load(id).now_or_never()
}

#[checked_async]
async fn replies(ids: &[u32]) -> Vec<u32> {
    let (send, mut news) = broadcast::channel(1);
    let (reply, answer) = oneshot::channel();
    send.send(reply.send(1).unwrap_or(())).ok();
    let first = answer.await.unwrap_or(0) + news.recv().await.map_or(1, |()| 2);
    let set = LocalSet::new();
    let loaded = set.run_until(load(first)).await;
    let later = set.run_until(load(first));
    later.await;
    let rest = ids.iter().map(|id| load(id + loaded));
    futures::future::join_all(rest).await
}

/// Names, fields and text that say the word.
#[checked_async]
async fn words(block_on: u32) -> String {
    struct Options {
        blocking_send: bool,
    }
    let options = Options { blocking_send: block_on > 1 };
    let blocking_recv = |n: u32| n + block_on;
    format!("block_on({}) {} {}", blocking_recv(2), options.blocking_send, stringify!(x.block_on(y)))
}
