//! The handle of a task.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::JoinError;
use super::record::{Join, Task};
use super::unread;
use crate::event_loop::Core;

/// Which task: unique in its loop.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TaskId(pub(crate) u64);

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The handle of a task that was started with [`spawn`](crate::spawn): a future of its output.
///
/// Awaiting it gives the output, or a [`JoinError`] if the task panicked or was cancelled. Dropping it detaches the task. It
/// stays on the loop's thread:
///
/// ```compile_fail
/// fn send<T: Send>() {}
/// send::<checked_async::JoinHandle<()>>();
/// ```
///
/// # Cancel safety
///
/// Dropping the pending handle, or polling it by reference and stopping to, does not affect the task, and the output is not
/// lost as long as there is the handle.
#[must_use = "the task runs without it, but its output and its errors are lost; drop it on purpose with `drop(…)`"]
pub struct JoinHandle<T> {
    join: Rc<Join<T>>,
    /// Whether the output was given away.
    done: bool,
}

impl<T> JoinHandle<T> {
    pub(crate) fn new(join: Rc<Join<T>>) -> Self {
        JoinHandle { join, done: false }
    }

    /// Names the task, for reports and the task tree.
    ///
    /// ```
    /// checked_async::run(async {
    ///     let task = checked_async::spawn(async {}).named("janitor");
    ///     assert_eq!(task.name(), "janitor");
    /// });
    /// ```
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.join.record().set_name(name.into());
        self
    }

    /// The task's name: `task` and its id, where none was given.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        self.join.record().name()
    }

    /// The task's id.
    #[must_use]
    pub fn id(&self) -> TaskId {
        TaskId(self.join.record().id)
    }

    /// Asks for the task to be cancelled. Whether it was still running.
    ///
    /// In its next turn the task's future is dropped, and awaiting the handle gives a [`JoinError`]; a task that has not begun
    /// never runs. A task that is in a [`catch_cancel`](crate::catch_cancel) may clean up first, and may go on.
    pub fn cancel(&self) -> bool {
        self.join.record().cancel()
    }

    /// Whether the task is finished: the handle can be awaited without waiting.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.join.record().is_finished()
    }

    /// Whether the handle holds a panic.
    pub(super) fn has_panicked(&self) -> bool {
        self.join.has_panicked()
    }

    /// A reference to the task that does not keep its output.
    #[must_use]
    pub fn task(&self) -> TaskRef
    where
        T: 'static,
    {
        TaskRef { task: Rc::clone(&self.join) as Rc<dyn Task> }
    }

    /// Cancels the task when what this returns is dropped.
    pub fn abort_on_drop(self) -> AbortOnDrop<T> {
        AbortOnDrop(self)
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(output) = self.join.take_output() {
            self.done = true;
            return Poll::Ready(output);
        }
        assert!(!self.done, "`JoinHandle` was polled after it had given the task's output");
        let record = self.join.record();
        if record.core.is_debug() {
            *record.awaiter.borrow_mut() = running().map(|task| Rc::downgrade(&task));
        }
        self.join.wait(cx.waker());
        Poll::Pending
    }
}

impl<T> Drop for JoinHandle<T> {
    #[inline]
    fn drop(&mut self) {
        if self.done {
            return;
        }
        let record = self.join.record();
        match self.join.take_output() {
            Some(output) => unread::dropped(Some(&record.name()), record.created, output),
            None => {
                record.detached.set(true);
                self.join.forget_waiter();
            }
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "JoinHandle", &*self.join)
    }
}

fn debug(f: &mut fmt::Formatter<'_>, what: &str, task: &dyn Task) -> fmt::Result {
    let record = task.record();
    f.debug_struct(what)
        .field("name", &record.name())
        .field("created", &format_args!("{}", record.created))
        .field("state", &record.phase.get())
        .finish_non_exhaustive()
}

/// A [`JoinHandle`] that cancels its task when it is dropped: [`JoinHandle::abort_on_drop`].
#[must_use = "dropped, it cancels the task"]
pub struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> AbortOnDrop<T> {
    /// The handle, by reference.
    pub fn handle(&self) -> &JoinHandle<T> {
        &self.0
    }
}

impl<T> Future for AbortOnDrop<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl<T> fmt::Debug for AbortOnDrop<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "AbortOnDrop", &*self.0.join)
    }
}

/// A task, without a claim to its output: [`JoinHandle::task`], [`current_task`](crate::current_task).
#[derive(Clone)]
pub struct TaskRef {
    task: Rc<dyn Task>,
}

impl TaskRef {
    /// The unfinished task of this thread's loop with this id.
    pub(crate) fn find(id: u64) -> Option<Self> {
        Core::try_with(|core| {
            let tasks = core?.tasks.borrow();
            tasks.iter().find(|(_, task)| task.record().id == id).map(|(_, task)| TaskRef { task: Rc::clone(task) })
        })
    }

    /// The task's name: `task` and its id, where none was given.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        self.task.record().name()
    }

    /// The task's id.
    #[must_use]
    pub fn id(&self) -> TaskId {
        TaskId(self.task.record().id)
    }

    /// Where it was spawned.
    pub(crate) fn spawned(&self) -> &'static std::panic::Location<'static> {
        self.task.record().created
    }

    /// Asks for the task to be cancelled; see [`JoinHandle::cancel`].
    #[expect(clippy::must_use_candidate, reason = "seldom does anyone want to know")]
    pub fn cancel(&self) -> bool {
        self.task.record().cancel()
    }

    /// Whether the task is finished.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.task.record().is_finished()
    }
}

impl fmt::Debug for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        debug(f, "TaskRef", &*self.task)
    }
}

/// The task that is running on this thread's loop, if any.
///
/// ```
/// checked_async::run(async {
///     assert_eq!(checked_async::current_task().unwrap().name(), "main");
/// });
/// assert!(checked_async::current_task().is_none());
/// ```
#[must_use]
pub fn current_task() -> Option<TaskRef> {
    running().map(|task| TaskRef { task })
}

/// The task that is running on this thread's loop, if any.
pub(crate) fn running() -> Option<Rc<dyn Task>> {
    Core::try_with(|core| core.and_then(|core| core.current_task()))
}
