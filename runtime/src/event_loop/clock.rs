//! Clocks: the machine's, and one for tests that moves by itself when nothing else can happen.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What a loop takes its time from: `EventLoop::builder().clock(…)`.
///
/// A clock that goes backwards delays timers, and does no other harm.
pub trait Clock {
    /// The time.
    fn now(&self) -> Instant;

    /// Called when nothing can run before `until`, where that is the deadline of the first timer.
    ///
    /// If the clock moves itself to that time, it returns `true`, and the loop goes on at once. Otherwise the loop
    /// waits, for that long of the machine's time. It is not called while I/O, other threads or blocking closures may
    /// have something to say first, as far as the loop knows of them.
    fn idle(&self, until: Instant) -> bool {
        let _ = until;
        false
    }
}

/// The machine's monotonic clock.
pub(super) struct Monotonic;

impl Clock for Monotonic {
    #[inline]
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// A clock for tests: it stands still while anything can run, and jumps to the next timer when nothing can.
///
/// Clones are the same clock.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use checked_async::{EventLoop, MockClock};
///
/// let clock = MockClock::new();
/// let slept = EventLoop::builder().clock(clock).run(async {
///     let begin = checked_async::now();
///     checked_async::sleep(Duration::from_secs(3600)).await; // takes no time at all
///     checked_async::now() - begin
/// });
/// assert_eq!(slept.unwrap(), Duration::from_secs(3600));
/// ```
#[derive(Clone, Debug)]
pub struct MockClock {
    now: Rc<Cell<Instant>>,
}

impl MockClock {
    /// A clock that starts now.
    #[must_use]
    pub fn new() -> Self {
        MockClock { now: Rc::new(Cell::new(Instant::now())) }
    }

    /// Moves the clock forward.
    ///
    /// # Panics
    ///
    /// If that is centuries away.
    pub fn advance(&self, by: Duration) {
        self.now.set(self.now.get().checked_add(by).expect("the clock can be moved that far"));
    }
}

impl Default for MockClock {
    fn default() -> Self {
        MockClock::new()
    }
}

impl Clock for MockClock {
    fn now(&self) -> Instant {
        self.now.get()
    }

    fn idle(&self, until: Instant) -> bool {
        self.now.set(self.now.get().max(until));
        true
    }
}

/// This much later; what is out of reach is centuries away.
pub(crate) fn after(now: Instant, delay: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
    now.checked_add(delay).or_else(|| now.checked_add(CENTURY)).unwrap_or(now)
}
