//! Waiting for threads inside tasks, async blocks and closures.

use checked_async::checked_async;
use futures::StreamExt;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Barrier, Mutex};
use std::thread::JoinHandle;
use tokio::task::JoinSet;

#[checked_async]
async fn forward(events: Receiver<String>, out: tokio::sync::mpsc::Sender<String>) {
    let forwarder = tokio::spawn(async move {
        while let Ok(event) = events.recv() { //~ warning blocking_wait: events.recv()
            if out.send(event).await.is_err() {
                break;
            }
        }
    });
    forwarder.await.ok();
}

#[checked_async]
fn joiner<T: Send>(thread: JoinHandle<T>) -> impl Future<Output = Option<T>> + Send {
    async move {
        let joined = thread.join(); //~ warning blocking_wait: thread.join()
        joined.ok()
    }
}

#[checked_async]
async fn rendezvous(barrier: Arc<Barrier>, shared: Arc<Mutex<Receiver<u32>>>) -> usize {
    let mut tasks = JoinSet::new();
    for _ in 0..2 {
        let (barrier, shared) = (barrier.clone(), shared.clone());
        tasks.spawn(async move {
            let leader = barrier.wait().is_leader(); //~ warning blocking_wait: barrier.wait()
            leader || shared.lock().unwrap().recv().is_ok() //~ warning blocking_wait: shared.lock().unwrap().recv()
        });
    }
    tasks.join_all().await.into_iter().filter(|done| *done).count()
}

#[checked_async]
async fn streamed(threads: Vec<JoinHandle<u32>>) -> Vec<u32> {
    let join = async |thread: JoinHandle<u32>| thread.join().unwrap_or(0); //~ warning blocking_wait: thread.join()
    futures::stream::iter(threads).then(join).collect().await
}

#[checked_async]
async fn called_below() -> u32 {
    let (send, receive) = channel();
    let next = || receive.recv().unwrap_or_default(); //~ warning blocking_wait: receive.recv()
    rayon::spawn(move || [1, 2].into_iter().for_each(|number| send.send(number).unwrap()));
    let first = next();
    tokio::task::yield_now().await;
    first + next()
}
