//! Makes async Rust as safe as Rust.

#![deny(unsafe_code)]

mod check;
mod discard;
mod future;
// Hidden from the documentation only: of items that are always hidden rustc would print the whole path in each error.
#[cfg_attr(doc, doc(hidden))]
pub mod private;
#[allow(unsafe_code, reason = "the one file that may")]
mod raw;
mod report;
mod trace;

pub use check::{Kind, Level, UnknownKind, UnknownLevel, level, set_level};
pub use checked_async_macros::checked_async;
pub use discard::discard;
pub use report::{
    Captured, Culprit, Place, TraceFrame, Violation, capture, capture_future, reported, reset_exception_handler,
    set_exception_handler,
};
