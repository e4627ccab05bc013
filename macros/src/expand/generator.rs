//! An async generator: an `async fn` whose declared type is that of its items.

use super::adoption::Adoption;
use super::body::Scope;
use super::cleanup::{self, Body};
use super::function::{context, moved_body, site, track_caller, with_body};
use super::output::{Output, can_be_named};
use super::warnings::warnings;
use super::{Runtime, generated, parameters};
use crate::args::Args;
use crate::attribute::Reader;
use crate::input::Function;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ReturnType, Signature, Stmt};

/// Input:  `#[generator(resume = R)] async fn f(a: A) -> T { body }`
/// Output: `#[cfg_attr(debug_assertions, track_caller)]
///          fn f(a: A) -> Generator<impl Future<Output = ()>, T, R> {
///              generator::<T, R, _>(&Site { … }, move |generator| async move { let a = a; '_body: { body } })
///          }`
/// What `adoption` and a `defer!` change of this is said there, and in the runtime's `Cleans`.
pub(crate) fn generator(mut function: Function, args: &Args, scope: &Scope<'_>) -> TokenStream {
    let context = context(&function, true, args);
    let names = context.names.clone();
    if scope.reader == Reader::Compiler {
        scope.check_block(&mut function.block, context);
        let warnings = warnings(&scope.take_warnings());
        if !warnings.is_empty() {
            function.block.stmts.insert(0, Stmt::Expr(Expr::Verbatim(warnings), None));
        }
    }
    let runtime = &scope.runtime;
    let named = can_be_named(&function.sig.output);
    let output = Output::of(&function.sig.output, parameters::end_of(&function.sig));
    let item = named.then(|| output.ty(runtime));
    let body = Body::Generator { item: item.clone(), raises: args.try_.is_some() };
    let adoption = if scope.reader == Reader::Compiler { Adoption::of(&function, args) } else { None };
    // Of one with `try` an error is the last item, and so none need be closed that is left at one.
    let cleans = cleanup::rewrite(&mut function.block, body, names, scope).defers && args.try_.is_none();

    let span = generated(function.sig.ident.span());
    declare(&mut function.sig, args, cleans, runtime);
    let site = site(&function, args, runtime);
    let handle = cleanup::handle(span);
    let body = moved_body(&mut function);
    let private = runtime.private(span);
    let item = item.unwrap_or_else(|| quote_spanned!(span=> _));
    let resume = resumed_with(args, span);
    let make = if cleans { quote_spanned!(span=> cleaning_generator) } else { quote_spanned!(span=> generator) };
    let mut body = quote_spanned! {span=>
        #private::#make::<#item, #resume, _>(#site, move |#handle| async move { #body })
    };
    let mut attributes = track_caller(&function);
    if let Some(adoption) = adoption {
        body = adoption.adoptable(&function.sig, &body, &attributes, runtime);
    }
    if cleans {
        // The trait that it implements says less of the body.
        attributes.extend(quote_spanned!(span=> #[allow(refining_impl_trait)]));
    }
    if let Some(send) = args.send {
        let private = runtime.private(send);
        body = quote_spanned!(send=> #private::is_send_generator(#body));
    }
    with_body(&function, attributes, &body)
}

/// Input:  `async fn f(&self) -> T`
/// Output: `fn f(&self) -> Generator<impl Future<Output = ()>, T, ()>`
pub(crate) fn declaration(mut item: syn::TraitItemFn, args: &Args, runtime: &Runtime) -> TokenStream {
    declare(&mut item.sig, args, false, runtime);
    item.into_token_stream()
}

fn declare(sig: &mut Signature, args: &Args, cleans: bool, runtime: &Runtime) {
    let span = generated(sig.ident.span());
    let item = Output::of(&sig.output, parameters::end_of(sig)).ty(runtime);
    let arrow = match &sig.output {
        ReturnType::Type(arrow, _) => *arrow,
        ReturnType::Default => syn::Token![->](span),
    };
    let root = runtime.root(span);
    let resume = resumed_with(args, span);
    let cleans = cleans.then(|| {
        let private = runtime.private(span);
        quote_spanned!(span=> + #private::Cleans)
    });
    let ty = quote_spanned! {span=>
        #root::Generator<impl ::core::future::Future<Output = ()> #cleans, #item, #resume>
    };
    sig.output = ReturnType::Type(arrow, Box::new(syn::Type::Verbatim(ty)));
    sig.asyncness = None;
}

fn resumed_with(args: &Args, span: proc_macro2::Span) -> TokenStream {
    match &args.resume {
        Some((_, ty)) => quote!(#ty),
        None => quote_spanned!(span=> ()),
    }
}
