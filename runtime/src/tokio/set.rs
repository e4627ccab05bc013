//! A set of tasks.

use std::borrow::Cow;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::resume_unwind;
use std::task::{Context, Poll};

use ::tokio::runtime::Handle;
use ::tokio::task::LocalSet;

use super::adopting::{adopting, adopting_local};
use super::{AbortHandle, Id, JoinError};
use crate::check::chosen::tasks;

/// Tasks whose outputs are awaited together: tokio's [`JoinSet`](::tokio::task::JoinSet), which also knows whose were never
/// read.
///
/// An output is retrieved when one of the methods that join gives it. What is lost is reported when the set is dropped,
/// [shut down](JoinSet::shutdown), or, for tasks that go on, when they end after [`detach_all`](JoinSet::detach_all). The tasks
/// that a set aborts when it is dropped are no fault.
///
/// # Examples
///
/// ```
/// use checked_async::tokio::JoinSet;
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut set = JoinSet::new();
/// for n in 0..4 {
///     set.spawn(async move { n });
/// }
/// assert_eq!(set.join_all().await.into_iter().sum::<u32>(), 6);
/// # });
/// ```
#[must_use = "dropped, it aborts its tasks"]
pub struct JoinSet<T> {
    // First, to be told of the abortion before the set aborts.
    tasks: tasks::Tasks,
    set: ::tokio::task::JoinSet<T>,
}

impl<T> JoinSet<T> {
    /// An empty set.
    #[inline]
    #[allow(clippy::default_constructed_unit_structs, reason = "it is one where the checks are compiled out")]
    pub fn new() -> Self {
        JoinSet { tasks: tasks::Tasks::default(), set: ::tokio::task::JoinSet::new() }
    }

    /// How many tasks there are whose output was not given away.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.set.len()
    }

    /// Whether there is none.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }
}

impl<T: 'static> JoinSet<T> {
    #[inline]
    fn insert(&mut self, task: tasks::Task, handle: AbortHandle) -> AbortHandle {
        self.tasks.insert(task, &handle);
        handle
    }

    /// Starts a task on the runtime of this thread.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    #[track_caller]
    #[inline]
    pub fn spawn<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let (future, task) = tasks::future(adopting(task));
        let handle = self.set.spawn(future);
        self.insert(task, handle)
    }

    /// Starts a task with a name, for reports.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    #[track_caller]
    #[inline]
    pub fn spawn_named<F>(&mut self, name: impl Into<Cow<'static, str>>, task: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let (future, task) = tasks::future(adopting(task));
        task.set_name(name);
        let handle = self.set.spawn(future);
        self.insert(task, handle)
    }

    /// Starts a task on this runtime.
    #[track_caller]
    #[inline]
    pub fn spawn_on<F>(&mut self, task: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let (future, task) = tasks::future(adopting(task));
        let handle = self.set.spawn_on(future, handle);
        self.insert(task, handle)
    }

    /// Starts a task that stays on this thread.
    ///
    /// # Panics
    ///
    /// Outside of a `LocalSet`.
    #[track_caller]
    #[inline]
    pub fn spawn_local<F>(&mut self, task: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        let (future, task) = tasks::local_future(adopting_local(task));
        let handle = self.set.spawn_local(future);
        self.insert(task, handle)
    }

    /// Starts a task on this `LocalSet`.
    #[track_caller]
    #[inline]
    pub fn spawn_local_on<F>(&mut self, task: F, local_set: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        let (future, task) = tasks::local_future(adopting_local(task));
        let handle = self.set.spawn_local_on(future, local_set);
        self.insert(task, handle)
    }

    /// Runs a closure on a thread where it may block.
    ///
    /// # Panics
    ///
    /// Outside of a runtime.
    #[track_caller]
    #[inline]
    pub fn spawn_blocking<F>(&mut self, function: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let (function, task) = tasks::closure(function);
        let handle = self.set.spawn_blocking(function);
        self.insert(task, handle)
    }

    /// Runs a closure on a thread of this runtime where it may block.
    #[track_caller]
    #[inline]
    pub fn spawn_blocking_on<F>(&mut self, function: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let (function, task) = tasks::closure(function);
        let handle = self.set.spawn_blocking_on(function, handle);
        self.insert(task, handle)
    }

    /// The next output; `None` where there is no task.
    ///
    /// # Cancel safety
    ///
    /// If it is dropped before it is ready, no output is lost.
    #[inline]
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// The next output, and whose it is.
    ///
    /// # Cancel safety
    ///
    /// If it is dropped before it is ready, no output is lost.
    #[inline]
    pub async fn join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        poll_fn(|cx| self.poll_join_next_with_id(cx)).await
    }

    /// The next output, if there is one already.
    #[inline]
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.tasks.try_next(&mut self.set)
    }

    /// The next output and whose it is, if there is one already.
    #[inline]
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        self.tasks.try_next_with_id(&mut self.set)
    }

    /// Polls for the next output, as [`join_next`](JoinSet::join_next) does.
    #[inline]
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        self.tasks.poll_next(&mut self.set, cx)
    }

    /// Polls for the next output and whose it is.
    #[inline]
    pub fn poll_join_next_with_id(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<(Id, T), JoinError>>> {
        self.tasks.poll_next_with_id(&mut self.set, cx)
    }

    /// Aborts all tasks and waits until they have ended. The outputs of those that had ended before are lost.
    pub async fn shutdown(&mut self) {
        self.tasks.aborted();
        self.set.shutdown().await;
        self.tasks.clear();
    }

    /// All outputs, in the order in which the tasks end.
    ///
    /// # Panics
    ///
    /// With the panic of the first task that has panicked, and if a task was aborted. The other tasks are aborted then.
    pub async fn join_all(mut self) -> Vec<T> {
        let mut outputs = Vec::with_capacity(self.len());
        while let Some(output) = self.join_next().await {
            match output {
                Ok(output) => outputs.push(output),
                Err(error) if error.is_panic() => resume_unwind(error.into_panic()),
                Err(error) => panic!("{error}"),
            }
        }
        outputs
    }

    /// Aborts all tasks. They stay in the set until they are joined.
    #[inline]
    pub fn abort_all(&mut self) {
        self.tasks.aborted();
        self.set.abort_all();
    }

    /// Takes all tasks out of the set; they go on.
    #[inline]
    pub fn detach_all(&mut self) {
        self.set.detach_all();
        self.tasks.clear();
    }
}

impl<T> Default for JoinSet<T> {
    #[inline]
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.set.fmt(f)
    }
}

impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> Self {
        let mut set = Self::new();
        set.extend(futures);
        set
    }
}

impl<T, F> Extend<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    #[track_caller]
    fn extend<I: IntoIterator<Item = F>>(&mut self, futures: I) {
        for future in futures {
            self.spawn(future);
        }
    }
}
