//! What `#[for_await]` calls: a generator is closed, any other stream is dropped.
//!
//! Which of the two it is, method resolution tells: `Iterated<Generator<…>>` has the method itself, everything else gets
//! that of a trait.
//!
//! Output: `match Iterated(stream) { iterated => {
//!              let mut source = pin!({ use AnySource as _; iterated.source() });
//!              …; source.as_mut().next().await; …; source.as_mut().close().await; …
//!          } }`

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use crate::adopt::{self, Settled};
use crate::generator::{Aclose, Generator, Next};

/// What a `#[for_await]` loop runs over.
pub struct Iterated<S>(pub S);

/// A generator, which is closed.
pub struct Closing<G>(G);

impl<B: Future<Output = ()> + ?Sized, T, R> Iterated<Generator<B, T, R>> {
    #[inline(always)]
    pub fn source(mut self) -> Closing<Generator<B, T, R>> {
        self.0.closed_by_loop();
        Closing(self.0)
    }
}

impl<B: Future<Output = ()> + ?Sized, T, R> Closing<Generator<B, T, R>> {
    #[inline(always)]
    pub fn next(self: Pin<&mut Self>) -> Next<'_, B, T, R>
    where
        R: Default,
    {
        self.get_mut().0.next()
    }

    #[inline(always)]
    pub fn close(self: Pin<&mut Self>) -> Close<'_, B, T, R> {
        Close { settled: adopt::settled(), aclose: self.get_mut().0.aclose() }
    }
}

/// Closes a generator, when what the loop's body has left to the task is closed.
#[must_use]
pub struct Close<'g, B: ?Sized, T, R> {
    settled: Settled,
    aclose: Aclose<'g, B, T, R>,
}

impl<B: Future<Output = ()> + ?Sized, T, R> Future for Close<'_, B, T, R> {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.aclose.is_needed() {
            ready!(Pin::new(&mut self.settled).poll(cx));
        }
        Pin::new(&mut self.aclose).poll(cx)
    }
}

/// Everything that a loop can run over, apart from generators.
#[cfg_attr(
    feature = "stream",
    diagnostic::on_unimplemented(
        message = "`{Self}` is not a stream",
        label = "`#[for_await]` runs over generators and streams"
    )
)]
#[cfg_attr(
    not(feature = "stream"),
    diagnostic::on_unimplemented(
        message = "`{Self}` is not a generator",
        label = "`#[for_await]` runs over generators",
        note = "it runs over streams with the feature `stream` of checked-async, which is on by default"
    )
)]
pub trait AnyStream {
    type Item;
    fn poll_next_item(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>>;
}

#[cfg(feature = "stream")]
impl<S: futures_core::Stream> AnyStream for S {
    type Item = S::Item;
    #[inline(always)]
    fn poll_next_item(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.poll_next(cx)
    }
}

/// Makes the source of a loop over a stream.
pub trait AnySource {
    type Stream;

    fn source(self) -> Dropping<Self::Stream>
    where
        Self::Stream: AnyStream;
}

impl<S> AnySource for Iterated<S> {
    type Stream = S;

    #[inline(always)]
    fn source(self) -> Dropping<S>
    where
        S: AnyStream,
    {
        Dropping { stream: self.0 }
    }
}

pin_project_lite::pin_project! {
    /// A stream, which is dropped.
    pub struct Dropping<S> {
        #[pin]
        stream: S,
    }
}

// Without bounds, so that what is no stream is one error.
impl<S> Dropping<S> {
    #[inline(always)]
    pub fn next(self: Pin<&mut Self>) -> NextItem<'_, S> {
        NextItem { stream: self.project().stream }
    }

    #[inline(always)]
    pub fn close(self: Pin<&mut Self>) -> std::future::Ready<()> {
        std::future::ready(())
    }
}

/// The next item of a stream.
#[must_use]
pub struct NextItem<'s, S> {
    stream: Pin<&'s mut S>,
}

impl<S: AnyStream> Future for NextItem<'_, S> {
    type Output = Option<S::Item>;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.stream.as_mut().poll_next_item(cx)
    }
}
