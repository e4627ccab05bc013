//! What else may be timed: streams of a runtime, futures that never end, loops that let others run.

#![deny(warnings)]

use checked_async::checked_async;
use std::future::{pending, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

const LIMIT: Duration = Duration::from_secs(1);

#[checked_async]
async fn at_most_once(permits: Arc<Semaphore>) -> bool {
    let permit = timeout(LIMIT, permits.clone().acquire_owned()).await;
    let all = timeout(LIMIT, async {
        let first = permits.acquire().await;
        first.is_ok_and(|permit| permit.num_permits() == 1)
    });
    permit.is_ok_and(|permit| permit.is_ok()) && all.await.unwrap_or(false)
}

#[checked_async]
async fn for_ever() {
    let waited = timeout(LIMIT, pending::<()>()).await;
    println!("{waited:?}");
    let waited = timeout(LIMIT, async {
        pending::<()>().await;
        println!("never");
    });
    println!("{:?}", waited.await);
}

#[checked_async]
async fn by_hand(mut left: u32) -> Option<u32> {
    timeout(
        LIMIT,
        poll_fn(move |cx| {
            left -= 1;
            if left == 0 {
                return Poll::Ready(left);
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }),
    )
    .await
    .ok()
}

#[checked_async]
async fn in_turns(numbers: &[u64]) -> u64 {
    let sum = timeout(LIMIT, async {
        let mut sum = 0;
        for chunk in numbers.chunks(1000) {
            sum += chunk.iter().sum::<u64>();
            tokio::task::consume_budget().await;
        }
        sum
    });
    sum.await.unwrap_or(0)
}
