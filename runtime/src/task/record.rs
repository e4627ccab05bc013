//! What is known about a task of the event loop, shared by the task itself, its handles and the loop.
//!
//! ```text
//!           step              step → Ready, panic
//! QUEUED ─────────▶ RUNNING ────────────────────▶ FINISHED
//!   ▲                  │ step → Pending
//!   │ wake             ▼
//!   └────────────── WAITING
//! ```
//! A request to cancel is a step like any other: it finds the request and drops the future.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::panic::Location;
use std::rc::{Rc, Weak};
use std::task::Waker;
use std::time::Instant;

use super::JoinError;
use super::adopt::Adopted;
use super::cancel::Catchers;
use crate::event_loop::Core;
use crate::places::Places;

/// What a task was asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Request {
    Nothing,
    /// Drop the future.
    Cancel,
    /// Drop the future, whoever wants to catch it: the loop is being closed.
    Force,
}

/// Where a task stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    Queued,
    Running,
    Waiting,
    Finished,
}

/// A task, whatever its output.
pub(crate) trait Task {
    fn record(&self) -> &Record;
}

/// All that does not depend on the output.
pub(crate) struct Record {
    pub(crate) id: u64,
    pub(crate) created: &'static Location<'static>,
    name: RefCell<Option<Cow<'static, str>>>,
    pub(crate) core: Rc<Core>,
    /// Where it is among the loop's unfinished tasks.
    index: Cell<usize>,
    waker: OnceCell<Waker>,
    pub(crate) phase: Cell<Phase>,
    pub(crate) request: Cell<Request>,
    /// Who wants to know of a cancellation.
    pub(crate) catchers: Catchers,
    /// Cleanup that it has to run before it goes on.
    pub(crate) adopted: Adopted,
    /// Whether nobody can ask for the output any more.
    pub(crate) detached: Cell<bool>,
    /// The task that waits for this one.
    pub(crate) awaiter: RefCell<Option<Weak<dyn Task>>>,
    /// When its phase changed, where the loop's checks are on.
    pub(crate) since: Cell<Option<Instant>>,
    /// When it was created, where they are.
    pub(crate) born: Option<Instant>,
    /// Where its futures stand, where they are and that is known.
    pub(crate) places: Cell<Option<Box<Places>>>,
}

impl Record {
    pub(crate) fn new(core: &Rc<Core>, created: &'static Location<'static>) -> Self {
        Record {
            id: core.new_id(),
            created,
            name: RefCell::default(),
            core: Rc::clone(core),
            index: Cell::new(usize::MAX),
            waker: OnceCell::new(),
            phase: Cell::new(Phase::Queued),
            request: Cell::new(Request::Nothing),
            catchers: Catchers::default(),
            adopted: Adopted::default(),
            detached: Cell::new(false),
            awaiter: RefCell::default(),
            since: Cell::default(),
            born: core.is_debug().then(Instant::now),
            places: Cell::default(),
        }
    }

    /// The task's name, or else a number.
    pub(crate) fn name(&self) -> Cow<'static, str> {
        self.name.borrow().clone().unwrap_or_else(|| format!("task {}", self.id).into())
    }

    pub(crate) fn set_name(&self, name: Cow<'static, str>) {
        *self.name.borrow_mut() = Some(name);
    }

    #[inline]
    pub(crate) fn set_waker(&self, waker: Waker) {
        let _ = self.waker.set(waker);
    }

    #[inline]
    pub(crate) fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake_by_ref();
        }
    }

    pub(crate) fn is_finished(&self) -> bool {
        self.phase.get() == Phase::Finished
    }

    /// Asks for the task to be cancelled. Whether it was still running.
    pub(crate) fn cancel(&self) -> bool {
        if self.is_finished() {
            return false;
        }
        if self.request.get() != Request::Nothing {
            self.wake();
        } else if !self.catchers.request() {
            self.request.set(Request::Cancel);
            self.wake();
        }
        true
    }

    /// Has its future dropped in its next step.
    pub(crate) fn force(&self) {
        self.request.set(Request::Force);
        self.wake();
    }
}

/// Enters a task among the loop's unfinished ones.
#[inline]
pub(crate) fn register(task: Rc<dyn Task>) {
    let record = task.record();
    let core = Rc::clone(&record.core);
    let mut tasks = core.tasks.borrow_mut();
    let vacant = tasks.vacant_entry();
    record.index.set(vacant.key());
    vacant.insert(Rc::clone(&task));
}

/// Takes note that a task is finished.
#[inline]
pub(crate) fn finish(record: &Record) {
    record.phase.set(Phase::Finished);
    let index = record.index.replace(usize::MAX);
    if index != usize::MAX {
        let task = record.core.tasks.borrow_mut().remove(index);
        // Outside of the borrow.
        drop(task);
    }
}

/// What a task and its [`JoinHandle`](super::JoinHandle) share.
pub(crate) struct Join<T> {
    record: Record,
    output: Cell<Option<Result<T, JoinError>>>,
    /// Who waits for the output.
    waker: Cell<Option<Waker>>,
}

impl<T> Join<T> {
    #[inline]
    pub(crate) fn new(record: Record) -> Rc<Self> {
        Rc::new(Join { record, output: Cell::new(None), waker: Cell::new(None) })
    }

    /// Hands over the output to whoever waits for it.
    #[inline]
    pub(crate) fn set_output(&self, output: Result<T, JoinError>) {
        self.output.set(Some(output));
        if let Some(waker) = self.waker.take() {
            crate::event_loop::wake(waker);
        }
    }

    #[inline]
    pub(crate) fn take_output(&self) -> Option<Result<T, JoinError>> {
        self.output.take()
    }

    /// Whether there is an output that is a panic.
    pub(crate) fn has_panicked(&self) -> bool {
        let output = self.output.take();
        let panicked = output.as_ref().is_some_and(|output| output.as_ref().is_err_and(JoinError::is_panic));
        self.output.set(output);
        panicked
    }

    /// Has this waker woken when there is an output.
    #[inline]
    pub(crate) fn wait(&self, waker: &Waker) {
        let old = match self.waker.take() {
            Some(old) if old.will_wake(waker) => {
                self.waker.set(Some(old));
                None
            }
            old => {
                self.waker.set(Some(waker.clone()));
                old
            }
        };
        drop(old);
    }

    pub(crate) fn forget_waiter(&self) {
        drop(self.waker.take());
    }
}

impl<T> Task for Join<T> {
    #[inline]
    fn record(&self) -> &Record {
        &self.record
    }
}
