//! The handle of a task.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::JoinError;
use super::record::{Record, TaskKey};
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
    task: TaskRef,
    /// Whether the output was given away.
    done: bool,
    output: PhantomData<fn() -> T>,
}

impl<T> JoinHandle<T> {
    #[inline]
    pub(crate) fn new(core: Rc<Core>, key: TaskKey) -> Self {
        JoinHandle { task: TaskRef { core, key }, done: false, output: PhantomData }
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
        self.task.core.set_task_name(self.task.key, name.into());
        self
    }

    /// The task's name: `task` and its id, where none was given.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        self.task.name()
    }

    /// The task's id.
    #[must_use]
    pub fn id(&self) -> TaskId {
        self.task.id()
    }

    /// Asks for the task to be cancelled. Whether it was still running.
    ///
    /// In its next turn the task's future is dropped, and awaiting the handle gives a [`JoinError`]; a task that has not begun
    /// never runs. A task that is in a [`catch_cancel`](crate::catch_cancel) may clean up first, and may go on.
    pub fn cancel(&self) -> bool {
        self.task.cancel()
    }

    /// Whether the task is finished: the handle can be awaited without waiting.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Whether the handle holds a panic.
    pub(super) fn has_panicked(&self) -> bool {
        self.task.core.has_panicked(self.task.key)
    }

    /// A reference to the task that does not keep its output.
    #[must_use]
    pub fn task(&self) -> TaskRef {
        self.task.clone()
    }

    /// Cancels the task when what this returns is dropped.
    pub fn abort_on_drop(self) -> AbortOnDrop<T> {
        AbortOnDrop(self)
    }
}

impl<T: 'static> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let TaskRef { core, key } = &self.task;
        match core.poll_join(*key, cx) {
            Poll::Ready(Some(output)) => {
                self.done = true;
                Poll::Ready(output)
            }
            Poll::Ready(None) => panic!("`JoinHandle` was polled after it had given the task's output"),
            Poll::Pending => {
                if core.is_debug() {
                    core.note_awaiter(*key, cx.waker());
                }
                Poll::Pending
            }
        }
    }
}

impl<T> Drop for JoinHandle<T> {
    #[inline]
    fn drop(&mut self) {
        if !self.done {
            self.task.core.detach_task(self.task.key);
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.task.debug(f, "JoinHandle")
    }
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

impl<T: 'static> Future for AbortOnDrop<T> {
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
        self.0.task.debug(f, "AbortOnDrop")
    }
}

/// A task, without a claim to its output: [`JoinHandle::task`], [`current_task`](crate::current_task).
#[derive(Clone)]
pub struct TaskRef {
    core: Rc<Core>,
    key: TaskKey,
}

impl TaskRef {
    /// The unfinished task of this thread's loop with this id.
    pub(crate) fn find(id: u64) -> Option<Self> {
        Core::try_with(|core| {
            let core = core?;
            let key = core.tasks().unfinished().map(|(key, _)| key).find(|key| key.id == id)?;
            Some(TaskRef { core: core.rc(), key })
        })
    }

    /// The task's name: `task` and its id, where none was given, and when it is finished and its handle gone.
    #[must_use]
    pub fn name(&self) -> Cow<'static, str> {
        self.core.task_name(self.key)
    }

    /// The task's id.
    #[must_use]
    pub fn id(&self) -> TaskId {
        TaskId(self.key.id)
    }

    /// Asks for the task to be cancelled; see [`JoinHandle::cancel`].
    #[expect(clippy::must_use_candidate, reason = "seldom does anyone want to know")]
    pub fn cancel(&self) -> bool {
        self.core.cancel_task(self.key)
    }

    /// Whether the task is finished.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.core.tasks().get(self.key).is_none_or(Record::is_finished)
    }

    fn debug(&self, f: &mut fmt::Formatter<'_>, what: &str) -> fmt::Result {
        let mut debug = f.debug_struct(what);
        debug.field("name", &self.name());
        if let Some(record) = self.core.tasks().get(self.key) {
            debug.field("created", &format_args!("{}", record.created)).field("state", &record.phase);
        }
        debug.finish_non_exhaustive()
    }
}

impl fmt::Debug for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.debug(f, "TaskRef")
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
    let core = Core::try_current()?;
    let key = core.current_task()?;
    Some(TaskRef { core, key })
}
