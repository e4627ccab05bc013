//! What std's channels, threads and locks answer at once.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::mpsc::{Receiver, Sender, TryRecvError};
use std::sync::{Condvar, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

#[checked_async]
async fn poll(events: &Receiver<u32>, out: &Sender<u32>) -> Result<u32, TryRecvError> {
    let first = events.try_recv()?;
    for event in events.try_iter() {
        out.send(event).ok();
    }
    tokio::task::yield_now().await;
    match events.try_recv() {
        Ok(event) => Ok(first + event),
        Err(TryRecvError::Empty) => Ok(first),
        Err(error) => Err(error),
    }
}

#[checked_async]
async fn look(worker: &JoinHandle<u32>) -> Option<String> {
    if worker.is_finished() {
        return None;
    }
    worker.thread().unpark();
    worker.thread().name().map(str::to_owned)
}

#[checked_async]
async fn signal(open: &Mutex<bool>, opened: &Condvar, limit: &RwLock<u32>) -> u32 {
    *open.lock().unwrap_or_else(PoisonError::into_inner) = true;
    opened.notify_one();
    opened.notify_all();
    let limit = *limit.read().unwrap_or_else(PoisonError::into_inner);
    tokio::task::yield_now().await;
    limit
}

/// The thread tells when it is done; its handle is joined by nobody.
#[checked_async]
async fn compute(data: Vec<u32>) -> Option<u32> {
    let (send, receive) = oneshot::channel();
    let worker = std::thread::spawn(move || send.send(data.iter().sum()).is_ok());
    let sum = receive.await.ok();
    drop(worker);
    sum
}
