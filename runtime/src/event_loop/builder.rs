//! The settings of a loop.

use std::fmt;
use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use async_io::Timer;

use super::clock::{Clock, Monotonic};
use super::core::{self, Core, Settings};
use super::{EventLoop, RunError};
use crate::check::{self, slow_poll};

/// Sets up an [`EventLoop`]: [`EventLoop::builder`].
#[must_use = "it does nothing until it is built or run"]
pub struct Builder {
    settings: Settings,
    handle_ctrl_c: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Builder {
            settings: Settings {
                debug: check::on_by_default(),
                slow_after: slow_poll::slow_after_by_default(),
                stalled_after: Some(Duration::from_secs(10)),
                is_stall_expected: false,
                shutdown_timeout: Duration::from_secs(10),
                clock: Box::new(Monotonic),
                shuffle: None,
            },
            // Signals are the main thread's business, and tests run elsewhere.
            handle_ctrl_c: std::thread::current().name() == Some("main"),
        }
    }
}

impl Builder {
    /// Whether slow steps, callbacks and waits for I/O, and stalls, are looked for. By default as `CHECKED_ASYNC` says (`1`
    /// and levels but `off` for yes, `0` for no), or else where the checks are on: in builds with `debug_assertions`, or
    /// with the feature `force-checks`. In a build with `no-checks` it has no effect.
    pub fn debug(mut self, debug: bool) -> Self {
        self.settings.debug = debug;
        self
    }

    /// From when on a step, a callback or a wait for I/O is slow, and so is a poll of a checked function in a task of this loop
    /// that does not say itself; 100 ms by default, as in asyncio, or what [`set_slow_after`](crate::set_slow_after) or
    /// `CHECKED_ASYNC=slow_after=…` says when this is made.
    pub fn slow_after(mut self, slow_after: Duration) -> Self {
        self.settings.slow_after = slow_after;
        self
    }

    /// After what time with nothing to run a loop with tasks is reported as stalled: 10 s by default, `None` for never.
    ///
    /// A loop that waits for a timer, for I/O, a signal or a process, or for a closure on another thread, is not. By default
    /// neither is one that another thread may still wake, nor where that cannot be known (elsewhere than on Linux); who sets
    /// this says that the loop never waits that long for other threads.
    pub fn stalled_after(mut self, stalled_after: impl Into<Option<Duration>>) -> Self {
        self.settings.stalled_after = stalled_after.into();
        self.settings.is_stall_expected = true;
        self
    }

    /// Takes the time from another clock, a [`MockClock`](super::MockClock) in tests.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.settings.clock = Box::new(clock);
        self
    }

    /// Runs the tasks of each turn in another order, which depends on the seed. See [`explore`](super::explore()).
    pub fn shuffle(mut self, seed: u64) -> Self {
        self.settings.shuffle = Some(seed);
        self
    }

    /// How long the shutdown waits for tasks and closures; 10 s by default.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.settings.shutdown_timeout = timeout;
        self
    }

    /// Whether the loop looks after Ctrl-C while it runs, see [`run`](super::run()). By default on the program's main thread
    /// only. At most one loop does at a time; elsewhere than on Unix none does.
    pub fn handle_ctrl_c(mut self, handle: bool) -> Self {
        self.handle_ctrl_c = handle;
        self
    }

    /// Makes the loop.
    ///
    /// # Errors
    ///
    /// If the system has no resources for it: it takes a few file descriptors.
    pub fn build(self) -> io::Result<EventLoop> {
        start_reactor()?;
        Ok(EventLoop { core: Core::new(self.settings), handle_ctrl_c: self.handle_ctrl_c, runs: 0, interrupt: None })
    }

    /// Makes the loop, runs a future on it, and shuts it down.
    ///
    /// # Errors
    ///
    /// If there are no resources for the loop, and if the run ends before the future does.
    ///
    /// # Panics
    ///
    /// If the future does, and if a loop runs on this thread already (`nested_run`).
    #[track_caller]
    pub fn run<F: Future>(self, main: F) -> Result<F::Output, RunError> {
        core::refuse_nested_run();
        let mut event_loop = self.build().map_err(RunError::Start)?;
        let result = event_loop.run_at(std::panic::Location::caller(), main);
        let closed = catch_unwind(AssertUnwindSafe(|| event_loop.close()));
        let outcome = super::outcome(result);
        // The panic of the future itself comes first.
        closed.unwrap_or_else(|panic| resume_unwind(panic));
        outcome
    }
}

/// Starts async-io's reactor, which all loops share, while it is known that it can.
fn start_reactor() -> io::Result<()> {
    static STARTED: Mutex<bool> = Mutex::new(false);
    let mut started = STARTED.lock().unwrap_or_else(PoisonError::into_inner);
    if !*started {
        // Without resources the reactor itself would panic, with whoever uses it first.
        drop(polling::Poller::new()?);
        let mut first_use = pin!(Timer::after(Duration::from_secs(1)));
        let _ = first_use.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        *started = true;
    }
    Ok(())
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("debug", &self.settings.debug)
            .field("slow_after", &self.settings.slow_after)
            .field("stalled_after", &self.settings.stalled_after)
            .field("shutdown_timeout", &self.settings.shutdown_timeout)
            .field("shuffle", &self.settings.shuffle)
            .field("handle_ctrl_c", &self.handle_ctrl_c)
            .finish_non_exhaustive()
    }
}
