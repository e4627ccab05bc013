//! A test: an `async fn` that something runs.

use super::body::Scope;
use super::function::{check, future, site, with_body};
use super::output::Output;
use super::spans::located;
use super::{generated, parameters};
use crate::args::Args;
use crate::attribute::Reader;
use crate::input::Function;
use crate::test_args::TestRuntime;
use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};

/// Input:  `#[checked_async::test(flavor = "multi_thread", expect(task_panic))] async fn f() -> T { body }`
/// Output: `#[test]
///          fn f() -> T {
///              let mut builder = Builder::new_multi_thread();
///              on_tokio(&mut builder, &[Kind::TaskPanic], Box::pin(frame(&Site { … }, async move { '_body: { body } })))
///          }`
pub(crate) fn test(mut function: Function, test_runtime: &TestRuntime, args: &Args, scope: &Scope<'_>) -> TokenStream {
    check(&mut function, args, scope);
    if scope.reader == Reader::Editor {
        return function.into_token_stream();
    }
    let runtime = &scope.runtime;
    let ident = function.sig.ident.span();
    let span = generated(ident);
    let (private, root) = (runtime.private(span), runtime.root(span));
    let output = Output::of(&function.sig.output, parameters::end_of(&function.sig));
    let future = future(&mut function, &output, args, runtime);
    function.sig.asyncness = None;
    let site = site(&function, args, runtime);
    let expected = args.test.expected().map(|kind| quote!(#root::Kind::#kind));
    // In a box, as a test's stack is small, and in debug builds each function that it is handed through has a copy.
    let arguments = quote_spanned!(span=> &[#(#expected),*], ::std::boxed::Box::pin(#private::frame(#site, #future)));
    let ends = (ident, function.block.brace_token.span.close());
    let body = match test_runtime {
        TestRuntime::EventLoop => {
            located(quote_spanned!(span=> #private::on_event_loop), &arguments, ends).into_token_stream()
        }
        TestRuntime::CurrentThread { start_paused } => {
            let start_paused = start_paused.as_ref().map(|start_paused| {
                let method = Ident::new("start_paused", start_paused.span());
                quote_spanned!(span=> builder.#method(#start_paused);)
            });
            let make = quote_spanned!(span=> new_current_thread);
            on_tokio(&private, &make, &quote!(#start_paused), &arguments, ends)
        }
        TestRuntime::MultiThread { flavor, worker_threads } => {
            let make = Ident::new("new_multi_thread", *flavor).into_token_stream();
            let worker_threads =
                worker_threads.as_ref().map(|number| quote_spanned!(span=> builder.worker_threads(#number);));
            on_tokio(&private, &make, &quote!(#worker_threads), &arguments, ends)
        }
    };
    with_body(&function, quote_spanned!(span=> #[::core::prelude::v1::test]), &body)
}

/// What runs a test on tokio. Where tokio lacks a feature, a trait answers for the method that is not there.
fn on_tokio(
    private: &TokenStream,
    make: &TokenStream,
    settings: &TokenStream,
    arguments: &TokenStream,
    ends: (proc_macro2::Span, proc_macro2::Span),
) -> TokenStream {
    let span = generated(ends.0);
    let builder = quote_spanned!(span=> &mut builder, #arguments);
    let call = located(quote_spanned!(span=> #private::on_tokio), &builder, ends);
    quote_spanned! {span=>
        #[allow(unused_imports)]
        use #private::lacking::Lacking as _;
        let mut builder = #private::tokio::runtime::Builder::#make();
        #settings
        #call
    }
}
