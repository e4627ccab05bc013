//! The body's side of a generator: what the code that the macros write calls inside of it.

use std::future::{Future, IntoFuture};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::{Exchange, Generator};
use crate::check::chosen::{self, Origin};
use crate::private::Site;
use crate::raw::{Link, Owned};

/// Makes a generator from its body, by the call at the caller's place.
#[track_caller]
#[inline]
pub fn generator<T, R, F: Future<Output = ()>>(
    site: &'static Site,
    body: impl FnOnce(Handle<T, R>) -> F,
) -> Generator<impl Future<Output = ()>, T, R> {
    let origin = Origin::new::<F>(site);
    let make = |link| chosen::frame(site, body(Handle { link }));
    Generator { body: Some(Owned::new(Exchange::new(origin, false), make)) }
}

/// The same, of a body with a `defer!`.
#[track_caller]
#[inline]
pub fn cleaning_generator<T, R, F: Future<Output = ()>>(
    site: &'static Site,
    body: impl FnOnce(Handle<T, R>) -> F,
) -> Generator<impl Future<Output = ()> + Cleans, T, R> {
    let origin = Origin::new::<F>(site);
    let make = |link| Cleaning { future: chosen::frame(site, body(Handle { link })) };
    Generator { body: Some(Owned::new(Exchange::new(origin, true), make)) }
}

/// A body that has a `defer!`.
pub trait Cleans {}

pin_project! {
    /// A body that has a `defer!`, for lints to see.
    pub struct Cleaning<F> {
        #[pin]
        future: F,
    }
}

impl<F> Cleans for Cleaning<F> {}

impl<F: Future> Future for Cleaning<F> {
    type Output = F::Output;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}

/// A body's way to its generator's handle.
pub struct Handle<T, R> {
    link: Link<Exchange<T, R>>,
}

impl<T, R> Clone for Handle<T, R> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, R> Copy for Handle<T, R> {}

impl<T, R> Handle<T, R> {
    /// `yield_!(item)`: breaks if the body shall leave.
    #[inline(always)]
    pub fn yield_(self, item: T) -> Yield<T, R> {
        self.link.shared().put_item(item);
        Yield { link: self.link }
    }

    /// `future.await`: breaks if the body shall leave.
    #[inline(always)]
    pub fn wait<F: IntoFuture>(self, future: F) -> Wait<F::IntoFuture, T, R> {
        Wait { link: self.link, future: future.into_future() }
    }

    /// Hands over the last item: the body must end now.
    #[inline(always)]
    pub fn finish_with(self, item: T) {
        self.link.shared().put_item(item);
    }

    /// Takes note of a cleanup that is to be run before the body leaves.
    #[inline(always)]
    pub fn cleanup_begins(self) {
        self.link.shared().cleanup_begins();
    }

    /// Takes note that it was run.
    #[inline(always)]
    pub fn cleanup_ends(self) {
        self.link.shared().cleanup_ends();
    }
}

/// Waits until the item that was handed over is taken, and the next one is wanted.
#[must_use]
pub struct Yield<T, R> {
    link: Link<Exchange<T, R>>,
}

impl<T, R> Future for Yield<T, R> {
    type Output = ControlFlow<(), R>;

    #[inline(always)]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        let exchange = self.link.shared();
        if exchange.is_full() {
            return Poll::Pending;
        }
        Poll::Ready(match exchange.take_value() {
            Some(value) => ControlFlow::Continue(value),
            None => ControlFlow::Break(()),
        })
    }
}

pin_project! {
    /// Waits for a future, or until the body shall leave.
    #[must_use]
    pub struct Wait<F, T, R> {
        link: Link<Exchange<T, R>>,
        #[pin]
        future: F,
    }
}

impl<F: Future, T, R> Future for Wait<F, T, R> {
    type Output = ControlFlow<(), F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if this.link.shared().leaves() {
            return Poll::Ready(ControlFlow::Break(()));
        }
        this.future.poll(cx).map(ControlFlow::Continue)
    }
}
