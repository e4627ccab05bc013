//! The arguments of well-known macros: code that a syntax tree shows as tokens only.
//!
//! A macro whose arguments do not parse as expected is left as it is.

use super::body::Scope;
use super::generated;
use crate::lints::Levels;
use crate::syntax;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Block, Expr, Ident, Macro, Pat, Token};

/// Macros whose arguments are expressions between commas, as far as they hold code that lints look at.
const EXPRESSIONS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "error",
    "format",
    "info",
    "join",
    "panic",
    "pin",
    "print",
    "println",
    "trace",
    "try_join",
    "vec",
    "warn",
    "write",
    "writeln",
];

/// Macros that run the first future to be ready and drop the others.
const SELECTS: &[&str] = &["select", "select_biased"];

/// Lints the code in a macro's arguments and writes probes into it.
pub(super) fn check_arguments(mac: &mut Macro, levels: Levels, scope: &Scope<'_>) {
    let Some(name) = mac.path.segments.last().map(|segment| segment.ident.to_string()) else { return };
    let checked = if SELECTS.contains(&name.as_str()) {
        Parser::parse2(|input: ParseStream<'_>| branches(input, levels, scope), mac.tokens.clone())
    } else if EXPRESSIONS.contains(&name.as_str()) && holds_blocks(mac.tokens.clone()) {
        Parser::parse2(|input: ParseStream<'_>| expressions(input, levels, scope), mac.tokens.clone())
    } else {
        return;
    };
    if let Ok(tokens) = checked {
        mac.tokens = tokens;
    }
}

/// Only code with a block in it has statements, and so values that are discarded.
fn holds_blocks(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace || holds_blocks(group.stream()),
        _ => false,
    })
}

fn expressions(input: ParseStream<'_>, levels: Levels, scope: &Scope<'_>) -> syn::Result<TokenStream> {
    let mut expressions = Punctuated::<Expr, Token![,]>::parse_terminated(input)?;
    for expr in &mut expressions {
        scope.check_expr(expr, levels);
    }
    Ok(expressions.into_token_stream())
}

/// Input:  `biased; value = f(x), if ready => { … } …`, as tokio's and futures' `select!` take it
/// Output: the same, its futures marked as handed over, since all but one are rightly dropped, and its handlers linted.
fn branches(input: ParseStream<'_>, levels: Levels, scope: &Scope<'_>) -> syn::Result<TokenStream> {
    let mut output = TokenStream::new();
    if input.peek(Ident) && input.peek2(Token![;]) {
        let order: Ident = input.parse()?;
        let semicolon: Token![;] = input.parse()?;
        output.extend(quote!(#order #semicolon));
    }
    while !input.is_empty() {
        output.extend(branch(input, levels, scope)?);
    }
    Ok(output)
}

fn branch(input: ParseStream<'_>, levels: Levels, scope: &Scope<'_>) -> syn::Result<TokenStream> {
    let mut output = TokenStream::new();
    if input.peek(Ident::peek_any) && input.peek2(Token![=>]) {
        // `else =>`, `complete =>`, `default =>`, or a future by its name.
        Ident::parse_any(input)?.to_tokens(&mut output);
    } else {
        Pat::parse_multi_with_leading_vert(input)?.to_tokens(&mut output);
        input.parse::<Token![=]>()?.to_tokens(&mut output);
        let mut future: Expr = input.parse()?;
        scope.check_expr(&mut future, levels);
        handed_over(&future, scope).to_tokens(&mut output);
        if input.peek(Token![,]) {
            input.parse::<Token![,]>()?.to_tokens(&mut output);
            input.parse::<Token![if]>()?.to_tokens(&mut output);
            input.parse::<Expr>()?.to_tokens(&mut output);
        }
    }
    input.parse::<Token![=>]>()?.to_tokens(&mut output);
    if input.peek(syn::token::Brace) {
        let mut handler: Block = input.parse()?;
        scope.check_block(&mut handler, levels);
        handler.to_tokens(&mut output);
    } else {
        let mut handler: Expr = input.parse()?;
        scope.check_expr(&mut handler, levels);
        handler.to_tokens(&mut output);
    }
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?.to_tokens(&mut output);
    }
    Ok(output)
}

/// Input:  `f(x)`
/// Output: `handed(handing_over(), f(x))`
///
/// Not with an `.await` in it: outside of a checked future the mark is the thread's, and the task may go to another.
fn handed_over(future: &Expr, scope: &Scope<'_>) -> TokenStream {
    let makes_none = matches!(syntax::peel(future), Expr::Path(_) | Expr::Reference(_) | Expr::Field(_));
    if makes_none || syntax::may_suspend(future) {
        return future.to_token_stream();
    }
    let span = generated(syntax::first_span(future));
    let private = scope.runtime.private(span);
    quote_spanned!(span=> #private::handed(#private::handing_over(), #future))
}
