//! Moves a function's arguments into its future, so that they drop when and in the order they did.
//!
//! rustc moves every argument of an async fn into the future, used or not, and drops them after the body, last one first.

use super::generated;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Pat, PatIdent, Signature};

/// Makes each parameter a plain name.
///
/// Input:  `(&self, mut a: A, (b, _): (B, C), _: D)`
/// Output: `(&self, a: A, argument_2: (B, C), argument_3: D)`, and to be put at the start of the future:
///         `let _ = &self; let mut a = a; let argument_2 = argument_2; let (b, _) = argument_2;
///          let argument_3 = argument_3;`
pub(super) fn move_into_future(signature: &mut Signature) -> TokenStream {
    let mut moves = TokenStream::new();
    for (index, argument) in signature.inputs.iter_mut().enumerate() {
        match argument {
            FnArg::Receiver(receiver) => {
                let self_token = receiver.self_token;
                let span = generated(self_token.span);
                moves.extend(quote_spanned!(span=> let _ = &#self_token;));
            }
            FnArg::Typed(typed) => {
                let (name, moved) = move_one(&mut typed.pat, index);
                let configured = typed.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
                let configured = quote!(#(#configured)*);
                // Levels of rustc's lints are about the pattern, and so go with it.
                let (levels, others) = typed.attrs.drain(..).partition(sets_levels);
                typed.attrs = others;
                let levels: Vec<Attribute> = levels;
                if let Some((pattern, before)) = moved.split_last() {
                    moves.extend(quote!(#(#configured #before)* #configured #(#levels)* #pattern));
                }
                *typed.pat = name;
            }
        }
    }
    moves
}

/// The parameter as a plain name, and the statements that move and take it apart.
fn move_one(pattern: &mut Pat, index: usize) -> (Pat, Vec<TokenStream>) {
    if let Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, mutability, .. }) = pattern {
        let span = generated(ident.span());
        let moved = quote_spanned!(span=> let #mutability #ident = #ident;);
        return (name(ident.clone()), vec![moved]);
    }
    let span = generated(pattern.span());
    let ident = Ident::new(&format!("argument_{index}"), span);
    let mut moves = match borrows_mutably(pattern.to_token_stream()) {
        true => vec![quote_spanned!(span=> let mut #ident = #ident;)],
        false => vec![quote_spanned!(span=> let #ident = #ident;)],
    };
    if !matches!(pattern, Pat::Wild(_)) {
        moves.push(quote_spanned!(span=> let #pattern = #ident;));
    } else {
        moves.push(quote_spanned!(span=> let _ = #ident;));
    }
    (name(ident), moves)
}

/// Does the attribute set the level of a lint of rustc or clippy?
fn sets_levels(attribute: &Attribute) -> bool {
    const NAMES: &[&str] = &["allow", "cfg_attr", "deny", "expect", "forbid", "warn"];
    NAMES.iter().any(|name| attribute.path().is_ident(name))
}

/// Is there a `ref mut` in the pattern, which only a mutable place can be bound by?
fn borrows_mutably(pattern: TokenStream) -> bool {
    let mut after_ref = false;
    pattern.into_iter().any(|token| match token {
        TokenTree::Group(group) => borrows_mutably(group.stream()),
        TokenTree::Ident(ident) => std::mem::replace(&mut after_ref, ident == "ref") && ident == "mut",
        _ => false,
    })
}

fn name(ident: Ident) -> Pat {
    Pat::Ident(PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident, subpat: None })
}

/// The place of the signature's last token, for generated code that belongs to the whole function.
pub(super) fn end_of(signature: &Signature) -> Span {
    signature.output.to_token_stream().into_iter().last().map_or_else(|| signature.ident.span(), |token| token.span())
}
