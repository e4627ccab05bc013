//! One function: its body linted, its future wrapped.

use super::body::Scope;
use super::cleanup::{self, Body};
use super::output::{Output, can_be_named};
use super::warnings::warnings;
use super::{Runtime, generated, parameters};
use crate::args::Args;
use crate::attribute::Reader;
use crate::facts::{Context, Names};
use crate::input::Function;
use crate::syntax;
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, ReturnType, Stmt};

/// What becomes of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// An async fn: the future that a call makes is wrapped, and knows where it was made.
    Wrapped,
    /// An async fn that must stay one, for another attribute or a rustc lint to see: its body is wrapped.
    Kept,
    /// A function that returns `impl Future`: what it returns is wrapped.
    ReturnsFuture,
    /// A function that ends in `Box::pin(…)`: what is pinned is wrapped.
    ReturnsBox,
    /// Only linted.
    Linted,
}

/// Rewrites a function.
pub(crate) fn function(mut function: Function, form: Form, args: &Args, scope: &Scope<'_>) -> TokenStream {
    check(&mut function, args, scope);
    if scope.reader == Reader::Editor {
        return function.into_token_stream();
    }
    match form {
        Form::Wrapped => wrapped(function, args, &scope.runtime),
        Form::Kept => kept(function, args, &scope.runtime),
        Form::ReturnsFuture => returns_future(function, args, &scope.runtime),
        Form::ReturnsBox => returns_box(function, args, &scope.runtime),
        Form::Linted => function.into_token_stream(),
    }
}

/// Lints a function's body, and rewrites what it says of cleanup; for an editor, only that.
pub(super) fn check(function: &mut Function, args: &Args, scope: &Scope<'_>) {
    let context = context(function, function.sig.asyncness.is_some(), args);
    let (body, names) = (body_of(function, &scope.runtime), context.names.clone());
    if scope.reader == Reader::Compiler {
        scope.check_block(&mut function.block, context);
    }
    cleanup::rewrite(&mut function.block, body, names, scope);
    let warnings = warnings(&scope.take_warnings());
    if !warnings.is_empty() {
        function.block.stmts.insert(0, Stmt::Expr(Expr::Verbatim(warnings), None));
    }
}

/// What is known where a function's body begins.
pub(super) fn context(function: &Function, asynchronous: bool, args: &Args) -> Context {
    Context {
        levels: args.levels,
        asynchronous,
        in_loop: false,
        in_assert: false,
        awaits_later: false,
        alone: false,
        names: Names::of_function(&function.sig, function.sig.ident.span()),
        lists: args.lists.clone(),
    }
}

/// What the ways out of a function's body mean.
fn body_of(function: &Function, runtime: &Runtime) -> Body {
    let sig = &function.sig;
    if sig.asyncness.is_none() {
        return Body::Sync;
    }
    let output = can_be_named(&sig.output).then(|| Output::of(&sig.output, parameters::end_of(sig)).ty(runtime));
    Body::Async { output }
}

/// Input:  `async fn f(a: A) -> B { body }`
/// Output: `#[cfg_attr(debug_assertions, track_caller)]
///          fn f(a: A) -> impl Future<Output = B> {
///              future(&Site { … }, async move { hint; let a = a; '_body: { body } })
///          }`
fn wrapped(mut function: Function, args: &Args, runtime: &Runtime) -> TokenStream {
    let span = generated(function.sig.ident.span());
    let output = Output::of(&function.sig.output, parameters::end_of(&function.sig));
    let future = future(&mut function, &output, args, runtime);
    let ty = output.ty(runtime);
    let arrow = match &function.sig.output {
        ReturnType::Type(arrow, _) => *arrow,
        ReturnType::Default => syn::Token![->](span),
    };
    let future_type = ends_at(output.end(), quote_spanned!(span=> impl ::core::future::Future<Output = #ty>));
    function.sig.output = ReturnType::Type(arrow, Box::new(syn::Type::Verbatim(future_type)));
    function.sig.asyncness = None;
    let site = site(&function, args, runtime);
    let private = runtime.private(span);
    let mut body = quote_spanned!(span=> #private::future(#site, #future));
    if let Some(send) = args.send {
        let private = runtime.private(send);
        body = quote_spanned!(send=> #private::probe::is_send(#body));
    }
    let mut attributes = track_caller(&function);
    if output.is_named_like_a_future() {
        // The block is ours, and what it yields is `future_of_future`'s to speak of.
        attributes.extend(quote_spanned!(span=> #[allow(clippy::async_yields_async)]));
    }
    with_body(&function, attributes, &body)
}

/// Input:  `async fn f(a: A) -> B { body }`
/// Output: `async fn f(a: A) -> B {
///              #[cfg(not(debug_assertions))]
///              { let a = a; '_body: { body } }
///              #[cfg(debug_assertions)]
///              { frame(&Site { … }, async move { hint; let a = a; '_body: { body } }).await }
///          }`
///
/// Without checks the second future would be nothing but larger.
fn kept(mut function: Function, args: &Args, runtime: &Runtime) -> TokenStream {
    let span = generated(function.sig.ident.span());
    let output = Output::of(&function.sig.output, parameters::end_of(&function.sig));
    let hint = output.hint(args.levels.of("future_of_future"), runtime);
    let moved_body = moved_body(&mut function);
    let site = site(&function, args, runtime);
    let private = runtime.private(span);
    let checked = quote_spanned!(span=> { #private::frame(#site, async move { #hint #moved_body }).await });
    let unchecked = quote_spanned!(span=> { #moved_body });
    let body = if cfg!(feature = "no-checks") {
        unchecked
    } else if cfg!(feature = "force-checks") {
        checked
    } else {
        quote_spanned! {span=>
            #[cfg(not(debug_assertions))]
            #unchecked
            #[cfg(debug_assertions)]
            #checked
        }
    };
    with_body(&function, TokenStream::new(), &body)
}

/// Input:  `fn f(a: A) -> impl Future<Output = B> { body }`
/// Output: `#[cfg_attr(debug_assertions, track_caller)]
///          fn f(a: A) -> impl Future<Output = B> { let made = { body }; future(&Site { … }, made) }`
fn returns_future(function: Function, args: &Args, runtime: &Runtime) -> TokenStream {
    let span = generated(function.sig.ident.span());
    let site = site(&function, args, runtime);
    let private = runtime.private(span);
    let block = &function.block;
    let body = quote_spanned! {span=>
        let made = #block;
        #private::future(#site, made)
    };
    with_body(&function, track_caller(&function), &body)
}

/// Input:  `fn f(a: A) -> BoxFuture<'_, B> { statements; Box::pin(made) }`
/// Output: `#[cfg_attr(debug_assertions, track_caller)]
///          fn f(a: A) -> BoxFuture<'_, B> { statements; Box::pin(boxed(boxing(), future(&Site { … }, made))) }`
fn returns_box(mut function: Function, args: &Args, runtime: &Runtime) -> TokenStream {
    let span = generated(function.sig.ident.span());
    let site = site(&function, args, runtime);
    let private = runtime.private(span);
    if let Some(Stmt::Expr(Expr::Call(call), None)) = function.block.stmts.last_mut()
        && let Some(made) = call.args.first_mut()
    {
        let future = quote_spanned!(span=> #private::future(#site, #made));
        *made = Expr::Verbatim(quote_spanned!(span=> #private::boxed(#private::boxing(), #future)));
    }
    let track_caller = track_caller(&function);
    quote!(#track_caller #function)
}

/// The tokens with the last one at a place of the user's code: rustc takes the first and last token of a signature for its
/// place, if both are the user's.
fn ends_at(end: Span, tokens: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = tokens.into_iter().collect();
    if let Some(last) = tokens.last_mut() {
        last.set_span(end);
    }
    tokens.into_iter().collect()
}

/// The function's future: an async block that owns the arguments.
pub(super) fn future(function: &mut Function, output: &Output, args: &Args, runtime: &Runtime) -> TokenStream {
    let span = generated(function.sig.ident.span());
    let hint = output.hint(args.levels.of("future_of_future"), runtime);
    let moved_body = moved_body(function);
    quote_spanned!(span=> async move { #hint #moved_body })
}

/// The body after the statements that move the arguments to it, to be put between generated braces.
///
/// The body's own braces are the user's: before edition 2024, the temporaries of its last expression end after its
/// variables. They must end before the arguments all the same, as in an async fn. So they do in braces of edition 2024
/// around it, which generated ones are. The label, from where the block begins, keeps `unused_braces` from speaking of the
/// two, and its underscore `unused_labels` from speaking of it.
pub(super) fn moved_body(function: &mut Function) -> TokenStream {
    let span = generated(function.sig.ident.span());
    let moves = parameters::move_into_future(&mut function.sig);
    let statements = &function.block.stmts;
    let mut body = Group::new(proc_macro2::Delimiter::Brace, quote!(#(#statements)*));
    body.set_span(function.block.brace_token.span.join());
    let label = syn::Lifetime::new("'_body", function.block.brace_token.span.open());
    quote_spanned!(span=> #moves #label: #body)
}

/// The static description of the function; where that says how long a poll may take, the call makes it known.
pub(super) fn site(function: &Function, args: &Args, runtime: &Runtime) -> TokenStream {
    let span = generated(function.sig.ident.span());
    let private = runtime.private(span);
    let start = function.sig.ident.span().start();
    let (line, column) = (start.line as u32, start.column as u32 + 1);
    let name = match &args.name {
        Some(name) => quote_spanned!(span=> ::core::option::Option::Some(#name)),
        None => quote_spanned!(span=> ::core::option::Option::None),
    };
    let slow_after = match args.slow_after {
        Some(nanoseconds) => quote_spanned!(span=> ::core::option::Option::Some(#nanoseconds)),
        None => quote_spanned!(span=> ::core::option::Option::None),
    };
    let site = quote_spanned! {span=>
        &#private::Site { file: ::core::file!(), line: #line, column: #column, name: #name, slow_after: #slow_after }
    };
    if args.slow_after.is_some() { quote_spanned!(span=> #private::measured(#site)) } else { site }
}

/// The attribute by which a call knows where it stands, in builds that have checks.
pub(super) fn track_caller(function: &Function) -> TokenStream {
    let span = generated(function.sig.ident.span());
    let rust_abi = match &function.sig.abi {
        None => true,
        Some(abi) => abi.name.as_ref().is_some_and(|name| name.value() == "Rust"),
    };
    let given = function.attrs.iter().any(|attribute| attribute.path().is_ident("track_caller"));
    if !rust_abi || given || cfg!(feature = "no-checks") {
        TokenStream::new()
    } else if cfg!(feature = "force-checks") {
        quote_spanned!(span=> #[track_caller])
    } else {
        quote_spanned!(span=> #[cfg_attr(debug_assertions, track_caller)])
    }
}

/// The function with another body, in the user's braces.
pub(super) fn with_body(function: &Function, attribute: TokenStream, body: &TokenStream) -> TokenStream {
    let Function { attrs, inner_attrs, vis, modifiers, sig, block } = function;
    let mut braces = Group::new(proc_macro2::Delimiter::Brace, quote!(#(#inner_attrs)* #body));
    braces.set_span(block.brace_token.span.join());
    let defaultness = modifiers.defaultness;
    quote!(#(#attrs)* #attribute #vis #defaultness #sig #braces)
}

/// Does the block's value come from `Box::pin(…)`?
pub(crate) fn ends_in_box_pin(block: &syn::Block) -> bool {
    let Some(Expr::Call(call)) = syntax::tail(block) else { return false };
    let Expr::Path(path) = &*call.func else { return false };
    let mut names = path.path.segments.iter().rev().map(|segment| &segment.ident);
    call.args.len() == 1
        && names.next().is_some_and(|name| name == "pin")
        && names.next().is_some_and(|name| name == "Box")
}
