//! What generated code calls in builds without checks: nothing happens, at no cost.

use std::future::Future;

use crate::private::Site;
#[cfg(feature = "tokio")]
pub use crate::supervision::unsupervised as tasks;

/// Returns the future itself.
#[inline(always)]
pub fn future<F: Future>(_site: &'static Site, future: F) -> F {
    future
}

/// Returns the future itself.
#[inline(always)]
pub fn frame<F: Future>(_site: &'static Site, future: F) -> F {
    future
}

/// Returns the site itself.
#[inline(always)]
pub fn measured(site: &'static Site) -> &'static Site {
    site
}

/// Returns the future itself.
#[inline(always)]
pub fn task<F: Future>(future: F) -> F {
    future
}

/// Returns the future itself.
#[inline(always)]
pub fn detached<F: Future, N, M>(future: F, _: N, _: M) -> F {
    future
}

/// Returns the future itself.
#[inline(always)]
pub fn telling<F: Future, N, M>(future: F, _: N, _: M) -> F {
    future
}

/// Returns the handle itself.
#[inline(always)]
pub fn joining<T, N>(handle: T, _: N) -> T {
    handle
}

/// Nothing.
#[must_use]
pub struct Expecting;

/// Does nothing.
#[inline(always)]
pub fn expect_awaited(_line: u32, _column: u32) -> Expecting {
    Expecting
}

/// Returns the value.
#[inline(always)]
pub fn bound<T>(_announced: Expecting, value: T) -> T {
    value
}

/// Nothing.
#[must_use]
pub struct HandOver;

/// Does nothing.
#[inline(always)]
pub fn handing_over() -> HandOver {
    HandOver
}

/// Returns the value.
#[inline(always)]
pub fn handed<T>(_announced: HandOver, value: T) -> T {
    value
}

/// Nothing.
#[must_use]
pub struct Blocking;

/// Does nothing.
#[inline(always)]
pub fn blocking() -> Blocking {
    Blocking
}

/// Returns the value.
#[inline(always)]
pub fn blocked<T>(_begun: Blocking, value: T) -> T {
    value
}

/// Nothing.
#[must_use]
pub struct Boxing;

/// Does nothing.
#[inline(always)]
pub fn boxing() -> Boxing {
    Boxing
}

/// Returns the value.
#[inline(always)]
pub fn boxed<T>(_begun: Boxing, value: T) -> T {
    value
}

/// Returns the reference itself.
#[inline(always)]
pub fn watched<F>(_line: u32, _column: u32, future: F) -> F {
    future
}

/// Returns the reference itself.
#[inline(always)]
pub fn watched_fused<F>(_line: u32, _column: u32, future: F) -> F {
    future
}

/// Returns the future itself.
#[inline(always)]
pub fn endless<F>(future: F) -> F {
    future
}

/// Drops the value.
#[inline(always)]
pub fn discard<T>(value: T) {
    drop(value);
}

/// Nothing.
#[derive(Clone, Copy)]
pub struct Origin;

impl Origin {
    /// Nothing.
    #[inline(always)]
    pub fn new<F>(_site: &'static Site) -> Self {
        Origin
    }

    /// Does nothing.
    #[inline(always)]
    pub fn outside_loop(&self) {}

    /// Does nothing.
    #[inline(always)]
    pub fn after_shutdown(&self) {}

    /// Does nothing.
    #[inline(always)]
    pub fn reentered(&self) {}

    /// Does nothing.
    #[inline(always)]
    pub fn adopted(&self) {}

    /// Does nothing.
    #[inline(always)]
    pub fn unclosed(&self) {}
}
