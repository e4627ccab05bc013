//! What a task consists of, in one allocation: the future, and then in its place what came of it.
//!
//! ```text
//!             poll → Ready, panic; cancel
//! RUNNING ─────────────────────────────────▶ FINISHED ──────▶ EMPTY
//!                                                     take
//! ```
//! Invariant: a panic of the future, in its poll or in its drop, ends the task and nothing else: who polls catches it.

use std::any::Any;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::JoinError;
use super::unread::{self, Name};
use crate::error_text::ErrorText;
use crate::{raw, report, trace};

pin_project! {
    /// A task's future, or what came of it.
    #[project = Project]
    #[project_replace = Replaced]
    pub(crate) enum Stored<F: Future> {
        Running { #[pin] future: F },
        Finished { output: Result<F::Output, JoinError> },
        Empty,
    }
}

impl<F: Future> Stored<F> {
    #[inline]
    pub(crate) fn new(future: F) -> Self {
        Stored::Running { future }
    }

    /// Takes what came of it, if it is finished.
    #[inline(always)]
    pub(crate) fn take(mut self: Pin<&mut Self>) -> Option<Result<F::Output, JoinError>> {
        match self.as_mut().project() {
            Project::Finished { .. } => match self.project_replace(Stored::Empty) {
                Replaced::Finished { output } => Some(output),
                _ => None,
            },
            _ => None,
        }
    }

    /// Drops the future. Futures in it that were never polled are no fault. If the drop panics, it is `Finished` all the same.
    #[inline(always)]
    fn end(self: Pin<&mut Self>, output: Result<F::Output, JoinError>) {
        let _silence = mem::needs_drop::<F>().then(trace::silence);
        match self.project_replace(Stored::Finished { output }) {
            // The future was dropped where it was: nothing is left of it. This saves asking.
            before @ Replaced::Running { .. } => mem::forget(before),
            before => drop_replaced(before),
        }
    }

    fn is_panic(&self) -> bool {
        matches!(self, Stored::Finished { output: Err(error) } if error.is_panic())
    }
}

/// Drops an output that is given up.
#[cold]
#[inline(never)]
fn drop_replaced<F: Future>(before: Replaced<F>) {
    drop(before);
}

/// What can be polled and cancelled.
pub(crate) trait Steps {
    /// Polls the future; `Ready` when it is finished, in whatever way. A panic goes on to the caller, who has to call
    /// [`fail`](Self::fail) with it.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;

    /// Drops the future if it is not finished.
    fn cancel(self: Pin<&mut Self>);

    /// Takes note that the poll has panicked, and drops the future.
    fn fail(self: Pin<&mut Self>, panic: Box<dyn Any + Send>);
}

/// A task, whatever its future.
pub(crate) trait AnyTask: Steps {
    /// Moves what came of it there: a `Result<T, JoinError>`.
    fn take_to(self: Pin<&mut Self>, output: raw::Place<'_>);

    /// Whether what came of it is a panic that nobody has read.
    fn has_panicked(self: Pin<&Self>) -> bool;

    /// Drops what came of it, which nobody has read.
    fn drop_unread(self: Pin<&mut Self>, name: &Name<'_>, created: &'static Location<'static>);
}

impl<F: Future> Steps for Stored<F> {
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Project::Running { future } = self.as_mut().project() else {
            return Poll::Ready(());
        };
        match future.poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(output) => {
                self.end(Ok(output));
                Poll::Ready(())
            }
        }
    }

    fn cancel(mut self: Pin<&mut Self>) {
        if let Project::Running { .. } = self.as_mut().project()
            && let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.as_mut().end(Err(JoinError::cancelled()))))
        {
            self.fail(panic);
        }
    }

    #[cold]
    fn fail(mut self: Pin<&mut Self>, panic: Box<dyn Any + Send>) {
        if self.is_panic() {
            // What the drop does to the panic is of no interest any more.
            return report::drop_panic(panic);
        }
        // It was the poll that has panicked, or the drop of the future, or of the output that is given up here.
        let failed = Err(JoinError::panicked(panic));
        report::quietly(|| self.as_mut().end(failed));
    }
}

impl<F> AnyTask for Stored<F>
where
    F: Future,
    F::Output: 'static,
{
    #[inline(always)]
    fn take_to(self: Pin<&mut Self>, output: raw::Place<'_>) {
        if let Some(taken) = self.take() {
            output.set(taken);
        }
    }

    fn has_panicked(self: Pin<&Self>) -> bool {
        self.is_panic()
    }

    #[inline]
    fn drop_unread(self: Pin<&mut Self>, name: &Name<'_>, created: &'static Location<'static>) {
        if let Some(output) = self.take() {
            unread::dropped_as(Some(name), created, output, ErrorText::told_by::<F>());
        }
    }
}
