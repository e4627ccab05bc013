//! Generators that a task may adopt: those of which it can be told that they own what they hold.
//!
//! Told is it by what is written, since no question about types tells lifetimes apart. Where a lifetime or a parameter may
//! be meant, be it one of the `impl` around the function, the generator is none of them. What is written nowhere, as in
//! `fn f(x: Foo)` with a `Foo<'a>`, is asked of the compiler: see `generator/adoptable.rs` of the runtime.

use super::{Runtime, generated};
use crate::args::Args;
use crate::enclosing::{self, Enclosing};
use crate::input::Function;
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{FnArg, GenericParam, Pat, ReceiverKind, Safety, Signature};

/// How a generator is made adoptable, if it may be.
pub(super) struct Adoption {
    /// The types of the arguments, each with a comma.
    arguments: TokenStream,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The body stays where it is: it has a `self`, and whether it is `Send` cannot be asked there.
    Inside,
    /// The body goes into a function of its own. `Send` is not asked about where that might need its own answer.
    Around { asks_send: bool },
}

impl Adoption {
    /// Looks at a function as the user wrote it.
    pub(super) fn of(function: &Function, args: &Args) -> Option<Self> {
        let sig = &function.sig;
        if !matches!(sig.safety, Safety::Default)
            || sig.abi.is_some()
            || sig.variadic.is_some()
            || !has_owning_generics(sig)
        {
            return None;
        }
        let mut arguments = TokenStream::new();
        for argument in &sig.inputs {
            let ty = match argument {
                FnArg::Receiver(receiver) => match &receiver.kind {
                    ReceiverKind::Value => quote!(Self),
                    ReceiverKind::Typed(_, ty) => ty.to_token_stream(),
                    _ => return None,
                },
                FnArg::Typed(typed) if !typed.attrs.is_empty() => return None,
                FnArg::Typed(typed) => typed.ty.to_token_stream(),
            };
            arguments.extend(quote!(#ty,));
        }
        let resume = args.resume.as_ref().map(|(_, ty)| ty.to_token_stream());
        let output = sig.output.to_token_stream();
        if [&arguments, &output].into_iter().chain(&resume).any(|types| names_what_may_borrow(types.clone())) {
            return None;
        }
        let form = match enclosing::of(&sig.ident) {
            Enclosing::Unknown => return None,
            _ if mentions_self(function) => Form::Inside,
            _ => Form::Around { asks_send: !mentions(function.block.to_token_stream(), &sig.ident) },
        };
        Some(Self { arguments, form })
    }

    /// Input:  `body`, which makes the generator of `fn f<T>(a: A, b: B) -> Generator<…>`
    /// Output: `match {
    ///              #[cfg_attr(debug_assertions, track_caller)]
    ///              fn __generator<T>(a: A, b: B) -> Generator<…> { body }
    ///              __generator::<T>(a, b)
    ///          } { made => {
    ///              let way = { use …; (&&&Signature::<fn((A, B,)), _>::of(&made)).way() };
    ///              way.set(made)
    ///          } }`
    pub(super) fn adoptable(
        &self,
        sig: &Signature,
        body: &TokenStream,
        track_caller: &TokenStream,
        runtime: &Runtime,
    ) -> TokenStream {
        let span = generated(sig.ident.span());
        let private = runtime.private(span);
        let arguments = &self.arguments;
        let made = match self.form {
            Form::Inside => body.clone(),
            Form::Around { .. } => {
                let inner = Signature { ident: Ident::new("__generator", span), ..sig.clone() };
                let call = call(&inner, span);
                quote_spanned! {span=> {
                    #[allow(dead_code, refining_impl_trait, clippy::too_many_arguments, clippy::needless_pass_by_value)]
                    #track_caller
                    #inner { #body }
                    #call
                } }
            }
        };
        let asks_send = (self.form == Form::Around { asks_send: true })
            .then(|| quote_spanned!(span=> use #private::adoptable::MaySend as _;));
        quote_spanned! {span=>
            match #made {
                made => {
                    let way = {
                        #asks_send
                        use #private::adoptable::{MayNot as _, MayStay as _};
                        (&&&#private::adoptable::Signature::<fn((#arguments)), _>::of(&made)).way()
                    };
                    way.set(made)
                }
            }
        }
    }
}

/// The call of a function with its own parameters.
fn call(inner: &Signature, span: Span) -> TokenStream {
    let generics = inner.generics.params.iter().filter_map(|parameter| match parameter {
        GenericParam::Type(ty) => Some(&ty.ident),
        GenericParam::Const(constant) => Some(&constant.ident),
        GenericParam::Lifetime(_) => None,
    });
    let generics = quote_spanned!(span=> ::<#(#generics),*>);
    let arguments = inner.inputs.iter().filter_map(|argument| match argument {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some(&name.ident),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    });
    let name = &inner.ident;
    quote_spanned!(span=> #name #generics (#(#arguments),*))
}

/// Does each type parameter outlive everything, and is there no lifetime?
fn has_owning_generics(sig: &Signature) -> bool {
    let clauses = sig.generics.where_clause.as_ref();
    let is_bound = |name: &Ident| {
        clauses.into_iter().flat_map(|clause| &clause.predicates).any(|predicate| match predicate {
            syn::WherePredicate::Type(ty) => {
                matches!(&ty.bounded_ty, syn::Type::Path(path) if path.path.is_ident(name)) && has_static(&ty.bounds)
            }
            _ => false,
        })
    };
    sig.generics.params.iter().all(|parameter| match parameter {
        GenericParam::Type(ty) => has_static(&ty.bounds) || is_bound(&ty.ident),
        GenericParam::Const(_) => true,
        GenericParam::Lifetime(_) => false,
    })
}

fn has_static<'b>(bounds: impl IntoIterator<Item = &'b syn::TypeParamBound>) -> bool {
    bounds
        .into_iter()
        .any(|bound| matches!(bound, syn::TypeParamBound::Lifetime(lifetime) if lifetime.ident == "static"))
}

/// Is there a lifetime with a name but `'static`, or a type without one?
fn names_what_may_borrow(types: TokenStream) -> bool {
    let mut after_quote = false;
    types.into_iter().any(|token| match token {
        TokenTree::Group(group) => names_what_may_borrow(group.stream()),
        TokenTree::Ident(ident) => {
            let is_lifetime = std::mem::take(&mut after_quote);
            if is_lifetime { ident != "static" } else { ident == "impl" }
        }
        TokenTree::Punct(punct) => {
            after_quote = punct.as_char() == '\'';
            false
        }
        TokenTree::Literal(_) => false,
    })
}

/// Does the function mention what only a method may?
fn mentions_self(function: &Function) -> bool {
    let of = |tokens: TokenStream| mentions_any(tokens, &|ident| ident == "self" || ident == "Self");
    of(function.sig.to_token_stream()) || of(function.block.to_token_stream())
}

fn mentions(tokens: TokenStream, name: &Ident) -> bool {
    mentions_any(tokens, &|ident| ident == name)
}

fn mentions_any(tokens: TokenStream, is_it: &impl Fn(&Ident) -> bool) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => mentions_any(group.stream(), is_it),
        TokenTree::Ident(ident) => is_it(&ident),
        // A format string may capture it.
        TokenTree::Literal(literal) => literal.to_string().contains("{self"),
        TokenTree::Punct(_) => false,
    })
}
