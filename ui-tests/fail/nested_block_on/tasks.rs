//! `block_on` inside tasks, and in the executor's own block.

use checked_async::checked_async;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc};
use tokio::task::{JoinHandle, LocalSet};

#[derive(Default)]
struct Session {
    seen: Mutex<Vec<u32>>,
}

async fn fetch(id: u32) -> u32 {
    id * 2
}

#[checked_async]
fn start(session: Arc<Session>, mut ids: mpsc::Receiver<u32>) -> impl Future<Output = ()> {
    async move {
        while let Some(id) = ids.recv().await {
            let found = Handle::current().block_on(fetch(id)); //~ nested_block_on: Handle::current().block_on(fetch(id))
            session.seen.lock().await.push(found);
        }
    }
}

#[checked_async]
async fn spawn(session: Arc<Session>) -> JoinHandle<usize> {
    tokio::spawn(async move {
        let seen = session.seen.blocking_lock(); //~ nested_block_on: session.seen.blocking_lock()
        seen.len()
    })
}

#[checked_async]
async fn local(session: &Session) -> u32 {
    let set = LocalSet::new();
    let found = set.run_until(async { smol::block_on(fetch(2)) }).await; //~ nested_block_on: smol::block_on(fetch(2))
    let both = futures::future::join(
        async { futures::executor::block_on(fetch(3)) }, //~ nested_block_on: futures::executor::block_on(fetch(3))
        fetch(4),
    );
    let (three, four) = both.await;
    session.seen.lock().await.extend([found, three, four]);
    found
}

/// A wrapper of its own hides what it does.
fn wait_for<F: Future>(future: F) -> F::Output {
    futures::executor::block_on(future)
}

#[checked_async]
async fn wrapped() -> u32 {
    wait_for(fetch(5)) //~ missed nested_block_on: wait_for(fetch(5))
}
