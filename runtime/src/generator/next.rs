//! The futures of `next` and `start`.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{Generator, Phase};

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
        match exchange.begin_step() {
            Phase::Waiting => exchange.put_value(R::default()),
            Phase::Fresh | Phase::Running => {}
            Phase::Closing => return self.poll_close(cx).map(|()| None),
        }
        self.poll_step(cx)
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
            Some(Phase::Closing) => self.generator.poll_close(cx).map(|()| None),
            Some(Phase::Waiting) => panic!("`start` on a generator that waits for a value: use `asend`"),
            Some(Phase::Fresh | Phase::Running) => {
                self.generator.begin_step();
                self.generator.poll_step(cx)
            }
        }
    }
}
