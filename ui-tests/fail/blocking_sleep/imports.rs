//! Sleeps by every path that leads to them: aliases, groups, imports of a body, of a module, and absolute paths.

use checked_async::checked_async;
use std as sys;
use std::thread as os;
use std::thread::sleep as pause;
use std::thread::{self, park_timeout};
use std::time::Duration;

#[checked_async]
async fn of_the_file(tick: Duration) {
    pause(tick); //~ blocking_sleep: pause(tick)
    os::sleep(tick); //~ blocking_sleep: os::sleep(tick)
    thread::sleep(tick); //~ blocking_sleep: thread::sleep(tick)
    park_timeout(tick); //~ blocking_sleep: park_timeout(tick)
    sys::thread::sleep(tick); //~ blocking_sleep: sys::thread::sleep(tick)
    ::std::thread::sleep(tick); //~ blocking_sleep: ::std::thread::sleep(tick)
}

#[checked_async]
async fn of_the_body(tick: Duration) {
    use std::thread::{park, sleep};
    sleep(tick); //~ blocking_sleep: sleep(tick)
    {
        use std::thread as here;
        here::park_timeout(tick); //~ blocking_sleep: here::park_timeout(tick)
    }
    park(); //~ blocking_sleep: park()
}

#[allow(deprecated)]
#[checked_async]
async fn old() {
    thread::sleep_ms(20); //~ blocking_sleep: thread::sleep_ms(20)
    thread::park_timeout_ms(20); //~ blocking_sleep: thread::park_timeout_ms(20)
}

mod worker {
    use checked_async::checked_async;
    use std::{thread::sleep as nap, time::Duration};

    #[checked_async]
    pub async fn idle() {
        nap(Duration::from_secs(1)); //~ blocking_sleep: nap(Duration::from_secs(1))
    }
}

#[checked_async]
mod annotated {
    use std::{thread, time};

    pub async fn idle() {
        thread::sleep(time::Duration::from_secs(1)); //~ blocking_sleep: thread::sleep(time::Duration::from_secs(1))
    }
}
