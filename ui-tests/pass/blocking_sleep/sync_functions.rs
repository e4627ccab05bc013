//! Sleeps in functions that are not async, inside checked items and inside async bodies.

#![deny(warnings)]

use checked_async::checked_async;
use std::thread::sleep;
use std::time::Duration;

struct Lamp {
    on: bool,
    blink: Duration,
}

#[checked_async]
impl Lamp {
    fn blink(&mut self) {
        self.on = true;
        sleep(self.blink);
        self.on = false;
    }

    fn blinks(&mut self, times: u32) {
        (0..times).for_each(|_| {
            self.blink();
            std::thread::sleep(self.blink);
        });
    }

    async fn blink_async(&mut self) {
        self.on = true;
        tokio::time::sleep(self.blink).await;
        self.on = false;
    }
}

#[checked_async]
impl Drop for Lamp {
    fn drop(&mut self) {
        sleep(self.blink);
    }
}

#[checked_async]
mod checked {
    use std::{thread, time::Duration};

    pub fn wait() {
        thread::sleep(Duration::from_secs(1));
    }

    pub trait Pause {
        fn pause(&self) {
            thread::sleep(Duration::from_secs(1));
        }
    }
}

#[checked_async]
async fn functions_inside(lamp: &mut Lamp) -> bool {
    fn settle(time: Duration) {
        sleep(time);
    }
    struct Relay;
    impl Relay {
        fn click(&self) -> bool {
            sleep(Duration::from_millis(2));
            true
        }
    }
    lamp.blink_async().await;
    let blink = lamp.blink;
    let relay = Relay;
    tokio::task::spawn_blocking(move || {
        settle(blink);
        relay.click()
    })
    .await
    .unwrap_or(false)
}
