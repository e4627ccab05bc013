//! What of the user's code is the syntax of cleanup.

use super::plain;
use crate::attribute::Reader;
use crate::diagnostics::{Diagnostic, Sink};
use crate::expand::generated;
use crate::facts::Names;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote_spanned;
use std::rc::Rc;
use syn::parse::Parser as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, Block, Expr, ExprForLoop, Macro, Stmt};

/// A statement `defer! { … }`.
pub(super) struct Defer {
    /// Where its name stands.
    pub(super) at: Span,
    pub(super) attributes: Vec<Attribute>,
    pub(super) cleanup: Block,
}

/// What is taken for the syntax of cleanup in a function.
pub(crate) struct Syntax {
    names: Rc<Names>,
    reader: Reader,
}

impl Syntax {
    pub(crate) fn new(names: Rc<Names>, reader: Reader) -> Self {
        Self { names, reader }
    }

    /// Is any of it in these tokens?
    pub(crate) fn is_in(tokens: TokenStream) -> bool {
        let mut name = None;
        tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => {
                name = None;
                Self::is_in(group.stream())
            }
            TokenTree::Punct(punct) => {
                let called =
                    punct.as_char() == '!' && name.as_deref().is_some_and(|name| ["defer", "yield_"].contains(&name));
                name = None;
                called
            }
            TokenTree::Ident(ident) => {
                let is_loop = ident == "for_await";
                name = Some(ident.to_string());
                is_loop
            }
            TokenTree::Literal(_) => false,
        })
    }

    /// Is an `.await` of a generator's written anew? Not for an editor, where the user's own completes as he is used to.
    pub(super) fn rewrites_awaits(&self) -> bool {
        self.reader == Reader::Compiler
    }

    /// May these tokens hold a way out, or some of the syntax?
    pub(super) fn may_exit(&self, tokens: TokenStream) -> bool {
        const WORDS: &[&str] =
            &["await", "bail", "break", "continue", "defer", "ensure", "for_await", "return", "yield_"];
        tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => self.may_exit(group.stream()),
            TokenTree::Ident(ident) => WORDS.iter().any(|word| ident == word),
            TokenTree::Punct(punct) => punct.as_char() == '?',
            TokenTree::Literal(_) => false,
        })
    }

    /// Is it `defer!`, and not another crate's macro of that name?
    pub(super) fn is_defer(&self, mac: &Macro) -> bool {
        crate::syntax::is_macro(mac, "defer") && self.names.meaning(&mac.path).is_unknown_or_in("checked_async")
    }

    /// What a statement `defer! { … }` says.
    pub(super) fn defer_statement(&self, statement: &mut Stmt, sink: &Sink) -> Option<Defer> {
        let (attributes, mac) = match statement {
            Stmt::Macro(mac) => (&mut mac.attrs, &mac.mac),
            Stmt::Expr(Expr::Macro(mac), Some(_)) => (&mut mac.attrs, &mac.mac),
            _ => return None,
        };
        if !self.is_defer(mac) {
            return None;
        }
        let at = mac.path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
        let statements = Block::parse_within.parse2(mac.tokens.clone()).unwrap_or_else(|error| {
            sink.report(Diagnostic::from(error));
            // What is being typed there is not lost to an editor.
            let typed = &mac.tokens;
            let kept = quote_spanned!(generated(at)=> { let _ = ::core::stringify!(#typed); });
            vec![Stmt::Expr(Expr::Verbatim(kept), None)]
        });
        // A cleanup has no value.
        // Its braces are not the user's, since it needs them whatever is in it.
        let brace_token = syn::token::Brace(generated(delimiter_span(mac).join()));
        let cleanup = Block { brace_token, stmts: statements };
        Some(Defer { at, attributes: std::mem::take(attributes), cleanup })
    }

    /// Is it a macro that awaits what it is given?
    pub(super) fn awaits(&self, mac: &Macro) -> bool {
        ["join", "select", "select_biased", "try_join"].iter().any(|name| crate::syntax::is_macro(mac, name))
            && ["tokio", "futures", "futures_util"].iter().any(|name| self.names.meaning(&mac.path).is_in(name))
    }

    /// Are the values of a type `Send` for certain?
    pub(super) fn is_plain(&self, ty: TokenStream) -> bool {
        syn::parse2(ty).is_ok_and(|ty| plain::is_plain(&ty, &self.names))
    }

    /// Takes `#[for_await]` from a loop, if it is there.
    pub(super) fn take_for_await(&self, loop_: &mut ExprForLoop, sink: &Sink) -> bool {
        let Some(at) = loop_.attrs.iter().position(|attribute| attribute.path().is_ident("for_await")) else {
            return false;
        };
        let attribute = loop_.attrs.remove(at);
        if !matches!(attribute.meta, syn::Meta::Path(_)) {
            sink.report(
                Diagnostic::at(attribute.meta.path().span(), "`#[for_await]` takes no arguments")
                    .help("write `#[for_await] for item in stream { … }`"),
            );
        }
        true
    }
}

fn delimiter_span(mac: &Macro) -> proc_macro2::extra::DelimSpan {
    match &mac.delimiter {
        syn::MacroDelimiter::Paren(paren) => paren.span,
        syn::MacroDelimiter::Brace(brace) => brace.span,
        syn::MacroDelimiter::Bracket(bracket) => bracket.span,
    }
}
