//! Makes async Rust as safe as Rust.

#![deny(unsafe_code)]

mod check;
mod discard;
mod future;
#[doc(hidden)]
pub mod private;
#[allow(unsafe_code, reason = "the one file that may")]
mod raw;
mod trace;

pub use checked_async_macros::checked_async;
pub use discard::discard;
