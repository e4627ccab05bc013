//! What the code that the macros write calls: not for users, and free to change between releases.
//!
//! The macros and this crate are released in lockstep (`=` requirements), so nothing here is versioned.

#![allow(
    missing_docs,
    reason = "not an interface for people; each item says what generated code it serves"
)]

pub mod probe;

pub use checked_async_macros::checked_item;
