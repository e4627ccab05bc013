//! The handle of a task.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{AbortHandle, Id, JoinError};
use crate::check::chosen::tasks;

/// The handle of a task that was started with [`spawn`](super::spawn), [`spawn_local`](super::spawn_local) or
/// [`spawn_blocking`](super::spawn_blocking): tokio's [`JoinHandle`](::tokio::task::JoinHandle), which also knows whether anybody
/// has read it.
///
/// # Cancel safety
///
/// Dropping the handle detaches the task. Polling it by reference and stopping to loses nothing.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let task = checked_async::tokio::spawn(std::future::pending::<()>());
/// task.abort();
/// assert!(task.await.unwrap_err().is_cancelled());
/// # });
/// ```
pub struct JoinHandle<T> {
    handle: ::tokio::task::JoinHandle<T>,
    task: tasks::Task,
}

impl<T> JoinHandle<T> {
    #[inline]
    pub(super) fn new(handle: ::tokio::task::JoinHandle<T>, task: tasks::Task) -> Self {
        task.set_id(handle.id());
        JoinHandle { handle, task }
    }

    /// Names the task, for reports. Without a name it is called by its id: `task 3`.
    ///
    /// In builds without checks this does nothing.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let janitor = checked_async::tokio::spawn(async {}).named("janitor");
    /// # janitor.await.unwrap();
    /// # });
    /// ```
    #[inline]
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.task.set_name(name);
        self
    }

    /// Aborts the task: [`JoinHandle::abort`](::tokio::task::JoinHandle::abort) of tokio's.
    #[inline]
    pub fn abort(&self) {
        self.task.aborted();
        self.handle.abort();
    }

    /// A handle that can abort the task and nothing else: [`JoinHandle::abort_handle`](::tokio::task::JoinHandle::abort_handle)
    /// of tokio's.
    ///
    /// Who has one may abort the task at any time, so that the task is no longer missed when the runtime shuts down.
    #[inline]
    #[must_use]
    pub fn abort_handle(&self) -> AbortHandle {
        self.task.may_be_aborted();
        self.handle.abort_handle()
    }

    /// Whether the task is finished: [`JoinHandle::is_finished`](::tokio::task::JoinHandle::is_finished) of tokio's.
    #[inline]
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }

    /// The task's id: [`JoinHandle::id`](::tokio::task::JoinHandle::id) of tokio's.
    #[inline]
    #[must_use]
    pub fn id(&self) -> Id {
        self.handle.id()
    }

    /// Tokio's own handle. What becomes of it cannot be seen: the output counts as retrieved, and the task as aborted.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
    /// let task: tokio::task::JoinHandle<u32> = checked_async::tokio::spawn(async { 42 }).into_inner();
    /// assert_eq!(task.await.unwrap(), 42);
    /// # });
    /// ```
    #[inline]
    pub fn into_inner(self) -> ::tokio::task::JoinHandle<T> {
        self.task.retrieved();
        self.task.may_be_aborted();
        self.handle
    }
}

impl<T> Deref for JoinHandle<T> {
    type Target = ::tokio::task::JoinHandle<T>;

    #[inline]
    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = Pin::new(&mut self.handle).poll(cx);
        if polled.is_ready() {
            self.task.retrieved();
        } else {
            self.task.awaited();
        }
        polled
    }
}

impl<T: fmt::Debug> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.handle.fmt(f)
    }
}

impl<T> From<JoinHandle<T>> for ::tokio::task::JoinHandle<T> {
    fn from(handle: JoinHandle<T>) -> Self {
        handle.into_inner()
    }
}
