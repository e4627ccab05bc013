//! A handler that wants to limit how long its own computations take.

use checked_async::checked_async;
use std::collections::BTreeMap;
use std::num::ParseIntError;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

struct Request {
    body: String,
    deadline: Instant,
}

fn count(words: &str) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for word in words.split_whitespace() {
        *counts.entry(word).or_default() += 1;
    }
    counts
}

fn sum(numbers: &str) -> Result<u64, ParseIntError> {
    numbers.split(',').map(str::parse::<u64>).sum()
}

#[checked_async]
async fn words(request: &Request) -> Result<usize, &'static str> {
    let counted = timeout(Duration::from_secs(2), async { //~ warning timeout_without_await: timeout(Duration::from_secs(2), async { … })
        let counts = count(&request.body);
        counts.into_values().max().unwrap_or(0)
    })
    .await;
    counted.map_err(|_| "too many words")
}

#[checked_async]
async fn numbers(request: Request) -> Result<u64, String> {
    match timeout_at(request.deadline, async move { sum(&request.body) }).await { //~ warning timeout_without_await: timeout_at(request.deadline, async move { sum(&request.body) })
        Ok(Ok(sum)) => Ok(sum),
        Ok(Err(error)) => Err(error.to_string()),
        Err(elapsed) => Err(elapsed.to_string()),
    }
}

#[checked_async]
async fn both(request: &Request) -> Result<u64, Box<dyn std::error::Error>> {
    if request.body.len() < 1000 {
        let total = timeout(Duration::from_millis(10), async { //~ warning timeout_without_await: timeout(Duration::from_millis(10), async { … })
            let first = sum(&request.body)?;
            Ok::<_, ParseIntError>(first * 2)
        });
        return Ok(total.await??);
    }
    Ok(0)
}
