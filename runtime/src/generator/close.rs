//! The future of `aclose`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Exchange, Generator, Phase, poll_body};
use crate::raw::{Held, Owned};

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
        match body.shared().begin_step() {
            Phase::Fresh | Phase::Finished => {
                self.body = None;
                return Poll::Ready(());
            }
            Phase::Held => return self.wait_for_registry(cx),
            Phase::Running | Phase::Waiting | Phase::Closing => {}
        }
        body.shared().set_phase(Phase::Closing);
        if poll_out(body, cx).is_pending() {
            return Poll::Pending;
        }
        self.body = None;
        Poll::Ready(())
    }

    /// Waits until the registry has closed it, or has given it back.
    #[cold]
    fn wait_for_registry(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(body) = &mut self.body else { return Poll::Ready(()) };
        let waits = body.shared().registration().is_some_and(|registration| registration.wait(cx).is_pending());
        if waits {
            return Poll::Pending;
        }
        self.poll_close(cx)
    }
}

/// Polls a body that leaves until it is out.
fn poll_out<B: Future<Output = ()> + ?Sized, T, R>(
    body: &mut Owned<Exchange<T, R>, B>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    while poll_body(body, cx).is_pending() {
        // A body that was on its way to a `yield_!` may hand over one more item, which nobody wants. Without a value to go on
        // with, it leaves from there.
        if body.shared().take_item().is_none() {
            return Poll::Pending;
        }
    }
    Poll::Ready(())
}

impl<B: Future<Output = ()>, T, R> Held for Owned<Exchange<T, R>, B> {
    fn hold(&mut self) -> bool {
        self.shared().take(Phase::Held)
    }

    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        poll_out(self, cx)
    }

    fn release(&mut self, finished: bool) {
        self.shared().set_phase(if finished { Phase::Finished } else { Phase::Closing });
    }

    fn free(self) {
        drop(Generator { body: Some(self) });
    }
}

impl<B: Future<Output = ()> + ?Sized, T, R> Aclose<'_, B, T, R> {
    /// Whether there is anything to run.
    #[inline(always)]
    pub(crate) fn is_needed(&mut self) -> bool {
        !matches!(self.generator.phase(), None | Some(Phase::Fresh | Phase::Finished))
    }
}

impl<B: Future<Output = ()> + ?Sized, T, R> Future for Aclose<'_, B, T, R> {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.generator.poll_close(cx)
    }
}
