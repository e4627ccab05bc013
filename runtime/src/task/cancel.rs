//! Catching a cancellation: [`catch_cancel`].

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use super::record::TaskKey;
use crate::event_loop::Core;
use crate::trace;

/// Someone who wants to know of a cancellation.
pub(crate) struct Catcher {
    requested: Cell<bool>,
    waker: RefCell<Option<Waker>>,
}

impl Catcher {
    /// Asks for what it holds to be cancelled.
    pub(super) fn request(&self) {
        self.requested.set(true);
        let waker = self.waker.borrow_mut().take();
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    fn wait(&self, waker: &Waker) {
        let mut waiting = self.waker.borrow_mut();
        let old = if waiting.as_ref().is_some_and(|old| old.will_wake(waker)) {
            None
        } else {
            waiting.replace(waker.clone())
        };
        drop(waiting);
        drop(old);
    }
}

/// Runs a future; if the task is cancelled meanwhile, drops the future and goes on with [`Cancelled`].
///
/// This is where a task can clean up with awaits, as in the `except CancelledError:` of asyncio. After that it may end, or go
/// on as if nothing had happened: the request to cancel is used up. Where they are nested, the innermost catches. Cancelled
/// again, the task is cancelled again, in the middle of its cleanup if need be. Outside of a task of the event loop it
/// just runs the future.
///
/// A loop that is dropped, or whose time limit for the shutdown is over, drops the task whole.
///
/// # Errors
///
/// [`Cancelled`], if the task was cancelled while the future was pending.
///
/// # Cancel safety
///
/// Dropped, it drops the future, and catches nothing any more.
///
/// # Examples
///
/// ```
/// use checked_async::{catch_cancel, spawn, yield_now};
///
/// checked_async::run(async {
///     let task = spawn(async {
///         match catch_cancel(std::future::pending::<()>()).await {
///             Ok(()) => "done",
///             Err(_) => {
///                 yield_now().await; // say good-bye to the peer
///                 "cleaned up"
///             }
///         }
///     });
///     yield_now().await;
///     task.cancel();
///     assert_eq!(task.await.unwrap(), "cleaned up");
/// });
/// ```
pub fn catch_cancel<F: Future>(future: F) -> CatchCancel<F> {
    CatchCancel { future: Some(future), caught: None }
}

pin_project! {
    /// The future of [`catch_cancel`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct CatchCancel<F> {
        #[pin]
        future: Option<F>,
        // Since the first poll, in a task.
        caught: Option<Registration>,
    }
}

/// A catcher that is entered in a task, until this is dropped.
struct Registration {
    core: Rc<Core>,
    task: TaskKey,
    catcher: Rc<Catcher>,
}

impl Registration {
    fn new() -> Option<Self> {
        let core = Core::try_current()?;
        let task = core.current_task()?;
        let catcher = Rc::new(Catcher { requested: Cell::new(false), waker: RefCell::new(None) });
        core.tasks_mut().get_mut(task)?.rare_mut().catchers.push(Rc::clone(&catcher));
        Some(Registration { core, task, catcher })
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(record) = self.core.tasks_mut().get_mut(self.task) {
            record.rare_mut().catchers.retain(|catcher| !Rc::ptr_eq(catcher, &self.catcher));
        }
        if self.catcher.requested.get() {
            // Dropped or finished before it could deliver the request: the next one has to.
            self.core.cancel_task(self.task);
        }
    }
}

impl<F: Future> Future for CatchCancel<F> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.caught.is_none() {
            *this.caught = Registration::new();
        }
        if let Some(registration) = this.caught {
            if registration.catcher.requested.replace(false) {
                trace::silently(|| this.future.set(None));
                *this.caught = None;
                return Poll::Ready(Err(Cancelled));
            }
            registration.catcher.wait(cx.waker());
        }
        let future = this.future.as_mut().as_pin_mut().expect("`CatchCancel` was polled after completion");
        let polled = future.poll(cx).map(Ok);
        if polled.is_ready() {
            this.future.set(None);
            *this.caught = None;
        }
        polled
    }
}

impl<F> fmt::Debug for CatchCancel<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CatchCancel").finish_non_exhaustive()
    }
}

/// The task was cancelled: see [`catch_cancel`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cancelled;

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the task was cancelled")
    }
}

impl std::error::Error for Cancelled {}
