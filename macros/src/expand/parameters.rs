//! Moves a function's arguments into its future, so that they drop when and in the order they did.
//!
//! rustc moves every argument of an async fn into the future, used or not, and drops them after the body, last one first.

use super::generated;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, FnArg, Pat, PatIdent, Signature, Token};

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
                let configured: Vec<&Attribute> =
                    typed.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
                let (name, moved) = move_one(&mut typed.pat, index);
                for moved in moved {
                    moves.extend(quote!(#(#configured)* #moved));
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
        return (name(ident.clone(), None), vec![moved]);
    }
    let span = generated(pattern.span());
    let ident = Ident::new(&format!("argument_{index}"), span);
    let mut moves = vec![quote_spanned!(span=> let #ident = #ident;)];
    if !matches!(pattern, Pat::Wild(_)) {
        moves.push(quote_spanned!(span=> let #pattern = #ident;));
    } else {
        moves.push(quote_spanned!(span=> let _ = &#ident;));
    }
    (name(ident, None), moves)
}

fn name(ident: Ident, mutability: Option<Token![mut]>) -> Pat {
    Pat::Ident(PatIdent { attrs: Vec::new(), by_ref: None, mutability, ident, subpat: None })
}

/// The place of the signature's last token, for generated code that belongs to the whole function.
pub(super) fn end_of(signature: &Signature) -> Span {
    signature.output.to_token_stream().into_iter().last().map_or_else(|| signature.ident.span(), |token| token.span())
}
