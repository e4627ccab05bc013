//! Functions, methods and modules of one's own that are called sleep, park and thread.

#![deny(warnings)]

use checked_async::checked_async;
use std::time::Duration;

/// The messages of one conversation, as a forum has them.
mod thread {
    use std::time::Duration;

    pub async fn sleep(duration: Duration) {
        tokio::time::sleep(duration).await;
    }
    pub fn park(id: u64) -> String {
        format!("thread {id} is parked")
    }
}

fn sleep(state: &mut State) {
    *state = State::Asleep;
}

#[derive(PartialEq)]
enum State {
    Awake,
    Asleep,
}

struct Device {
    state: State,
    lot: Vec<u64>,
}

impl Device {
    fn sleep(&mut self, _: Duration) {
        self.state = State::Asleep;
    }
    fn park(&mut self, car: u64) {
        self.lot.push(car);
    }
    fn unpark(&mut self) -> Option<u64> {
        self.lot.pop()
    }
}

#[checked_async]
async fn night(device: &mut Device) -> Option<u64> {
    thread::sleep(Duration::from_millis(1)).await;
    println!("{}", thread::park(7));
    device.sleep(Duration::from_secs(28_800));
    device.park(7);
    if device.state == State::Awake {
        sleep(&mut device.state);
    }
    device.unpark()
}

mod driver {
    use super::Duration;
    use checked_async::checked_async;

    pub struct Clock(u64);
    impl Clock {
        pub fn sleep(&mut self, duration: Duration) {
            self.0 += duration.as_secs();
        }
    }

    #[checked_async]
    pub async fn simulate(clock: &mut Clock, sleep: impl Fn(Duration) -> u64) -> u64 {
        clock.sleep(Duration::from_secs(1));
        sleep(Duration::from_secs(clock.0))
    }
}
