//! Sleeps in every place of a body: tails, arms, branches, values, jumps.

use checked_async::checked_async;
use std::thread;
use std::time::Duration;

const SHORT: Duration = Duration::from_millis(5);

#[derive(Debug)]
enum Status {
    Ready,
    Busy(Duration),
    Throttled { retry_after: Option<u64> },
}

async fn status() -> Status {
    Status::Ready
}

#[checked_async]
async fn arms(name: &str) -> usize {
    match status().await {
        Status::Ready => {}
        Status::Busy(rest) => thread::sleep(rest), //~ blocking_sleep: thread::sleep(rest)
        Status::Throttled { retry_after: Some(seconds) } => {
            thread::sleep(Duration::from_secs(seconds)); //~ blocking_sleep: thread::sleep(Duration::from_secs(seconds))
        }
        Status::Throttled { retry_after: None } => return name.len(),
    }
    let Status::Ready = status().await else {
        thread::sleep(SHORT); //~ blocking_sleep: thread::sleep(SHORT)
        return 0;
    };
    let () = if name.is_empty() { thread::sleep(SHORT) } else { tokio::time::sleep(SHORT).await }; //~ blocking_sleep: thread::sleep(SHORT)
    name.len()
}

#[checked_async]
async fn values(rounds: u32) {
    let started = std::time::Instant::now();
    let rest = {
        thread::sleep(SHORT); //~ blocking_sleep: thread::sleep(SHORT)
        started.elapsed()
    };
    for _ in 0..rounds {
        if rest > SHORT {
            continue;
        }
        'attempt: {
            if status_is_known() {
                break 'attempt thread::sleep(rest); //~ blocking_sleep: thread::sleep(rest)
            }
            thread::sleep(
                //~^ blocking_sleep: thread::sleep( … )
                SHORT * rounds,
            )
        }
    }
    loop {
        break thread::sleep(rest); //~ blocking_sleep: thread::sleep(rest)
    }
}

#[checked_async]
async fn at_the_end() {
    status().await;
    thread::sleep(SHORT) //~ blocking_sleep: thread::sleep(SHORT)
}

#[checked_async]
async fn returned() {
    if status_is_known() {
        return thread::sleep(SHORT); //~ blocking_sleep: thread::sleep(SHORT)
    }
    status().await;
}

fn status_is_known() -> bool {
    true
}
