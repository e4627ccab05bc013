//! `select!` of the futures crate with handlers that await nothing, after all are complete, or only timers by name.

#![deny(warnings)]

use checked_async::checked_async;
use futures::{FutureExt, StreamExt, pin_mut, select};
use futures::channel::mpsc::Receiver;
use std::time::Duration;
use tokio::time::sleep;

async fn load(n: u32) -> u32 {
    n
}

#[checked_async]
async fn counted() -> u32 {
    let (a, b) = (load(1).fuse(), load(2).fuse());
    pin_mut!(a, b);
    let mut sum = 0;
    loop {
        select! {
            n = a => sum += n,
            n = b => sum += n,
            complete => return load(sum).await,
        }
    }
}

#[checked_async]
async fn timed(mut inbox: Receiver<u32>) -> u32 {
    let timer = sleep(Duration::from_secs(1)).fuse();
    pin_mut!(timer);
    let mut sum = 0;
    loop {
        select! {
            () = timer => return sum,
            n = inbox.select_next_some() => sum += load(n).await,
        }
    }
}

#[checked_async]
async fn streams(mut first: Receiver<u32>, mut second: Receiver<u32>) {
    select! {
        n = first.next() => println!("{n:?}"),
        n = second.next() => println!("{}", load(n.unwrap_or_default()).await),
    }
}
