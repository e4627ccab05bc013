//! The outermost future of a task that was started in a checked function, whatever runs it: it puts the place where the task
//! was started below all that the task awaits, and where nobody has kept the handle, sees what is lost.
//!
//! From within a future its handle cannot be seen. So a panic or an error is reported where the code itself shows that the
//! handle is dropped at once, as in `tokio::spawn(work());`, and nowhere else.
//!
//! With the feature `tokio` it also has the task in the tree of tokio's tasks, if it is one of them.
//!
//! Invariant: the task goes on as without checks: the same output, the same panic.

use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::check::unread::is_err;
use crate::error_text::{Output, Printed, Said, Teller};
use crate::raw::Checked;
use crate::report;
#[cfg(feature = "tokio")]
use crate::supervision::plain::Listing;

/// The future of a task.
pub(crate) type Root<F> = Checked<F>;

/// What a task that is started by this crate is wrapped in.
#[cfg(feature = "tokio")]
#[track_caller]
#[inline]
pub(crate) fn root<F: Future>(future: F) -> Root<F> {
    Checked::task(Location::caller(), future)
}

/// Wraps the future of a task that is started at the caller's place.
#[track_caller]
#[inline]
pub fn task<F: Future>(future: F) -> Task<F> {
    Task::new(Location::caller(), future)
}

pin_project! {
    /// The future of a task that is started by others.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Task<F: Future> {
        // First, as it is to be dropped before the future.
        listing: Listing,
        #[pin]
        future: Root<F>,
    }
}

impl<F: Future> Task<F> {
    #[inline]
    fn new(created: &'static Location<'static>, future: F) -> Self {
        Task { listing: Listing::new::<F>(created), future: Checked::task(created, future) }
    }
}

impl<F: Future> Future for Task<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.listing.poll(|| this.future.poll(cx))
    }
}

/// Nothing.
#[cfg(not(feature = "tokio"))]
struct Listing;

#[cfg(not(feature = "tokio"))]
impl Listing {
    #[expect(clippy::extra_unused_type_parameters, reason = "its counterpart names the task by it")]
    #[inline(always)]
    fn new<F>(_created: &'static Location<'static>) -> Self {
        Listing
    }

    #[inline(always)]
    fn poll<T>(&mut self, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        poll()
    }
}

/// Wraps the future of a task that is started at the caller's place, and whose handle is dropped there. The integers are those
/// of `error_text`.
#[track_caller]
#[inline]
pub fn detached<F: Future, N, M>(future: F, _: N, _: M) -> Detached<F>
where
    Output<F::Output>: Printed<F::Output, N> + Said<F::Output, M>,
{
    let created = Location::caller();
    report::watch_panics();
    Detached { future: Task::new(created, future), created, teller: Teller::new::<N, M>() }
}

pin_project! {
    /// The future of a task whose output nobody can read.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Detached<F: Future> {
        #[pin]
        future: Task<F>,
        created: &'static Location<'static>,
        teller: Teller<F::Output>,
    }
}

impl<F: Future> Future for Detached<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        report::begin_step();
        match catch_unwind(AssertUnwindSafe(|| this.future.poll(cx))) {
            Ok(polled) => {
                if let Poll::Ready(output) = &polled
                    && is_err(output)
                {
                    report::raise(report::task_error_lost(None, this.created, &this.teller.tell(output)));
                }
                polled
            }
            Err(panic) => {
                let report = report::task_panic(None, this.created, &report::Panicked::new(&*panic));
                // At level `panic` the report would take the place of what the task has panicked with.
                if let Err(panic) = catch_unwind(AssertUnwindSafe(|| report::raise(report))) {
                    report::drop_panic(panic);
                }
                resume_unwind(panic)
            }
        }
    }
}
