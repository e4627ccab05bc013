//! The future of `aclose`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Generator, Phase};

/// The future of [`Generator::aclose`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct Aclose<'g, B: ?Sized, T, R> {
    pub(super) generator: &'g mut Generator<B, T, R>,
}

impl<B: Future<Output = ()> + ?Sized, T, R> Generator<B, T, R> {
    /// The phase, unless it is finished.
    #[inline(always)]
    pub(super) fn phase(&mut self) -> Option<Phase> {
        Some(self.body.as_mut()?.shared().phase())
    }

    /// Takes note that a `#[for_await]` closes it.
    #[inline]
    pub(crate) fn closed_by_loop(&mut self) {
        if let Some(body) = &mut self.body {
            body.shared().closed_by_loop();
        }
    }

    /// Polls the body until it is out.
    pub(crate) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(body) = &mut self.body else { return Poll::Ready(()) };
        if body.shared().phase() == Phase::Fresh {
            self.body = None;
            return Poll::Ready(());
        }
        body.shared().set_phase(Phase::Closing);
        while self.poll_body(cx).is_pending() {
            // A body that was on its way to a `yield_!` may hand over one more item, which nobody wants. Without a value to
            // go on with, it leaves from there.
            if self.body.as_mut().is_none_or(|body| body.shared().take_item().is_none()) {
                return Poll::Pending;
            }
        }
        self.body = None;
        Poll::Ready(())
    }
}

impl<B: Future<Output = ()> + ?Sized, T, R> Future for Aclose<'_, B, T, R> {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.generator.poll_close(cx)
    }
}
