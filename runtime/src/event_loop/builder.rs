//! The settings of a loop.

use std::fmt;
use std::future::Future;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::PathBuf;
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Waker};
use std::time::Duration;

use async_io::Timer;

use super::clock::{Clock, Monotonic};
use super::core::{self, Core, Settings};
use super::dump::Dumps;
use super::sockets::Sockets;
use super::{EventLoop, RunError};
use crate::check::{self, slow_poll};
use crate::dump::{self, Target};
use crate::report;

/// Sets up an [`EventLoop`]: [`EventLoop::builder`].
#[must_use = "it does nothing until it is built or run"]
pub struct Builder {
    settings: Settings,
    handle_ctrl_c: bool,
    dump: dump::Settings,
}

impl Default for Builder {
    fn default() -> Self {
        let dump = dump::Settings::from_environment();
        Builder {
            settings: Settings {
                debug: check::on_by_default() || dump.is_any(),
                slow_after: slow_poll::slow_after_by_default(),
                stalled_after: Some(Duration::from_secs(10)),
                is_stall_expected: false,
                shutdown_timeout: Duration::from_secs(10),
                clock: Box::new(Monotonic),
                shuffle: None,
            },
            // Signals are the main thread's business, and tests run elsewhere.
            handle_ctrl_c: std::thread::current().name() == Some("main"),
            dump,
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

    /// Where to write what the tasks of this loop do: as JSON to a file that ends in `.json`, as a page with a timeline to one in
    /// `.html`, else as text; `-` is stderr.
    ///
    /// The file is replaced as a whole when a run of the loop has ended and its tasks are still there, when the loop stands
    /// still (`stalled_loop`), and on a signal, see [`dump_on_signal`](Self::dump_on_signal). A page is written when the loop has
    /// ended, and records from now on all that the tasks of the program's loops do, in bounded memory. On stderr nothing is
    /// said at the end of a run that leaves no tasks. Turns [`debug`](Self::debug) on.
    ///
    /// In place of this and [`dump_on_signal`](Self::dump_on_signal), `CHECKED_ASYNC_DUMP=path` asks for it from outside of the
    /// program, with SIGUSR1.
    ///
    /// # Examples
    ///
    /// ```
    /// let path = std::env::temp_dir().join(format!("tasks-{}.html", std::process::id()));
    /// checked_async::EventLoop::builder().dump_to(&path).run(async {
    ///     checked_async::spawn(async {}).named("reader").await.unwrap();
    /// })?;
    /// assert!(std::fs::read_to_string(&path)?.starts_with("<!DOCTYPE html>")); // With a row for `reader`.
    /// # std::fs::remove_file(&path)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn dump_to(mut self, path: impl Into<PathBuf>) -> Self {
        self.dump.target = Some(Target::new(path.into()));
        self.settings.debug = true;
        self
    }

    /// Has this signal dump the loop's tasks, to stderr unless [`dump_to`](Self::dump_to) says otherwise. Turns
    /// [`debug`](Self::debug) on.
    ///
    /// The tasks of all loops that were asked for are written at once. A loop that does not answer within a second is listed
    /// as busy. Whoever else handles the signal, with the feature `signal` for instance, still does. Once handled, a signal is
    /// handled as long as the program runs. Python's `faulthandler.register` is the model.
    ///
    /// The loop cannot be made, with an error, where the signal cannot be handled.
    #[cfg(unix)]
    pub fn dump_on_signal(mut self, signal: i32) -> Self {
        self.dump.signal = Some(signal);
        self.settings.debug = true;
        self
    }

    /// Makes the loop.
    ///
    /// # Errors
    ///
    /// If the system has no resources for it: it takes a few file descriptors.
    pub fn build(self) -> io::Result<EventLoop> {
        start_reactor()?;
        let core = Core::new(self.settings);
        if core.is_debug() {
            report::watch_panics();
        }
        let dumps = Dumps::begin(&core, self.dump)?.map(Rc::new);
        let sockets = Sockets::look(core.is_debug());
        Ok(EventLoop { core, handle_ctrl_c: self.handle_ctrl_c, interrupt: None, dumps, sockets })
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
