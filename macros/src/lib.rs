//! The attribute macros of checked-async; use them through the crate `checked-async`.
//!
//! An attribute's way through this crate: `args → input → facts → lints → expand`. Nothing reads to its right, lints
//! never rewrite, and expansion never diagnoses. This file is the only one that names `proc_macro`.

mod args;
mod attribute;
mod diagnostics;
mod enclosing;
mod expand;
mod facts;
mod finding;
#[cfg(test)]
mod fuzz_tests;
mod imports;
mod input;
mod lints;
mod probe;
mod select;
mod source;
mod syntax;
mod test_args;
mod well_known;

use attribute::{Placement, Reader};
use proc_macro::TokenStream;

/// Checks async code: see the crate `checked-async`, which re-exports it with its documentation.
#[proc_macro_attribute]
pub fn checked_async(args: TokenStream, input: TokenStream) -> TokenStream {
    attribute::expand(args.into(), input.into(), Placement::ByUser, Reader::of_this_process()).into()
}

/// Makes an async generator of an `async fn`: see the crate `checked-async`, which re-exports it with its documentation.
#[proc_macro_attribute]
pub fn generator(args: TokenStream, input: TokenStream) -> TokenStream {
    attribute::expand_generator(args.into(), input.into(), Reader::of_this_process()).into()
}

/// Makes a test of an `async fn`: see the crate `checked-async`, which re-exports it with its documentation.
#[proc_macro_attribute]
pub fn test(args: TokenStream, input: TokenStream) -> TokenStream {
    attribute::expand_test(args.into(), input.into(), Reader::of_this_process()).into()
}

/// What `cargo checked-async` puts on the items of a workspace: as [`macro@checked_async`], but at home on every item.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn checked_item(args: TokenStream, input: TokenStream) -> TokenStream {
    attribute::expand(args.into(), input.into(), Placement::ByCommand, Reader::of_this_process()).into()
}
