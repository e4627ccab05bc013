//! The rewrites. Each states what it makes of what; none of them reports an error.

mod adoption;
mod body;
mod cleanup;
mod function;
mod generator;
mod macros;
mod output;
mod parameters;
mod probes;
mod questions;
mod spans;
mod test;
mod warnings;

pub(crate) use body::Scope;
pub(crate) use cleanup::Syntax;
pub(crate) use function::{Form, ends_in_box_pin, function};
pub(crate) use generator::{declaration, generator};
pub(crate) use output::can_be_named;
pub(crate) use test::test;

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use spans::generated;
use syn::Path;

/// Where the runtime crate is: `::checked_async`, or what the user's `crate = …` says.
#[derive(Clone)]
pub(crate) struct Runtime(Option<Path>);

impl Runtime {
    pub(crate) fn new(path: Option<Path>) -> Self {
        Self(path)
    }

    /// The path of its module `private`, at a place of the user's code.
    fn private(&self, span: Span) -> TokenStream {
        match &self.0 {
            Some(path) => quote_spanned!(span=> #path::private),
            None => quote_spanned!(span=> ::checked_async::private),
        }
    }

    /// The path of the crate.
    fn root(&self, span: Span) -> TokenStream {
        match &self.0 {
            Some(path) => quote_spanned!(span=> #path),
            None => quote_spanned!(span=> ::checked_async),
        }
    }

    /// The path of the attribute itself, for an item that it shall see again after another attribute.
    pub(crate) fn attribute(&self, name: &str, span: Span) -> TokenStream {
        let name = proc_macro2::Ident::new(name, span);
        let root = match &self.0 {
            Some(path) => quote::quote!(#path),
            None => quote_spanned!(span=> ::checked_async),
        };
        if name == "checked_item" { quote::quote!(#root::private::#name) } else { quote::quote!(#root::#name) }
    }
}
