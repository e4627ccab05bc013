//! Looks: how the checks count the time of what does not happen, a tenth of a second each, by one thread for the program.
//!
//! Where the whole program stands still, as in a debugger or on a machine that sleeps, that is one look at most. The thread
//! begins when there is something to look at, and ends when there has been nothing for a while.
//!
//! Invariant: it holds no lock while it waits or wakes, and all code of others' that it runs is that of wakers.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use crate::check::{lost_waker, stalled_future};
use crate::report;

/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// After how many looks at nothing the thread ends.
const IDLE: u32 = 10;

/// How many looks there were.
static LOOKS: AtomicU64 = AtomicU64::new(0);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Looker {
    Absent,
    Looking,
    /// It was asked to go on since its last look.
    Asked,
}

static LOOKER: Mutex<Looker> = Mutex::new(Looker::Absent);

fn looker() -> MutexGuard<'static, Looker> {
    LOOKER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The number of the last look.
pub(crate) fn now() -> u64 {
    LOOKS.load(Relaxed)
}

/// How many looks take this time at least: one more than make it up, as the first may come at once.
pub(crate) fn in_time(time: Duration) -> u64 {
    u64::try_from(time.as_millis().div_ceil(PAUSE.as_millis())).map_or(u64::MAX, |looks| looks.saturating_add(1))
}

/// Has someone look from now on, as there is something to look at. If the system has no thread for that, nobody does.
pub(crate) fn keep_on() {
    let mut looker = looker();
    if *looker == Looker::Absent {
        let thread = thread::Builder::new().name("checked-async-stalls".into()).stack_size(256 * 1024);
        if thread.spawn(run).is_err() {
            return;
        }
    }
    *looker = Looker::Asked;
}

/// What the thread does.
fn run() {
    let mut idle = 0;
    loop {
        thread::sleep(PAUSE);
        let look = LOOKS.fetch_add(1, Relaxed) + 1;
        let mut wakers = Vec::new();
        let found = stalled_future::look(look, &mut wakers) | lost_waker::look(look, &mut wakers);
        #[cfg(feature = "event-loop")]
        let found = found | crate::event_loop::idle::look(look, &mut wakers);
        wakers.into_iter().for_each(wake);
        let mut looker = looker();
        idle = if found || *looker == Looker::Asked { 0 } else { idle + 1 };
        *looker = if idle < IDLE { Looker::Looking } else { Looker::Absent };
        if idle == IDLE {
            return;
        }
    }
}

/// Wakes a task or a loop that is to be looked at.
fn wake(waker: Waker) {
    report::quietly(|| waker.wake());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_looks_take_the_time_at_least() {
        assert_eq!(in_time(Duration::from_secs(1)), 11);
        assert_eq!(in_time(Duration::from_millis(101)), 3);
        assert_eq!(in_time(Duration::ZERO), 1);
        assert_eq!(in_time(Duration::MAX), u64::MAX);
    }
}
