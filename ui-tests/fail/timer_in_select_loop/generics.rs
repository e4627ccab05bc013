//! Generic functions, methods of traits and modules.

use checked_async::checked_async;
use futures::{Stream, StreamExt};
use std::time::Duration;
use tokio::time::sleep;

trait Watchdog {
    async fn watch(&self, beats: impl Stream<Item = u32> + Unpin);
}

struct Strict(Duration);

#[checked_async(warn(timer_in_select_loop))]
impl Watchdog for Strict {
    async fn watch(&self, mut beats: impl Stream<Item = u32> + Unpin) {
        loop {
            tokio::select! {
                Some(beat) = beats.next() => println!("{beat}"),
                () = sleep(self.0) => panic!("no beat"), //~ warning timer_in_select_loop: sleep(self.0)
                else => return,
            }
        }
    }
}

#[checked_async(warn(timer_in_select_loop))]
mod reports {
    use super::*;

    pub async fn hourly<S: Stream + Unpin>(mut events: S) -> u64 {
        let mut count = 0;
        while count < 1_000_000 {
            tokio::select! {
                event = events.next() => count += u64::from(event.is_some()),
                () = sleep(Duration::from_secs(3600)) => println!("{count}"), //~ warning timer_in_select_loop: sleep(Duration::from_secs(3600))
            }
        }
        count
    }
}
