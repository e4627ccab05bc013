//! Starting tasks.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::join::JoinHandle;
use super::record::{self, Join, Record, Request, Task};
use super::supervised::Supervised;
use super::unread;
use crate::event_loop::{self, Core, Entry};

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
pub(crate) fn spawn_on<F>(core: &Rc<Core>, created: &'static Location<'static>, future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
{
    let join = Join::new(Record::new(core, created));
    let task: Rc<dyn Task> = join.clone();
    let stored = Stored { supervised: Supervised::new(Rc::clone(&task), future), join: Rc::clone(&join) };
    let shared = Arc::clone(core.shared());
    let (runnable, handle) = async_task::spawn_local(stored, move |runnable| shared.schedule(runnable));
    handle.detach();
    join.record().set_waker(runnable.waker());
    record::register(task);
    core.push(Entry::Task(runnable));
    if core.is_dropping_tasks() {
        join.record().request.set(Request::Force);
        if core.is_closed() {
            event_loop::drop_late(core);
        }
    }
    JoinHandle::new(join)
}

pin_project! {
    /// A supervised future whose output goes to the handle.
    struct Stored<F: Future> {
        #[pin]
        supervised: Supervised<F>,
        join: Rc<Join<F::Output>>,
    }
}

impl<F: Future> Future for Stored<F> {
    type Output = ();

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.project();
        match this.supervised.poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(output) => {
                let record = this.join.record();
                if record.detached.get() {
                    unread::dropped(Some(&record.name()), record.created, output);
                } else {
                    this.join.set_output(output);
                }
                Poll::Ready(())
            }
        }
    }
}
