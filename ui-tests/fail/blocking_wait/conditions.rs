//! Condition variables and barriers of std.

use checked_async::checked_async;
use std::collections::VecDeque;
use std::sync::{Arc, Barrier, Condvar, Mutex};
use std::thread;
use std::time::Duration;

struct Pool<C> {
    idle: Mutex<VecDeque<C>>,
    returned: Condvar,
}

#[checked_async]
impl<C> Pool<C> {
    async fn take(&self) -> C {
        let mut idle = self.idle.lock().unwrap();
        loop {
            if let Some(connection) = idle.pop_front() {
                return connection;
            }
            idle = self.returned.wait(idle).unwrap(); //~ warning blocking_wait: self.returned.wait(idle)
        }
    }

    async fn take_soon(&self, limit: Duration) -> Option<C> {
        let idle = self.idle.lock().ok()?;
        let (mut idle, waited) = self
            //~^ warning blocking_wait: self … .wait_timeout(idle, limit)
            .returned
            .wait_timeout(idle, limit)
            .ok()?;
        if waited.timed_out() { None } else { idle.pop_front() }
    }

    async fn take_first(&self) -> Option<C> {
        let idle = self.idle.lock().ok()?;
        let idle = self.returned.wait_while(idle, |idle| idle.is_empty()); //~ warning blocking_wait: self.returned.wait_while(idle, |idle| idle.is_empty())
        idle.ok()?.pop_front()
    }

    async fn is_used(&self, limit: Duration) -> bool {
        let idle = self.idle.lock().unwrap();
        match self.returned.wait_timeout_while(idle, limit, |idle| idle.len() > 1) { //~ warning blocking_wait: self.returned.wait_timeout_while(idle, limit, |idle| idle.len() > 1)
            Ok((_, waited)) => waited.timed_out(),
            Err(_) => false,
        }
    }
}

#[checked_async]
async fn start_together(workers: usize) -> bool {
    let barrier = Arc::new(Barrier::new(workers + 1));
    for _ in 0..workers {
        let barrier = barrier.clone();
        thread::spawn(move || barrier.wait());
    }
    barrier.wait(); //~ warning blocking_wait: barrier.wait()
    barrier.wait().is_leader() //~ warning blocking_wait: barrier.wait()
}
