//! The event loop: one thread, the checks of asyncio's debug mode, and a shutdown that loses nothing.
//!
//! | file | its part |
//! |---|---|
//! | `core` | what a loop keeps, and how the loop of a thread is found |
//! | `turns` | what runs when, and when the thread sleeps |
//! | `timers`, `callback`, `clock`, `shuffle` | times, plain functions, other clocks and orders |
//! | `inbox`, `remote`, `blocking` | other threads |
//! | `shutdown`, `generators`, `interrupt`, `outlook` | the end, and whether there will be one |
//! | `dump` | what the tasks do, written where it is asked for |
//! | `builder`, `handle`, `explore` | more of the public face |
//!
//! What is *guaranteed* about the order: entries run in the order in which they were queued; timers in the order of their
//! deadlines, then of their creation; messages of one thread in the order in which they were sent; what a turn schedules
//! runs in the next one. What is so *today*: a look at I/O after every 61 entries.

mod blocking;
mod builder;
mod callback;
mod checks;
mod clock;
mod core;
mod dump;
mod explore;
mod generators;
mod handle;
pub(crate) mod idle;
mod inbox;
#[cfg(unix)]
mod interrupt;
#[cfg(not(unix))]
#[path = "event_loop/no_interrupt.rs"]
mod interrupt;
pub(crate) mod number;
mod outlook;
mod remote;
mod shuffle;
mod shutdown;
mod sockets;
mod timers;
mod turns;

/// What the tests of `inbox` replace.
mod sync {
    pub(super) use std::sync::atomic::{AtomicBool, Ordering};
    pub(super) use std::sync::{Mutex, MutexGuard, PoisonError};
}

use std::fmt;
use std::future::Future;
use std::io;
use std::panic::{Location, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;

pub use blocking::{RunBlocking, run_blocking};
pub use builder::Builder;
pub(crate) use callback::Callback;
pub use callback::{CallbackHandle, call_at, call_later, call_soon};
pub(crate) use checks::Took;
pub(crate) use clock::after;
pub use clock::{Clock, MockClock};
pub(crate) use core::{Core, raise};
use dump::Dumps;
pub use explore::explore;
pub use generators::shutdown_generators;
pub use handle::{Handle, handle, remote};
use interrupt::Interrupt;
pub use remote::{LoopClosed, Remote, RemoteHandle};
pub(crate) use shutdown::drop_late;
use sockets::Sockets;
pub(crate) use timers::{Action, TimerKey};
pub(crate) use turns::wake;
use turns::{Ended, Main, Turns, Until};

use crate::report;
use crate::task::JoinError;
use crate::task::record::TaskKey;
use crate::task::stored::Stored;

/// An event loop, for those who need more than [`run`].
///
/// It can run several futures one after another; tasks live on between them. It stays on the thread where it was made.
///
/// # Examples
///
/// ```
/// use checked_async::EventLoop;
///
/// let mut event_loop = EventLoop::new()?;
/// let task = event_loop.run(async { checked_async::spawn(async { 42 }) })?;
/// assert_eq!(event_loop.run(task)?.unwrap(), 42);
/// event_loop.close();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct EventLoop {
    core: Rc<Core>,
    handle_ctrl_c: bool,
    /// Kept from a run that Ctrl-C has ended: the second one ends the shutdown.
    interrupt: Option<Interrupt>,
    dumps: Option<Rc<Dumps>>,
    sockets: Sockets,
}

/// Runs a future on a new event loop, shuts the loop down, and returns the future's output.
///
/// What is queued when the future is finished has one more turn, so that a task that was just started has begun. Then, as
/// after a panic or Ctrl-C, all tasks are cancelled and waited for, so that their cleanup runs, then blocking closures are
/// waited for, both within a time limit of ten seconds. What is not finished by then is reported as
/// `pending_task_dropped`. Modelled on `asyncio.run`.
///
/// On the program's main thread it also looks after Ctrl-C: the first cancels the future, and the process ends when the loop
/// has shut down; the second ends it at once.
///
/// # Panics
///
/// If a loop runs on this thread already (`nested_run`), if the future does, if the loop is stopped or the future cancelled
/// before it is finished, and if the system has no resources for a loop. [`EventLoop::builder`] gives errors instead.
///
/// # Examples
///
/// ```
/// let answer = checked_async::run(async { 6 * 7 });
/// assert_eq!(answer, 42);
/// ```
#[track_caller]
pub fn run<F: Future>(main: F) -> F::Output {
    core::refuse_nested_run();
    match EventLoop::builder().run(main) {
        Ok(output) => output,
        Err(RunError::Interrupted) => Interrupt::end_process(),
        Err(error) => panic!("{error}"),
    }
}

impl EventLoop {
    /// A loop with the default settings.
    ///
    /// # Errors
    ///
    /// If the system has no resources for it: it takes a few file descriptors.
    pub fn new() -> io::Result<Self> {
        Self::builder().build()
    }

    /// Sets up a loop.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Runs a future, and all tasks of the loop meanwhile. What is queued when the future is finished has one more turn.
    ///
    /// # Errors
    ///
    /// A [`RunError`], if the run ends before the future does. The future is dropped then.
    ///
    /// # Panics
    ///
    /// If the future does, and if a loop runs on this thread already (`nested_run`).
    #[track_caller]
    pub fn run<F: Future>(&mut self, main: F) -> Result<F::Output, RunError> {
        core::refuse_nested_run();
        outcome(self.run_at(Location::caller(), main))
    }

    fn run_at<F: Future>(
        &mut self,
        created: &'static Location<'static>,
        main: F,
    ) -> Result<Result<F::Output, JoinError>, RunError> {
        let core = Rc::clone(&self.core);
        let _entered = core.enter();
        let mut interrupt = if self.handle_ctrl_c { Interrupt::watch().map_err(RunError::Start)? } else { None };
        let task = core.add_main(created);
        let mut main = RunningMain { core: &core, task, stored: pin!(Stored::new(main)) };
        core.stop.set(false);
        core.main_is_done.set(false);
        core.set_main(Some(task));
        let ended = {
            let mut turns = Turns::new(&core, Until::MainIsDone);
            turns.main = Some(Main { future: main.stored.as_mut() });
            turns.interrupt = interrupt.as_mut();
            turns.dumps = self.dumps.clone();
            async_io::block_on(turns)
        };
        if let Some(dumps) = &self.dumps {
            dumps.run_ended(&core);
        }
        if ended == Ended::Done {
            shutdown::last_turn(&core);
        }
        core.set_main(None);
        core.set_waker(None);
        report::flush();
        if let Some(panic) = core.take_panic() {
            return Ok(Err(JoinError::panicked(panic)));
        }
        let interrupted = interrupt.as_ref().is_some_and(Interrupt::was_seen);
        match (ended, main.stored.as_mut().take()) {
            (_, Some(Err(error))) if interrupted && error.is_cancelled() => {
                self.interrupt = interrupt;
                Err(RunError::Interrupted)
            }
            (_, Some(outcome)) => Ok(outcome),
            (Ended::Done | Ended::Stopped | Ended::TimedOut, None) => Err(RunError::Stopped),
        }
    }

    /// A way to the loop for other code on this thread.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle::new(&self.core)
    }

    /// A way into the loop for other threads.
    #[must_use]
    pub fn remote(&self) -> Remote {
        Remote::new(self.core.shared())
    }

    /// Shuts the loop down: cancels the tasks and waits for them and for blocking closures, within the time limit.
    ///
    /// A loop that is dropped instead drops its tasks where they stand, and reports them as `pending_task_dropped`.
    ///
    /// A loop that runs cannot be closed, nor one that is closed run:
    ///
    /// ```compile_fail,E0505
    /// let mut event_loop = checked_async::EventLoop::new().unwrap();
    /// event_loop.run(async { event_loop.close() });
    /// ```
    ///
    /// ```compile_fail,E0382
    /// let mut event_loop = checked_async::EventLoop::new().unwrap();
    /// event_loop.close();
    /// event_loop.run(async {});
    /// ```
    ///
    /// # Panics
    ///
    /// With what is reported meanwhile at level `panic`.
    pub fn close(self) {
        let entered = self.core.enter();
        shutdown::graceful(&self.core);
        drop(entered);
        // The rest is in its drop.
    }
}

/// The future given to `run`. Dropped before it is finished, it takes its task with it.
struct RunningMain<'a, F: Future> {
    core: &'a Core,
    task: TaskKey,
    stored: Pin<&'a mut Stored<F>>,
}

impl<F: Future> Drop for RunningMain<'_, F> {
    fn drop(&mut self) {
        self.core.drop_main(self.task, self.stored.as_mut());
    }
}

/// What a run gives to its caller: a panic goes on there.
fn outcome<T>(result: Result<Result<T, JoinError>, RunError>) -> Result<T, RunError> {
    result?.map_err(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(_) => RunError::Cancelled,
    })
}

impl Drop for EventLoop {
    fn drop(&mut self) {
        let entered = self.core.enter();
        shutdown::drop_all(&self.core);
        if self.core.is_debug() {
            self.sockets.report_left();
        }
        if let Some(dumps) = &self.dumps {
            dumps.loop_ended(&self.core);
        }
        report::flush();
        drop(entered);
        if let Some(panic) = self.core.take_panic() {
            if std::thread::panicking() {
                crate::report::drop_panic(panic);
            } else {
                resume_unwind(panic);
            }
        }
    }
}

impl fmt::Debug for EventLoop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventLoop").field("tasks", &self.core.tasks().count_unfinished()).finish_non_exhaustive()
    }
}

/// Why a run of a loop ended before the future did.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// [`Handle::stop`] was called.
    Stopped,
    /// Ctrl-C was pressed.
    Interrupted,
    /// The future was cancelled, as `current_task().unwrap().cancel()` does.
    Cancelled,
    /// The system has no resources for a loop.
    Start(io::Error),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RunError::Stopped => f.write_str("the event loop was stopped before the future was finished"),
            RunError::Interrupted => f.write_str("the event loop was interrupted"),
            RunError::Cancelled => f.write_str("the main task was cancelled"),
            RunError::Start(error) => write!(f, "the event loop cannot start: {error}"),
        }
    }
}

impl std::error::Error for RunError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RunError::Start(error) => Some(error),
            _ => None,
        }
    }
}
