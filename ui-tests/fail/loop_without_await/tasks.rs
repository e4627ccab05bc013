//! Loops in async blocks and async closures, handed to `spawn`, `join!`, `select!` and `timeout`.

use checked_async::checked_async;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

struct Counter(AtomicU64);

impl Counter {
    fn step(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

#[checked_async]
async fn in_a_task(counter: Arc<Counter>) {
    let background = tokio::spawn(async move {
        loop { //~ warning loop_without_await: loop
            counter.step();
        }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    background.abort();
}

#[checked_async]
async fn in_macros(counter: &Counter) {
    tokio::join!(tokio::task::yield_now(), async {
        loop { //~ warning loop_without_await: loop
            if counter.step().is_multiple_of(1000) {
                println!("a thousand more");
            }
        }
    });
    tokio::select! {
        _ = tokio::time::sleep(Duration::from_secs(1)) => loop { //~ warning loop_without_await: loop
            counter.step();
        },
        _ = std::future::pending::<()>() => {}
    }
}

#[checked_async]
async fn in_an_async_closure(counter: &Counter) {
    let count = async |start: u64| {
        counter.0.store(start, Ordering::Relaxed);
        loop { //~ warning loop_without_await: loop
            counter.step();
        }
    };
    count(3).await;
}
