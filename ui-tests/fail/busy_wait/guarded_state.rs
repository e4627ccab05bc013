//! State behind a lock, a `RefCell` or a plain reference, looked at between two sleeps.

use checked_async::checked_async;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Mutex, OnceLock, RwLock};
use std::time::Duration;
use tokio::time::sleep;

const PAUSE: Duration = Duration::from_millis(20);

#[derive(Default)]
struct Pool {
    idle: Mutex<VecDeque<u32>>,
    busy: parking_lot::Mutex<Vec<u32>>,
    closing: RwLock<bool>,
    config: OnceLock<String>,
}

#[checked_async]
impl Pool {
    async fn take(&self) -> Option<u32> {
        while self.idle.lock().unwrap().is_empty() { //~ warning busy_wait: self.idle.lock().unwrap().is_empty()
            sleep(PAUSE).await;
        }
        self.idle.lock().unwrap().pop_front()
    }

    async fn close(&self) {
        while !self.busy.lock().is_empty() { //~ warning busy_wait: !self.busy.lock().is_empty()
            sleep(PAUSE).await;
        }
        while !*self.closing.read().unwrap() { //~ warning busy_wait: !*self.closing.read().unwrap()
            sleep(PAUSE).await;
        }
    }

    async fn configured(&self) -> &str {
        while self.config.get().is_none() { //~ warning busy_wait: self.config.get().is_none()
            sleep(PAUSE).await;
        }
        self.config.get().unwrap()
    }
}

#[checked_async]
async fn answer(slot: Rc<RefCell<Option<String>>>) -> String {
    while slot.borrow().is_none() { //~ warning busy_wait: slot.borrow().is_none()
        tokio::task::yield_now().await;
    }
    slot.take().unwrap_or_default()
}
