//! Catching a cancellation: [`catch_cancel`].

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use pin_project_lite::pin_project;

use super::record::TaskKey;
use crate::event_loop::{self, Core};
use crate::trace;

/// Those in a task who want to know of a cancellation.
#[derive(Default)]
pub(crate) struct Catchers {
    entered: RefCell<Vec<Rc<Catcher>>>,
    /// Within whom the task's code is running.
    around: RefCell<Option<Rc<Catcher>>>,
}

impl Catchers {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.entered.borrow().is_empty()
    }

    /// Asks those for a cancellation in which no other is nested. Whether there is any.
    #[cold]
    pub(super) fn request(&self) -> bool {
        let innermost: Vec<_> =
            self.entered.borrow().iter().filter(|catcher| catcher.nested.get() == 0).map(Rc::clone).collect();
        let caught = Rc::new(Cell::new(false));
        for catcher in &innermost {
            catcher.request(&caught);
        }
        !innermost.is_empty()
    }

    fn enter(&self) -> Rc<Catcher> {
        let outer = self.around.borrow().clone();
        if let Some(outer) = &outer {
            outer.nested.set(outer.nested.get() + 1);
        }
        let catcher =
            Rc::new(Catcher { outer, nested: Cell::new(0), requested: RefCell::default(), waker: RefCell::default() });
        self.entered.borrow_mut().push(Rc::clone(&catcher));
        catcher
    }

    fn leave(&self, left: &Rc<Catcher>) {
        self.entered.borrow_mut().retain(|catcher| !Rc::ptr_eq(catcher, left));
        if let Some(outer) = &left.outer {
            outer.nested.set(outer.nested.get() - 1);
        }
    }
}

/// Someone who wants to know of a cancellation.
struct Catcher {
    /// The one in which this is nested.
    outer: Option<Rc<Catcher>>,
    /// How many are nested in this one.
    nested: Cell<usize>,
    /// What it was asked and has not caught: a request, of which its siblings know whether anyone has caught it.
    requested: RefCell<Option<Rc<Cell<bool>>>>,
    waker: RefCell<Option<Waker>>,
}

impl Catcher {
    /// Asks for what it holds to be cancelled.
    fn request(&self, caught: &Rc<Cell<bool>>) {
        // A request that is not caught yet and this one are the same.
        self.requested.borrow_mut().get_or_insert_with(|| Rc::clone(caught));
        let waker = self.waker.borrow_mut().take();
        if let Some(waker) = waker {
            event_loop::wake(waker);
        }
    }

    /// Whether it was asked; then that is done.
    fn catch(&self) -> bool {
        let request = self.requested.borrow_mut().take();
        request.inspect(|caught| caught.set(true)).is_some()
    }

    /// Whether it was asked and nobody has caught that.
    fn is_uncaught(&self) -> bool {
        self.requested.borrow().as_ref().is_some_and(|caught| !caught.get())
    }

    fn wait(&self, waker: &Waker) {
        if self.waker.borrow().as_ref().is_some_and(|old| old.will_wake(waker)) {
            return;
        }
        let waker = waker.clone();
        let old = self.waker.borrow_mut().replace(waker);
        drop(old);
    }
}

/// Runs a future; if the task is cancelled meanwhile, drops the future and goes on with [`Cancelled`].
///
/// This is where a task can clean up with awaits, as in the `except CancelledError:` of asyncio. After that it may end, or go
/// on as if nothing had happened: the request to cancel is used up. Where they are nested, the innermost catches; where several
/// are awaited at once, as in a `join!`, each does. Cancelled again, the task is cancelled again, in the middle of its cleanup
/// if need be. Outside of a task of the event loop it just runs the future.
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
    catchers: Rc<Catchers>,
    catcher: Rc<Catcher>,
}

impl Registration {
    fn new() -> Option<Self> {
        let core = Core::try_current()?;
        let task = core.current_task()?;
        let catchers = core.catchers(task)?;
        let catcher = catchers.enter();
        if core.take_request(task) {
            // The task was cancelled earlier in this very step, and has not suspended since.
            core.cancel_task(task);
        }
        Some(Registration { core, task, catchers, catcher })
    }

    /// Makes this the one around what is entered from now on, until what this returns is dropped.
    fn surround(&self) -> Around<'_> {
        let catchers = &*self.catchers;
        let before = catchers.around.replace(Some(Rc::clone(&self.catcher)));
        Around { catchers, before }
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.catchers.leave(&self.catcher);
        if self.catcher.is_uncaught() && !self.core.is_cancelled(self.task) {
            // Dropped or finished before it could deliver the request: the next one has to.
            self.core.cancel_task(self.task);
        }
    }
}

/// Sets back within whom the task's code is running.
struct Around<'a> {
    catchers: &'a Catchers,
    before: Option<Rc<Catcher>>,
}

impl Drop for Around<'_> {
    fn drop(&mut self) {
        self.catchers.around.replace(self.before.take());
    }
}

impl<F: Future> Future for CatchCancel<F> {
    type Output = Result<F::Output, Cancelled>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if this.caught.is_none() {
            *this.caught = Registration::new();
            if let Some(registration) = this.caught {
                registration.catcher.wait(cx.waker());
                // A request that was waiting for it is delivered in the next step.
                if registration.catcher.is_uncaught() {
                    cx.waker().wake_by_ref();
                }
            }
        } else if let Some(registration) = this.caught {
            if registration.catcher.catch() {
                trace::silently(|| this.future.set(None));
                *this.caught = None;
                return Poll::Ready(Err(Cancelled));
            }
            registration.catcher.wait(cx.waker());
        }
        let future = this.future.as_mut().as_pin_mut().expect("`CatchCancel` was polled after completion");
        let polled = {
            let _around = this.caught.as_ref().map(Registration::surround);
            future.poll(cx).map(Ok)
        };
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
