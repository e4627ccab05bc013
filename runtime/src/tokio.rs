//! Tasks of tokio that are supervised in builds with checks: what they lose is reported, with their name and where they were
//! started.
//!
//! Use it as tokio's module `task`:
//!
//! ```
//! use checked_async::tokio::spawn; // instead of `tokio::spawn`
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let sum = spawn(async { 20 + 22 }).named("sum");
//! assert_eq!(sum.await.unwrap(), 42);
//! # });
//! ```
//!
//! In builds with checks, these are reported:
//!
//! | kind | when |
//! |---|---|
//! | [`TaskErrorNeverRetrieved`](crate::Kind::TaskErrorNeverRetrieved) | the task's output is an `Err`, and its handle was dropped without having been awaited to the end |
//! | [`TaskPanic`](crate::Kind::TaskPanic) | the same with a panic |
//! | [`PendingTaskDropped`](crate::Kind::PendingTaskDropped) | the runtime, or the `LocalSet`, shut down under the task |
//!
//! The output is *retrieved* when the handle, polled to the end, has given it: by `.await`, `select!`, `join!` or
//! [`JoinSet::join_next`]. [`JoinHandle::is_finished`] retrieves nothing, nor does [`JoinHandle::abort`] of a task that has failed
//! already. What a task does after it was aborted is no fault. Modelled on asyncio's "exception was never retrieved".
//!
//! A shutdown is no fault where the task was aborted, where its handle or an [`AbortHandle`] made of it may have aborted it just
//! before, where the thread that drops it is panicking, and where the output's type says that the task never ends: `!`,
//! [`Infallible`](std::convert::Infallible), or a `Result` with one of these as `Ok`. It is never louder than
//! [`Level::Log`](crate::Level::Log), whatever is set.
//!
//! A task closes the generators that it drops unfinished before it goes on, as [`adopting`](crate::adopting) does. What a task
//! has left to close when it is aborted gets a task of its own, unless it belongs to a `LocalSet`: then it is reported.
//!
//! In builds without checks all else is tokio's own: the types are as large, and the functions are calls of tokio's.

mod adopting;
mod join;
mod set;

use std::future::Future;

pub use ::tokio::task::{AbortHandle, Id, JoinError};
pub use join::JoinHandle;
pub use set::JoinSet;

use self::adopting::{adopting, adopting_local};
use crate::TaskTree;
use crate::check::chosen::tasks;

/// The unfinished tasks of all runtimes, as far as they are known: where each stands, and which awaits which. A build without
/// checks knows none.
///
/// Known are those that were started with this module, and those that checked functions start with [`tokio::spawn`],
/// [`tokio::task::spawn_local`], or a method `spawn` and an async block, as of a [`JoinSet`](::tokio::task::JoinSet) of tokio's.
///
/// What awaits a set of tasks is not seen, and what awaits a handle of tokio's own only where a checked function does by its name.
///
/// # Examples
///
/// ```
/// use checked_async::tokio::{spawn, task_tree};
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let task = spawn(std::future::pending::<()>()).named("reader");
/// tokio::task::yield_now().await;
/// println!("{}", task_tree()); // reader: waiting for 0.0 s, 0.0 s old, spawned at src/main.rs:4:12
/// # task.abort();
/// # });
/// ```
#[must_use]
pub fn task_tree() -> TaskTree {
    tasks::tree()
}

/// Starts a task on the runtime of this thread, as [`tokio::spawn`] does.
///
/// # Panics
///
/// Outside of a runtime.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let task = checked_async::tokio::spawn(async { 42 });
/// assert_eq!(task.await.unwrap(), 42);
/// # });
/// ```
#[track_caller]
#[inline]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let (future, task) = tasks::future(adopting(future));
    JoinHandle::new(::tokio::task::spawn(future), task)
}

/// Starts a task that stays on this thread, as [`tokio::task::spawn_local`] does.
///
/// # Panics
///
/// Outside of a [`LocalSet`](::tokio::task::LocalSet).
///
/// # Examples
///
/// ```
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # tokio::task::LocalSet::new().block_on(&runtime, async {
/// let name = std::rc::Rc::new("reader");
/// let task = checked_async::tokio::spawn_local(async move { name.len() });
/// assert_eq!(task.await.unwrap(), 6);
/// # });
/// ```
#[track_caller]
#[inline]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let (future, task) = tasks::local_future(adopting_local(future));
    JoinHandle::new(::tokio::task::spawn_local(future), task)
}

/// Runs a closure on a thread where it may block, as [`tokio::task::spawn_blocking`] does.
///
/// A closure that has not begun when the runtime shuts down is dropped, and reported as a pending task. One that runs is waited
/// for, or runs on unseen after [`shutdown_background`](::tokio::runtime::Runtime::shutdown_background).
///
/// # Panics
///
/// Outside of a runtime.
///
/// # Examples
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let sum = checked_async::tokio::spawn_blocking(|| (1..=8).sum::<u32>()).named("sum");
/// assert_eq!(sum.await.unwrap(), 36);
/// # });
/// ```
#[track_caller]
#[inline]
pub fn spawn_blocking<F, R>(function: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let (function, task) = tasks::closure(function);
    JoinHandle::new(::tokio::task::spawn_blocking(function), task)
}
