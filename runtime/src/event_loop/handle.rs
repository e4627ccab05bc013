//! A loop as code on its own thread reaches it.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::callback::{self, CallbackHandle};
use super::core::Core;
use super::remote::Remote;
use crate::task::JoinHandle;
use crate::task::spawn;
use crate::tree::TaskTree;

/// A loop, for code on its thread: [`handle`], [`EventLoop::handle`](super::EventLoop::handle).
///
/// It also works while the loop does not run: what is scheduled then waits for the next run. It stays on the loop's thread;
/// others use [`remote`](Handle::remote):
///
/// ```compile_fail
/// fn send<T: Send>() {}
/// send::<checked_async::Handle>();
/// ```
#[derive(Clone)]
pub struct Handle {
    core: Rc<Core>,
}

/// The loop that runs on this thread.
///
/// # Panics
///
/// Where no event loop is running on this thread.
#[track_caller]
#[must_use]
pub fn handle() -> Handle {
    Handle { core: Core::current() }
}

/// A way for other threads into the loop that runs on this one.
///
/// # Panics
///
/// Where no event loop is running on this thread.
#[track_caller]
#[must_use]
pub fn remote() -> Remote {
    Core::with(|core| Remote::new(core.shared()))
}

impl Handle {
    pub(super) fn new(core: &Rc<Core>) -> Self {
        Handle { core: Rc::clone(core) }
    }

    /// The loop that runs on this thread, if any.
    #[must_use]
    pub fn try_current() -> Option<Self> {
        Core::try_current().map(|core| Handle { core })
    }

    /// Starts a task: [`spawn`](crate::spawn()).
    #[track_caller]
    pub fn spawn<F: Future + 'static>(&self, future: F) -> JoinHandle<F::Output> {
        spawn::spawn_on(&self.core, Location::caller(), future)
    }

    /// Calls a function in the next turn: [`call_soon`](crate::call_soon).
    #[track_caller]
    pub fn call_soon(&self, callback: impl FnOnce() + 'static) -> CallbackHandle {
        callback::soon(&self.core, Location::caller(), callback)
    }

    /// Calls a function after this time: [`call_later`](crate::call_later).
    #[track_caller]
    pub fn call_later(&self, delay: Duration, callback: impl FnOnce() + 'static) -> CallbackHandle {
        callback::later(&self.core, Location::caller(), delay, callback)
    }

    /// Calls a function at this time: [`call_at`](crate::call_at).
    #[track_caller]
    pub fn call_at(&self, when: Instant, callback: impl FnOnce() + 'static) -> CallbackHandle {
        callback::at(&self.core, Location::caller(), when, callback)
    }

    /// A way into the loop for other threads.
    #[must_use]
    pub fn remote(&self) -> Remote {
        Remote::new(self.core.shared())
    }

    /// The loop's time.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.core.now()
    }

    /// Ends the run when this turn is over. What was scheduled in it runs with the next run.
    pub fn stop(&self) {
        self.core.stop.set(true);
    }

    /// Whether slow steps and stalls are looked for.
    #[must_use]
    pub fn is_debug(&self) -> bool {
        self.core.is_debug()
    }

    /// Has slow steps and stalls looked for, or not, from now on; see [`Builder::debug`](super::Builder::debug).
    pub fn set_debug(&self, debug: bool) {
        self.core.set_debug(debug);
    }

    /// Sets from when on a step is slow; see [`Builder::slow_after`](super::Builder::slow_after).
    pub fn set_slow_after(&self, slow_after: Duration) {
        self.core.set_slow_after(slow_after);
    }

    /// The loop's unfinished tasks: [`task_tree`](crate::task_tree).
    #[must_use]
    pub fn task_tree(&self) -> TaskTree {
        crate::task::tree::of(&self.core)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("tasks", &self.core.tasks().count_unfinished()).finish_non_exhaustive()
    }
}
