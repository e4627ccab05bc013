//! Where generated tokens stand: at the user's tokens, so that the compiler underlines these.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Expr;

/// The place of a user's token with the hygiene of generated code: errors point there, and lints on user code stay silent.
pub(super) fn generated(span: Span) -> Span {
    Span::mixed_site().located_at(span)
}

/// A call with its closing parenthesis at a place of the user's code.
pub(super) fn call(function: &TokenStream, arguments: &TokenStream, last: Span) -> Expr {
    let mut group = Group::new(Delimiter::Parenthesis, arguments.clone());
    group.set_span(last);
    Expr::Verbatim(quote!(#function #group))
}

/// A call that is at a place of the user's code for `Location::caller` too, which goes by every token of the call.
pub(super) fn located(function: TokenStream, arguments: &TokenStream, ends: (Span, Span)) -> Expr {
    let at = |mut token: TokenTree| {
        token.set_span(ends.0);
        token
    };
    call(&function.into_iter().map(at).collect(), arguments, ends.1)
}

/// A call that lints take for the user's own: rustc's `unused_must_use` is silent in generated code.
pub(super) fn of_user(function: TokenStream, arguments: &TokenStream, ends: (Span, Span)) -> TokenStream {
    let mut tokens: Vec<_> = function.into_iter().collect();
    // The path's leading `::` is two tokens.
    for token in tokens.iter_mut().take(2) {
        token.set_span(ends.0);
    }
    call(&tokens.into_iter().collect(), arguments, ends.1).into_token_stream()
}
