//! Blocks with an `.await` that is not theirs: in a task, a closure, a function, a future that is only made.

use checked_async::checked_async;
use futures::future::BoxFuture;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const LIMIT: Duration = Duration::from_secs(1);

async fn store(number: u64) {
    sleep(Duration::from_millis(number)).await;
}

#[checked_async]
async fn in_a_task(numbers: Vec<u64>) -> usize {
    let started = timeout(LIMIT, async { //~ warning timeout_without_await: timeout(LIMIT, async { … })
        for &number in &numbers {
            tokio::spawn(async move {
                store(number).await;
            });
        }
        numbers.len()
    });
    started.await.unwrap_or(0)
}

#[checked_async]
async fn in_a_future(numbers: &[u64]) -> usize {
    let made: Vec<BoxFuture<'static, ()>> = timeout(LIMIT, async { //~ warning timeout_without_await: timeout(LIMIT, async { … })
        let mut futures: Vec<BoxFuture<'static, ()>> = Vec::new();
        for &number in numbers {
            futures.push(Box::pin(async move { store(number * 2).await }));
        }
        futures
    })
    .await
    .unwrap_or_default();
    let count = made.len();
    for future in made {
        future.await;
    }
    count
}

#[checked_async]
async fn in_a_function(seed: u64) -> u64 {
    store(seed).await;
    let last = timeout(LIMIT, async move { //~ warning timeout_without_await: timeout(LIMIT, async move { … })
        async fn twice(number: u64) {
            store(number).await;
            store(number).await;
        }
        let later = async |number: u64| twice(number).await;
        println!("{}", size_of_val(&later));
        (0..seed).fold(seed, |state, _| state.wrapping_mul(31))
    })
    .await;
    last.unwrap_or(seed)
}
