//! What the code that the macros write calls: not for users, and free to change between releases.
//!
//! The macros and this crate are released in lockstep (`=` requirements), so nothing here is versioned.

#![allow(missing_docs, reason = "not an interface for people; each item says what generated code it serves")]

pub mod class;
pub mod exits;
pub mod for_await;

pub mod probe;

pub use checked_async_macros::checked_item;

pub use crate::adopt::settled;
pub use crate::check::chosen::{
    Blocking, Boxing, Expecting, HandOver, blocked, blocking, bound, boxed, boxing, detached, endless, expect_awaited,
    frame, future, handed, handing_over, joining, measured, task, telling, watched, watched_fused,
};
pub use crate::check::{off, on};
pub use crate::generator::adoptable;
pub use crate::generator::body::{Cleans, cleaning_generator, generator};
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub use crate::testing::collect;
#[cfg(feature = "event-loop")]
pub use crate::testing::on_event_loop;
#[cfg(feature = "tokio")]
pub use crate::testing::{lacking, on_tokio};
#[cfg(feature = "tokio")]
pub use ::tokio;

/// The definition of a checked function.
#[derive(Debug)]
pub struct Site {
    pub file: &'static str,
    pub line: u32,
    pub column: u32,
    /// The name given with `name = "…"`.
    pub name: Option<&'static str>,
    /// How many nanoseconds a poll may take, given with `slow_after = "…"`.
    pub slow_after: Option<u64>,
}

/// Asserts that a generator is `Send`, for the argument `send`.
#[inline(always)]
pub fn is_send_generator<G: Send>(generator: G) -> G {
    generator
}
