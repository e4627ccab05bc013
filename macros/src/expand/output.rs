//! The declared return type: what a body's `return`s and last expression are coerced to.

use super::Runtime;
use super::questions::answers;
use super::spans::{call, generated, of_user};
use crate::lints::Level;
use crate::syntax;
use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{GenericArgument, PathArguments, ReturnType, Type};

/// A function's return type.
pub(super) struct Output {
    declared: Option<Type>,
    span: Span,
}

impl Output {
    pub(super) fn of(output: &ReturnType, fallback: Span) -> Self {
        match output {
            ReturnType::Default => Self { declared: None, span: fallback },
            ReturnType::Type(_, ty) => Self { declared: Some((**ty).clone()), span: ty.span() },
        }
    }

    /// The type as it may stand in any place; stable Rust allows `!` only after a function's arrow.
    pub(super) fn ty(&self, runtime: &Runtime) -> TokenStream {
        let span = generated(self.span);
        match &self.declared {
            None => quote_spanned!(span=> ()),
            Some(Type::Never(never)) => {
                let private = runtime.private(span);
                quote_spanned!(span=> <fn() -> #never as #private::probe::FnOutput>::Output)
            }
            Some(ty) => ty.to_token_stream(),
        }
    }

    /// Where the declaration ends.
    pub(super) fn end(&self) -> Span {
        self.declared.as_ref().map_or(self.span, |ty| syntax::type_ends(ty).1)
    }

    /// Is it named as handles and futures are, of which clippy warns where an async block yields them?
    pub(super) fn is_named_like_a_future(&self) -> bool {
        fn is_in(tokens: TokenStream) -> bool {
            tokens.into_iter().any(|token| match token {
                TokenTree::Group(group) => is_in(group.stream()),
                TokenTree::Ident(name) => {
                    let name = name.to_string();
                    name.contains("Future") || ["Handle", "Receiver", "Task"].iter().any(|end| name.ends_with(end))
                }
                _ => false,
            })
        }
        self.declared.as_ref().is_some_and(|ty| is_in(ty.to_token_stream()))
    }

    /// A statement that tells rustc the body's type before it reads the body, so that `return`s coerce as declared; it
    /// also asks `future_of_future`'s question where the type may be a future.
    ///
    /// Input:  `-> Output`
    /// Output: `if false { return value::<Output>(output(0, 0, 0, 0)); }`
    pub(super) fn hint(&self, level: Level, runtime: &Runtime) -> TokenStream {
        let span = generated(self.span);
        let private = runtime.private(span);
        if let Some(Type::Never(_)) = self.declared {
            // Nothing is coerced to `!`, and what stands after an expression of that type is unreachable.
            return TokenStream::new();
        }
        let ty = self.ty(runtime);
        let Some(declared) = self.declared.as_ref().filter(|ty| level != Level::Allow && may_be_future(ty)) else {
            return quote_spanned!(span=> if false { return #private::probe::any::<#ty>(); });
        };
        let ends = syntax::type_ends(declared);
        let first = runtime.private(generated(ends.0));
        if level == Level::Deny {
            let function = quote_spanned!(generated(ends.0)=> #first::probe::output);
            let asked = call(&function, &answers(4, false, generated(ends.0)), generated(ends.1));
            return quote_spanned!(span=> if false { return #private::probe::value::<#ty>(#asked); });
        }
        let function = quote_spanned!(generated(ends.0)=> #first::probe::warn_output);
        let answers = answers(5, false, generated(ends.0));
        let arguments = quote_spanned!(span=> #private::probe::finding::future_of_future, &probe, &(#answers));
        let warning = of_user(function, &arguments, ends);
        quote_spanned! {span=> if false {
            let probe = #private::probe::unasked::<#ty>();
            #warning;
            return #private::probe::value(probe);
        } }
    }
}

/// Can a return type be written again in the body? Not with an `impl Trait` in it.
pub(crate) fn can_be_named(output: &ReturnType) -> bool {
    !syntax::holds_word(output.to_token_stream(), &["impl"])
}

/// Could the type be a future, or one in `Ok` or `Some`? Not if it is well known to be something else.
fn may_be_future(ty: &Type) -> bool {
    const KNOWN: &[&str] = &[
        "Arc", "Body", "Bytes", "BytesMut", "Cow", "Duration", "HashMap", "Instant", "PathBuf", "Rc", "Request",
        "Response", "Self", "String", "Value", "Vec", "bool", "char", "f32", "f64", "i128", "i16", "i32", "i64", "i8",
        "isize", "str", "u128", "u16", "u32", "u64", "u8", "usize",
    ];
    match ty {
        Type::Paren(paren) => may_be_future(&paren.elem),
        Type::Group(group) => may_be_future(&group.elem),
        Type::Path(path) => {
            let Some(segment) = path.path.segments.last() else { return false };
            if segment.ident == "Option" || segment.ident == "Result" {
                return match &segment.arguments {
                    PathArguments::AngleBracketed(arguments) => match arguments.args.first() {
                        Some(GenericArgument::Type(ty)) => may_be_future(ty),
                        _ => true,
                    },
                    _ => true,
                };
            }
            !KNOWN.iter().any(|known| segment.ident == known)
        }
        Type::Macro(_) => true,
        _ => false,
    }
}
