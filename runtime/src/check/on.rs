//! What generated code calls in builds with checks.

use std::future::{Future, IntoFuture};
use std::panic::Location;

pub use crate::check::lost_waker::Endless;
pub use crate::check::stalled_future::Watched;
use crate::check::{generator_unclosed, generator_use, lost_waker, slow_poll, stalled_future};
pub use crate::error_text::telling;
use crate::future::Function;
use crate::private::Site;
use crate::raw::Checked;
pub use crate::root::{detached, task};
#[cfg(feature = "tokio")]
pub use crate::supervision::joining::joining;
#[cfg(feature = "tokio")]
pub use crate::supervision::supervised as tasks;
use crate::trace::{self, Watching};

/// Wraps the future of an async fn, made by the call at the caller's place.
#[track_caller]
#[inline]
pub fn future<F: Future>(site: &'static Site, future: F) -> Checked<F> {
    Checked::new(site, future)
}

/// Wraps the body of an async fn that has to stay one: it appears in backtraces and is never reported itself.
#[inline(always)]
pub fn frame<F: Future>(site: &'static Site, future: F) -> Checked<F> {
    Checked::frame(site, future)
}

/// Takes note that a function is called that has a `slow_after` of its own.
#[inline]
pub fn measured(site: &'static Site) -> &'static Site {
    slow_poll::called(site);
    site
}

/// Returns the handle itself: of a task of tokio's nothing is known.
#[cfg(not(feature = "tokio"))]
#[inline]
pub fn joining<T, N>(handle: T, _: N) -> T {
    handle
}

/// Ends an [`expect_awaited`].
#[must_use]
pub struct Expecting(#[expect(dead_code, reason = "held for its drop")] Watching);

/// Announces that the future created at this line and column by the current frame is bound there and only ever awaited.
#[inline]
pub fn expect_awaited(line: u32, column: u32) -> Expecting {
    Expecting(trace::expect_awaited(line, column))
}

/// Returns the value that was announced.
#[inline]
pub fn bound<T>(_announced: Expecting, value: T) -> T {
    value
}

/// Ends a [`handing_over`].
#[must_use]
pub struct HandOver(#[expect(dead_code, reason = "held for its drop")] Watching);

/// Announces that the futures created until [`handed`] go to someone who drops unpolled futures rightly.
#[inline]
pub fn handing_over() -> HandOver {
    HandOver(trace::handing_over())
}

/// Returns the value that is handed over.
#[inline]
pub fn handed<T>(_announced: HandOver, value: T) -> T {
    value
}

/// Ends a [`blocking`].
#[must_use]
pub struct Blocking(#[expect(dead_code, reason = "held for its drop")] slow_poll::Blocking);

/// Announces that the thread blocks on purpose until [`blocked`], with room made for others.
#[inline]
pub fn blocking() -> Blocking {
    Blocking(slow_poll::Blocking::begin())
}

/// Returns what the thread has blocked for.
#[inline]
pub fn blocked<T>(_begun: Blocking, value: T) -> T {
    value
}

/// Ends a [`boxing`].
#[must_use]
pub struct Boxing(#[allow(dead_code, reason = "held for its drop")] trace::Boxing);

/// Announces that the futures created until [`boxed`] go to the heap, where it does not matter how large they are.
#[inline]
pub fn boxing() -> Boxing {
    Boxing(trace::Boxing::begin())
}

/// Returns the value that is to be boxed.
#[inline]
pub fn boxed<T>(_begun: Boxing, value: T) -> T {
    value
}

/// Wraps a reference to a future that the arm of a `select!` at this line and column polls.
#[inline]
pub fn watched<F: Future>(line: u32, column: u32, future: F) -> Watched<F> {
    stalled_future::watched(line, column, future)
}

/// As [`watched`], where the `select!` may ask whether the future is fused.
#[cfg(feature = "stream")]
#[inline]
pub fn watched_fused<F: Future>(line: u32, column: u32, future: F) -> Watched<F> {
    stalled_future::watched(line, column, future)
}

/// Returns the reference itself: the trait of fused futures is not known.
#[cfg(not(feature = "stream"))]
#[inline]
pub fn watched_fused<F>(_line: u32, _column: u32, future: F) -> F {
    future
}

/// Wraps a future that is pending for ever on purpose.
#[inline]
pub fn endless<F: IntoFuture>(future: F) -> Endless<F::IntoFuture> {
    lost_waker::on_purpose(future.into_future())
}

/// Drops a value; the unpolled futures in it are no fault.
#[inline]
pub fn discard<T>(value: T) {
    trace::silently(|| drop(value));
}

/// Who made a generator.
#[derive(Clone, Copy)]
pub struct Origin(Function);

impl Origin {
    /// A generator with this body, made by the call at the caller's place.
    #[track_caller]
    #[inline]
    pub fn new<F>(site: &'static Site) -> Self {
        Origin(Function::called_at::<F>(site, Location::caller()))
    }

    /// Takes note that the generator is iterated first where nobody would close it.
    pub fn outside_loop(&self) {
        generator_use::outside_loop(&self.0);
    }

    /// Takes note that the generator is iterated first after those of its loop were shut down.
    pub fn after_shutdown(&self) {
        generator_use::after_shutdown(&self.0);
    }

    /// Takes note that the generator could not be closed for the sake of another operation.
    pub fn reentered(&self) {
        generator_use::reentered(&self.0);
    }

    /// Takes note that the generator is dropped, and its cleanup left to a task.
    #[cold]
    pub fn adopted(&self) {
        generator_unclosed::adopted(&self.0);
    }

    /// Takes note that the generator is dropped with cleanup to do.
    #[cold]
    pub fn unclosed(&self) {
        generator_unclosed::dropped(&self.0);
    }
}

/// The type of a wrapped future, for tests of its traits.
pub type Wrapped<F> = Checked<F>;
