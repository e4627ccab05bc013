//! Makes async Rust as safe as Rust.

#[doc(hidden)]
pub mod private;

pub use checked_async_macros::checked_async;
