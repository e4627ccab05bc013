//! The futures of `next` and `start`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Generator, Phase, registry};

/// The future of [`Generator::next`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct Next<'g, B: ?Sized, T, R> {
    pub(super) generator: &'g mut Generator<B, T, R>,
}

/// The future of [`Generator::start`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
#[derive(Debug)]
pub struct Start<'g, B: ?Sized, T, R> {
    pub(super) generator: &'g mut Generator<B, T, R>,
}

impl<B: Future<Output = ()> + ?Sized, T, R: Default> Generator<B, T, R> {
    #[inline]
    pub(crate) fn poll_next_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let exchange = body.shared();
        let phase = exchange.begin_step();
        // In this order, and not by a jump.
        if phase == Phase::Waiting {
            exchange.put_value(R::default());
        } else if phase == Phase::Fresh {
            self.begin();
        } else if phase != Phase::Running {
            return self.poll_close(cx).map(|()| None);
        }
        self.poll_step(cx)
    }
}

impl<B: ?Sized, T, R> Generator<B, T, R> {
    /// Takes note that the body begins.
    #[inline(always)]
    pub(super) fn begin(&mut self) {
        if let Some(body) = &mut self.body
            && body.shared().cleans()
        {
            registry::begins(body);
        }
    }
}

impl<B: Future<Output = ()> + ?Sized, T, R: Default> Future for Next<'_, B, T, R> {
    type Output = Option<T>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.generator.poll_next_item(cx)
    }
}

impl<B: Future<Output = ()> + ?Sized, T, R> Future for Start<'_, B, T, R> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        match self.generator.phase() {
            None => Poll::Ready(None),
            Some(Phase::Closing | Phase::Held | Phase::Finished) => self.generator.poll_close(cx).map(|()| None),
            Some(Phase::Waiting) => panic!("`start` on a generator that waits for a value: use `asend`"),
            Some(phase @ (Phase::Fresh | Phase::Running)) => {
                self.generator.begin_step();
                if phase == Phase::Fresh {
                    self.generator.begin();
                }
                self.generator.poll_step(cx)
            }
        }
    }
}
