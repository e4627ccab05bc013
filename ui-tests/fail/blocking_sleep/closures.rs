//! Sleeps in closures that run at once, and in async blocks and closures.

use checked_async::checked_async;
use futures::{FutureExt, StreamExt};
use std::thread;
use std::time::Duration;

async fn fetch(id: u32) -> Result<u32, Duration> {
    if id > 9 { Err(Duration::from_millis(9)) } else { Ok(id) }
}

#[checked_async]
async fn adapters(delays: &[Duration], limit: Option<Duration>) -> Result<u32, Duration> {
    delays.iter().for_each(|delay| thread::sleep(*delay)); //~ blocking_sleep: thread::sleep(*delay)
    let total: Duration = delays
        .iter()
        .filter(|delay| !delay.is_zero())
        .map(|delay| {
            thread::sleep(*delay); //~ blocking_sleep: thread::sleep(*delay)
            *delay
        })
        .sum();
    if let Some(limit) = limit.inspect(|limit| thread::sleep(*limit)) { //~ blocking_sleep: thread::sleep(*limit)
        return Err(limit + total);
    }
    fetch(1).await.or_else(|rest| {
        thread::sleep(rest); //~ blocking_sleep: thread::sleep(rest)
        Ok(0)
    })
}

#[checked_async]
async fn by_name(delays: Vec<Duration>, limit: Option<Duration>) {
    limit.map(std::thread::sleep); //~ blocking_sleep: std::thread::sleep
    delays.into_iter().for_each(thread::sleep); //~ blocking_sleep: thread::sleep
}

#[checked_async]
async fn combinators(ids: Vec<u32>) -> u32 {
    futures::stream::iter(ids)
        .for_each(|id| async move {
            thread::sleep(Duration::from_millis(id.into())); //~ blocking_sleep: thread::sleep(Duration::from_millis(id.into()))
        })
        .await;
    fetch(2)
        .map(|answer| {
            thread::sleep(Duration::from_millis(1)); //~ blocking_sleep: thread::sleep(Duration::from_millis(1))
            answer.unwrap_or_default()
        })
        .await
}

#[checked_async]
async fn called_below(rest: Duration) -> bool {
    let wait = |times: u32| thread::sleep(rest * times); //~ blocking_sleep: thread::sleep(rest * times)
    wait(1);
    fetch(3).await.ok();
    wait(2);
    let back_off = async |times: u32| {
        thread::sleep(rest * times); //~ blocking_sleep: thread::sleep(rest * times)
        fetch(times).await.is_ok()
    };
    (|| thread::sleep(rest))(); //~ blocking_sleep: thread::sleep(rest)
    back_off(3).await
}
