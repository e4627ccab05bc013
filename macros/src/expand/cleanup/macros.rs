//! Macros in a body: those of the syntax itself, and ways out in the arguments of others.
//!
//! Where the arguments of a macro are expressions, as those of most are, the ways out in them are rewritten as anywhere
//! else. Where they are not, a way out would lead past the cleanup, and is an error.

use super::{Body, Cleanup};
use crate::diagnostics::Diagnostic;
use crate::expand::generated;
use crate::select::Select;
use crate::syntax::is_macro;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::parse::{ParseStream, Parser as _};
use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut as _;
use syn::{Expr, Macro, Token};

/// Macros that hide a `return Err(…)`.
const RETURNING: &[&str] = &["bail", "ensure"];

/// Macros whose arguments are not run.
const QUOTING: &[&str] = &["concat", "quote", "quote_spanned", "stringify"];

impl Cleanup<'_> {
    /// Rewrites a macro's arguments, or the whole, which is then returned.
    pub(super) fn macro_(&mut self, mac: &mut Macro) -> Option<Expr> {
        let at = mac.path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
        if is_macro(mac, "yield_") {
            let item = self.item(mac);
            return Some(self.yield_(at, &item));
        }
        if self.syntax.is_defer(mac) {
            self.sink.report(
                Diagnostic::at(at, "`defer!` where an expression is expected")
                    .help("write it as a statement of the block at whose end it shall run"),
            );
            return Some(Expr::Verbatim(quote_spanned!(generated(at)=> ())));
        }
        self.awaits |= self.syntax.awaits(mac);
        let is_guarded = self.frames.are_guarded();
        let raises = matches!(self.body, Body::Generator { raises: true, .. });
        if (is_guarded || raises) && RETURNING.iter().any(|name| is_macro(mac, name)) {
            return Some(self.returning(mac, at));
        }
        let is_rewritten =
            is_guarded || matches!(self.body, Body::Generator { .. }) || super::Syntax::is_in(mac.tokens.clone());
        if is_rewritten
            && self.syntax.may_exit(mac.tokens.clone())
            && !QUOTING.iter().any(|name| is_macro(mac, name))
            && !self.arguments(mac)
        {
            self.sink.report(
                Diagnostic::at(at, format!("a way out in the arguments of `{}!` leads past the cleanup", name(mac)))
                    .help("move what holds `?`, `return`, `break` or `yield_!` into a statement before it"),
            );
        }
        None
    }

    /// The item of a `yield_!`.
    fn item(&mut self, mac: &Macro) -> TokenStream {
        if mac.tokens.is_empty() {
            let span = mac.path.segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
            return quote_spanned!(generated(span)=> ());
        }
        match mac.parse_body::<Expr>() {
            Ok(mut item) => {
                self.visit_expr_mut(&mut item);
                item.into_token_stream()
            }
            Err(error) => {
                self.sink.report(Diagnostic::from(error).help("write `yield_!(item)`"));
                let private = self.runtime.private(Span::call_site());
                // What is being typed there is not lost to an editor.
                let typed = &mac.tokens;
                quote_spanned! {generated(Span::call_site())=>
                    { let _ = ::core::stringify!(#typed); #private::probe::any() }
                }
            }
        }
    }

    /// Input:  `bail!("gone")`
    /// Output: what becomes of `(move || { bail!("gone"); Ok(()) })()?`
    fn returning(&mut self, mac: &Macro, at: Span) -> Expr {
        let span = generated(at);
        let value = quote_spanned! {span=>
            (|| {
                #mac;
                #[allow(unreachable_code)]
                ::core::result::Result::Ok(())
            })()
        };
        self.try_(&value, at)
    }

    /// Rewrites the arguments; says false where they cannot be read.
    fn arguments(&mut self, mac: &mut Macro) -> bool {
        if Select::is_macro(mac) {
            let Ok(mut select) = mac.parse_body::<Select>() else { return false };
            select.visit_mut(self);
            mac.tokens = select.into_token_stream();
            return true;
        }
        if let Ok(mut expressions) = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            expressions.iter_mut().for_each(|expr| self.visit_expr_mut(expr));
            mac.tokens = expressions.into_token_stream();
            return true;
        }
        // `vec![value; length]`
        let repeat = |input: ParseStream<'_>| {
            let (value, semicolon, length): (Expr, Token![;], Expr) = (input.parse()?, input.parse()?, input.parse()?);
            Ok((value, semicolon, length))
        };
        let Ok((mut value, semicolon, mut length)) = repeat.parse2(mac.tokens.clone()) else { return false };
        self.visit_expr_mut(&mut value);
        self.visit_expr_mut(&mut length);
        mac.tokens = quote::quote!(#value #semicolon #length);
        true
    }
}

fn name(mac: &Macro) -> String {
    mac.path.segments.last().map_or_else(String::new, |segment| segment.ident.to_string())
}
