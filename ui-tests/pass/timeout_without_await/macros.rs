//! Blocks whose `.await` is in a macro, or may be.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

const LIMIT: Duration = Duration::from_secs(1);

macro_rules! receive {
    ($receiver:expr) => {
        $receiver.recv().await.unwrap_or_default()
    };
}

async fn job(number: u32) -> u32 {
    sleep(Duration::from_millis(5)).await;
    number
}

#[checked_async]
async fn with_select(mut left: mpsc::Receiver<u32>, mut right: mpsc::Receiver<u32>) -> Option<u32> {
    timeout(LIMIT, async {
        tokio::select! {
            number = left.recv() => number,
            number = right.recv() => number,
        }
    })
    .await
    .ok()?
}

#[checked_async]
async fn with_join() -> u32 {
    let both = timeout(LIMIT, async { futures::join!(job(1), job(2)) }).await.unwrap_or_default();
    let also = timeout(LIMIT, async {
        let (a, b) = tokio::join!(job(1), job(2));
        a + b
    });
    both.0 + both.1 + also.await.unwrap_or(0)
}

#[checked_async]
async fn in_arguments() {
    let printed = timeout(LIMIT, async {
        println!("{}", job(3).await);
        assert_eq!(job(4).await, 4, "{}", job(5).await);
    });
    if printed.await.is_err() {
        println!("late");
    }
    let listed = timeout(LIMIT, async { vec![job(6).await, 7] }).await;
    println!("{listed:?}");
}

#[checked_async]
async fn with_a_macro_of_our_own(mut numbers: mpsc::Receiver<u32>) -> Option<u32> {
    timeout(LIMIT, async { receive!(numbers) }).await.ok()
}
