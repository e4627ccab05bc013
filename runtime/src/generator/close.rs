//! The future of `aclose`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Exchange, Generator, Phase};
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

impl<B: Future<Output = ()>, T, R> Held for Owned<Exchange<T, R>, B> {
    fn hold(&mut self) -> bool {
        self.shared().take(Phase::Held)
    }

    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        struct Finish<'b, B, T, R>(&'b mut Owned<Exchange<T, R>, B>);

        impl<B, T, R> Drop for Finish<'_, B, T, R> {
            fn drop(&mut self) {
                self.0.shared().gives_up();
            }
        }

        let finish = Finish(self);
        while finish.0.poll(cx).is_pending() {
            if finish.0.shared().take_item().is_none() {
                std::mem::forget(finish);
                return Poll::Pending;
            }
        }
        std::mem::forget(finish);
        Poll::Ready(())
    }

    fn release(&mut self, finished: bool) {
        self.shared().set_phase(if finished { Phase::Finished } else { Phase::Closing });
    }

    fn free(self) {
        drop(Generator { body: Some(self) });
    }
}

impl<B: Future<Output = ()> + ?Sized, T, R> Future for Aclose<'_, B, T, R> {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.generator.poll_close(cx)
    }
}
