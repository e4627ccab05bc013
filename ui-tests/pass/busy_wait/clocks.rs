//! Loops whose end is a point in time, a simulated clock, or the loop's own counter.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::{Duration, SystemTime};
use tokio::time::{Instant, sleep, sleep_until};

#[checked_async]
async fn until(deadline: Instant) {
    while Instant::now() < deadline {
        tokio::task::yield_now().await;
    }
}

#[checked_async]
async fn at_least(limit: Duration) {
    let start = Instant::now();
    while start.elapsed() < limit {
        sleep(Duration::from_millis(1)).await;
    }
}

#[checked_async]
async fn until_the_wall_clock_says(time: SystemTime) {
    // The wall clock may be set while we sleep.
    while SystemTime::now() < time {
        sleep(Duration::from_secs(60)).await;
    }
}

struct Bucket {
    tokens: f64,
    rate: f64,
}

#[checked_async]
impl Bucket {
    async fn take(&mut self, needed: f64) {
        while self.tokens < needed {
            let step = Duration::from_millis(100);
            sleep(step).await;
            self.tokens += self.rate * step.as_secs_f64();
        }
        self.tokens -= needed;
    }

    async fn idle(&self, from: Instant) {
        let mut at = from;
        loop {
            if at.elapsed().as_secs() == 0 {
                break;
            }
            at += Duration::from_secs(1);
            sleep_until(at).await;
        }
    }
}
