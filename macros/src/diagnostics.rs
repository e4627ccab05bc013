//! Errors on their way to the compiler: collected in a [`Sink`], rendered here and nowhere else.
//!
//! All errors of one attribute are shown together, after the item, so that one mistake does not hide another and the
//! item still exists for the rest of the program.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use std::cell::{Cell, RefCell};

/// One error: what is wrong, and what to do about it.
pub(crate) struct Diagnostic {
    first: Span,
    last: Span,
    text: String,
}

impl Diagnostic {
    /// An error at one token. The message states the problem: lowercase, one line, no full stop.
    pub(crate) fn at(span: Span, message: impl Into<String>) -> Self {
        Self { first: span, last: span, text: message.into() }
    }

    /// An error over several tokens.
    pub(crate) fn between(first: Span, last: Span, message: impl Into<String>) -> Self {
        Self { first, last, text: message.into() }
    }

    /// Adds a fact, or how to silence the error.
    pub(crate) fn note(self, note: &str) -> Self {
        Self { text: format!("{}\nnote: {note}", self.text), ..self }
    }

    /// Adds what the user should change.
    pub(crate) fn help(self, help: &str) -> Self {
        Self { text: format!("{}\nhelp: {help}", self.text), ..self }
    }

    /// Input: an error from line 3.
    /// Output: `::core::compile_error! { "…" }`, whose first and last token make the compiler underline the whole.
    fn to_tokens(&self) -> TokenStream {
        let text = &self.text;
        let path = quote_spanned!(self.first=> ::core::compile_error!);
        let body = quote_spanned!(self.last=> { #text });
        quote::quote!(#path #body)
    }
}

impl From<syn::Error> for Diagnostic {
    fn from(error: syn::Error) -> Self {
        Self::at(error.span(), error.to_string())
    }
}

/// Collects errors; must be emptied with [`Sink::into_tokens`], or a test that drops it fails.
pub(crate) struct Sink {
    diagnostics: RefCell<Vec<Diagnostic>>,
    emptied: Cell<bool>,
}

impl Sink {
    pub(crate) fn new() -> Self {
        Self { diagnostics: RefCell::default(), emptied: Cell::new(false) }
    }

    pub(crate) fn report(&self, diagnostic: impl Into<Diagnostic>) {
        self.diagnostics.borrow_mut().push(diagnostic.into());
    }

    /// The errors as tokens to be put after the item.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.emptied.set(true);
        self.diagnostics.take().iter().map(Diagnostic::to_tokens).collect()
    }

    /// The errors' texts, first line first, for tests.
    #[cfg(test)]
    pub(crate) fn into_texts(self) -> Vec<String> {
        self.emptied.set(true);
        self.diagnostics.take().into_iter().map(|diagnostic| diagnostic.text).collect()
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        if cfg!(test) && !self.emptied.get() && !std::thread::panicking() {
            assert!(self.diagnostics.borrow().is_empty(), "errors were collected but never shown");
        }
    }
}
