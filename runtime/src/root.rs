//! The outermost future of a task that was started in a checked function, whatever runs it: it puts the place where the task
//! was started below all that the task awaits, and where nobody has kept the handle, sees what is lost.
//!
//! From within a future its handle cannot be seen. So a panic or an error is reported where the code itself shows that the
//! handle is dropped at once, as in `tokio::spawn(work());`, and nowhere else.
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

/// The future of a task.
pub(crate) type Root<F> = Checked<F>;

/// Wraps the future of a task that is started at the caller's place.
#[track_caller]
#[inline]
pub fn task<F: Future>(future: F) -> Checked<F> {
    Checked::task(Location::caller(), future)
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
    Detached { future: Checked::task(created, future), created, teller: Teller::new::<N, M>() }
}

pin_project! {
    /// The future of a task whose output nobody can read.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Detached<F: Future> {
        #[pin]
        future: Root<F>,
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
