//! Handles of tasks, whose work runs whether they are awaited or not.

#![deny(warnings)]

use checked_async::checked_async;
use std::thread;
use tokio::task::{AbortHandle, JoinHandle, JoinSet, LocalSet};

async fn f() -> u32 {
    1
}

fn start() -> JoinHandle<u32> {
    tokio::spawn(f())
}
fn start_maybe() -> Option<JoinHandle<u32>> {
    Some(start())
}
fn begin() -> async_std::task::JoinHandle<u32> {
    async_std::task::spawn(f())
}
async fn begin_later() -> JoinHandle<u32> {
    start()
}

struct Server;
impl Server {
    fn run(&self) -> JoinHandle<()> {
        tokio::spawn(async {})
    }
    async fn listen(&self) -> std::io::Result<JoinHandle<()>> {
        Ok(self.run())
    }
}

#[checked_async]
async fn tokio_handles(server: &Server) {
    tokio::spawn(f());
    let _ = tokio::spawn(f());
    drop(tokio::spawn(f()));
    let _task = tokio::spawn(f());
    tokio::task::spawn(f());
    tokio::task::spawn_blocking(|| 1);
    tokio::task::spawn_local(f());
    let handle = tokio::runtime::Handle::current();
    handle.spawn(f());
    handle.spawn_blocking(|| 1);
    start();
    let _ = start();
    let _started = start();
    drop(start());
    start_maybe();
    let _ = start_maybe();
    begin_later().await;
    server.run();
    let _ = server.listen().await;
    (start(), start());
    for _ in 0..2 {
        start();
    }
    match 1 {
        1 => drop(start()),
        _ => {
            start();
        }
    }
    vec![start(), start()];
    Some(1).map(|_| start());
    Some(1).map(|_| tokio::spawn(f()));
    let _tasks = vec![start()];
    let _tasks = (1..3).map(|_| start()).collect::<Vec<_>>();
}

#[checked_async]
async fn sets() {
    let mut set = JoinSet::new();
    set.spawn(f());
    let _: AbortHandle = set.spawn(f());
    set.spawn_blocking(|| 1);
    while let Some(done) = set.join_next().await {
        let _ = done;
    }
    set.abort_all();
    let local = LocalSet::new();
    local.spawn_local(f());
    local.await;
}

#[checked_async]
async fn others(executor: &smol::Executor<'_>) {
    smol::spawn(f()).detach();
    let task = smol::spawn(f());
    task.detach();
    executor.spawn(f()).detach();
    async_std::task::spawn(f());
    let _ = async_std::task::spawn(f());
    begin();
    let _begun = begin();
    thread::spawn(|| 1);
    let _ = thread::spawn(|| 1);
    let _thread = thread::Builder::new().spawn(|| 1);
    thread::scope(|scope| {
        scope.spawn(|| 1);
    });
    let (_sender, receiver) = tokio::sync::oneshot::channel::<u32>();
    drop(receiver);
    let (sender, receiver) = futures::channel::oneshot::channel::<u32>();
    drop((sender, receiver));
    subscribe();
    let _subscribed = subscribe();
    let _ = subscribe();
}

/// Sends something elsewhere; the answer may be ignored.
fn subscribe() -> tokio::sync::oneshot::Receiver<u32> {
    tokio::sync::oneshot::channel().1
}
