//! The attribute macros of checked-async.

use proc_macro::TokenStream;

/// Checks an async function.
#[proc_macro_attribute]
pub fn checked_async(_args: TokenStream, input: TokenStream) -> TokenStream {
    input
}

/// Checks any item, for `cargo checked-async`.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn checked_item(_args: TokenStream, input: TokenStream) -> TokenStream {
    input
}
