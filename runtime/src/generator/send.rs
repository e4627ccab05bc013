//! The future of `asend`, and its error.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Generator, Phase};

/// The future of [`Generator::asend`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct Asend<'g, B: ?Sized, T, R> {
    pub(super) generator: &'g mut Generator<B, T, R>,
    /// `None` once it is sent, or given back.
    pub(super) value: Option<R>,
}

// Nothing in it is pinned.
impl<B: ?Sized, T, R> Unpin for Asend<'_, B, T, R> {}

impl<B: Future<Output = ()> + ?Sized, T, R> Future for Asend<'_, B, T, R> {
    type Output = Result<Option<T>, AsendError<R>>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(value) = self.value.take() {
            let reason = match self.generator.phase() {
                // It may be held since it was asked.
                Some(Phase::Waiting) if self.generator.begin_step() == Some(Phase::Waiting) => {
                    if let Some(body) = &mut self.generator.body {
                        body.shared().put_value(value);
                    }
                    return self.generator.poll_step(cx).map(Ok);
                }
                Some(Phase::Fresh) => Refused::NotStarted,
                Some(Phase::Running) => Refused::Running,
                Some(_) | None => Refused::Finished,
            };
            return Poll::Ready(Err(AsendError { value, reason }));
        }
        self.generator.poll_step(cx).map(Ok)
    }
}

/// The error of [`Generator::asend`]: nothing waited for the value.
#[derive(Clone, PartialEq, Eq)]
pub struct AsendError<R> {
    value: R,
    reason: Refused,
}

/// Why a value could not be sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Refused {
    /// The body has not reached its first `yield_!`.
    NotStarted,
    /// The body is on its way to the next `yield_!`, for an operation whose future was dropped.
    Running,
    /// The body has ended, or the generator was closed.
    Finished,
}

impl<R> AsendError<R> {
    /// The value.
    pub fn into_value(self) -> R {
        self.value
    }

    /// Why it was not sent.
    pub fn reason(&self) -> Refused {
        self.reason
    }
}

impl<R> fmt::Display for AsendError<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reason {
            Refused::NotStarted => "value sent to a generator that was not started",
            Refused::Running => "value sent to a generator that is running",
            Refused::Finished => "value sent to a generator that is finished",
        })
    }
}

impl<R> fmt::Debug for AsendError<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsendError").field("reason", &self.reason).finish_non_exhaustive()
    }
}

impl<R> std::error::Error for AsendError<R> {}
