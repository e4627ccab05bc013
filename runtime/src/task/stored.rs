//! What a task consists of, in one allocation: the future, and then in its place what came of it.
//!
//! ```text
//!             poll → Ready, panic; cancel
//! RUNNING ─────────────────────────────────▶ FINISHED ──────▶ EMPTY
//!                                                     take
//! ```
//! Invariant: a panic of the future, in its poll or in its drop, ends the task and nothing else.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::JoinError;
use super::unread::{self, Name};
use crate::{report, trace};

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
    pub(crate) fn take(mut self: Pin<&mut Self>) -> Option<Result<F::Output, JoinError>> {
        match self.as_mut().project() {
            Project::Finished { .. } => match self.project_replace(Stored::Empty) {
                Replaced::Finished { output } => Some(output),
                _ => None,
            },
            _ => None,
        }
    }

    /// Drops the future. What it panics with becomes what came of the task, unless that is a panic already. Futures in it
    /// that were never polled are no fault.
    fn end(mut self: Pin<&mut Self>, output: Result<F::Output, JoinError>) {
        let mut output = Some(output);
        let dropped = catch_unwind(AssertUnwindSafe(|| {
            trace::silently(|| {
                self.as_mut().project_replace(match output.take() {
                    Some(output) => Stored::Finished { output },
                    None => Stored::Empty,
                });
            });
        }));
        // It is `Finished` by now, whatever its drop has done.
        if let Err(panic) = dropped {
            if self.is_panic() {
                return report::drop_panic(panic);
            }
            let panicked = Stored::Finished { output: Err(JoinError::panicked(panic)) };
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(self.project_replace(panicked)))) {
                report::drop_panic(panic);
            }
        }
    }

    fn is_panic(&self) -> bool {
        matches!(self, Stored::Finished { output: Err(error) } if error.is_panic())
    }
}

/// What can be polled and cancelled.
pub(crate) trait Steps {
    /// Polls the future; `Ready` when it is finished, in whatever way.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;

    /// Drops the future if it is not finished.
    fn cancel(self: Pin<&mut Self>);
}

/// A task, whatever its future.
pub(crate) trait AnyTask: Steps {
    /// Moves what came of it to an `Option<Result<T, JoinError>>`.
    fn take_to(self: Pin<&mut Self>, output: &mut dyn Any);

    /// Whether what came of it is a panic that nobody has read.
    fn has_panicked(self: Pin<&Self>) -> bool;

    /// Drops what came of it, which nobody has read.
    fn drop_unread(self: Pin<&mut Self>, name: &Name<'_>, created: &'static Location<'static>);
}

impl<F: Future> Steps for Stored<F> {
    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Project::Running { future } = self.as_mut().project() else {
            return Poll::Ready(());
        };
        let output = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
            Ok(Poll::Pending) => return Poll::Pending,
            Ok(Poll::Ready(output)) => Ok(output),
            Err(panic) => Err(JoinError::panicked(panic)),
        };
        self.end(output);
        Poll::Ready(())
    }

    fn cancel(mut self: Pin<&mut Self>) {
        if let Project::Running { .. } = self.as_mut().project() {
            self.end(Err(JoinError::cancelled()));
        }
    }
}

impl<F> AnyTask for Stored<F>
where
    F: Future,
    F::Output: 'static,
{
    #[inline]
    fn take_to(self: Pin<&mut Self>, output: &mut dyn Any) {
        if let Some(output) = output.downcast_mut() {
            *output = self.take();
        }
    }

    fn has_panicked(self: Pin<&Self>) -> bool {
        self.is_panic()
    }

    #[inline]
    fn drop_unread(self: Pin<&mut Self>, name: &Name<'_>, created: &'static Location<'static>) {
        if let Some(output) = self.take() {
            unread::dropped(Some(name), created, output);
        }
    }
}
