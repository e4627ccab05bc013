//! Awaits that are not the loop's: in tasks that it starts, in futures that it only makes, before and after it.

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::mpsc::{self, Receiver};
use tokio::task::JoinSet;
use tokio::time::sleep;

async fn work(number: u32) {
    sleep(Duration::from_millis(u64::from(number))).await;
}

#[checked_async]
async fn dispatch(mut jobs: Receiver<u32>) {
    let mut set = JoinSet::new();
    work(0).await;
    loop { //~ warning loop_without_await: loop
        if let Ok(job) = jobs.try_recv() {
            set.spawn(async move {
                work(job).await;
                sleep(Duration::from_secs(1)).await;
            });
        }
    }
}

#[checked_async]
async fn make_only(sender: mpsc::UnboundedSender<futures::future::BoxFuture<'static, ()>>) {
    let mut number = 0;
    loop { //~ warning loop_without_await: loop
        number += 1;
        let job = async move {
            work(number).await;
        };
        sender.send(Box::pin(job)).ok();
    }
}

#[checked_async]
async fn outer_awaits(mut jobs: Receiver<u32>) {
    loop {
        let Some(job) = jobs.recv().await else { return };
        let retry = async |times: u32| {
            work(job * times).await;
        };
        retry(2).await;
        if job == 7 {
            loop { //~ warning loop_without_await: loop
                jobs.close();
            }
        }
    }
}
