//! Futures that are driven, and channels that are waited for, on threads of their own.

#![deny(warnings)]

use checked_async::checked_async;
use futures::executor::block_on;
use rayon::prelude::*;
use std::sync::Arc;
use std::thread;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{Mutex, mpsc, oneshot};

async fn load(id: u32) -> u32 {
    id + 1
}

#[checked_async]
async fn blocking_tasks(total: Arc<Mutex<u32>>, mut ids: mpsc::Receiver<u32>) -> u32 {
    let handle = Handle::current();
    let counted = tokio::task::spawn_blocking(move || {
        while let Some(id) = ids.blocking_recv() {
            *total.blocking_lock() += handle.block_on(load(id));
        }
        let guard = total.blocking_lock();
        *guard
    });
    smol::unblock(|| block_on(load(1))).await;
    async_std::task::spawn_blocking(|| smol::block_on(load(2))).await;
    counted.await.unwrap_or(0)
}

#[checked_async]
async fn threads() -> Option<u32> {
    let (reply, answer) = oneshot::channel();
    let (send, receive) = mpsc::channel(1);
    thread::Builder::new()
        .spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move {
                let loaded = load(1).await;
                reply.send(loaded).ok();
            });
        })
        .unwrap();
    thread::spawn(move || (0..3).for_each(|id| send.blocking_send(block_on(load(id))).unwrap()));
    let mut receive = receive;
    receive.recv().await;
    answer.await.ok()
}

#[checked_async]
async fn pools(ids: Vec<u32>) -> Vec<u32> {
    let (reply, answer) = oneshot::channel();
    rayon::spawn(move || {
        let found: Vec<u32> = ids.par_iter().map(|id| block_on(load(*id))).collect();
        reply.send(found).ok();
    });
    answer.await.unwrap_or_default()
}
