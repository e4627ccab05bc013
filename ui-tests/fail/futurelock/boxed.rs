//! Boxed futures, in variables and fields, by `&mut` and by `as_mut()`.

use checked_async::checked_async;
use futures::FutureExt;
use futures::future::BoxFuture;
use std::pin::Pin;
use tokio::sync::mpsc::{Receiver, Sender};

struct Actor {
    current: BoxFuture<'static, u32>,
    inbox: Receiver<u32>,
    outbox: Sender<u32>,
}

async fn work(n: u32) -> u32 {
    n
}

#[checked_async]
impl Actor {
    async fn turn(&mut self) {
        tokio::select! {
            done = &mut self.current => self.current = work(done).boxed(), //~ warning futurelock: &mut self.current
            Some(n) = self.inbox.recv() => {
                let _ = self.outbox.send(n).await;
            }
        }
    }
}

#[checked_async]
async fn by_as_mut(mut inbox: Receiver<u32>, outbox: Sender<u32>) {
    let mut job = Box::pin(work(1));
    tokio::select! {
        done = job.as_mut() => println!("{done}"), //~ warning futurelock: job.as_mut()
        Some(n) = inbox.recv() => drop(outbox.send(n).await),
    }
}

#[checked_async]
async fn from_outside(job: &mut Pin<Box<dyn Future<Output = u32> + Send>>, outbox: &Sender<u32>) -> u32 {
    tokio::select! {
        done = &mut *job => done, //~ warning futurelock: &mut *job
        n = work(2) => {
            let _ = outbox.send(n).await;
            n
        }
    }
}
