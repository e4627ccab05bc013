//! Starting tasks.

use std::future::Future;
use std::panic::Location;

use super::join::JoinHandle;
use super::stored::Stored;
use crate::event_loop::{self, Core};
use crate::raw::OwnedTask;

/// Starts a task on the loop of this thread: its first step is in the next turn.
///
/// Dropping the handle detaches the task, which runs on. An error or a panic that nobody has read by then is reported as
/// `task_error_never_retrieved` or `task_panic`, with the place of this call. A loop that ends cancels its tasks and waits
/// for them. While it does, new tasks still run, so that cleanup may use them.
///
/// # Panics
///
/// Where no event loop is running on this thread; see [`Remote::spawn`](crate::Remote::spawn) for other threads.
///
/// # Examples
///
/// ```
/// let sum = checked_async::run(async {
///     let left = checked_async::spawn(async { 20 }).named("left");
///     let right = checked_async::spawn(async { 22 }).named("right");
///     left.await.unwrap() + right.await.unwrap()
/// });
/// assert_eq!(sum, 42);
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
{
    let created = Location::caller();
    Core::with(|core| spawn_on(core, created, future))
}

/// [`spawn`] with another place of creation.
pub(crate) fn spawn_at<F>(created: &'static Location<'static>, future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
{
    spawn_on(&Core::current(), created, future)
}

/// Starts a task on this loop.
#[inline]
pub(crate) fn spawn_on<F>(core: &Core, created: &'static Location<'static>, future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
{
    let key = core.add_task(created, OwnedTask::new(&core.blocks, Stored::new(future)));
    if core.is_closed() {
        event_loop::drop_late(&core.rc());
    }
    JoinHandle::new(core.rc(), key)
}
