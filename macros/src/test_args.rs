//! The arguments of `#[checked_async::test]` that no other attribute has, and what they make of the test.
//!
//! The runtime is the one that `runtime = "…"` names, or tokio where one of tokio's arguments is given, or else the only one
//! whose feature is on.

use crate::diagnostics::{Diagnostic, Sink};
use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitBool, LitInt, LitStr, Token};

/// What is listed where an argument is unknown.
pub(crate) const ARGUMENTS: &str =
    "`expect(kind, …)`, `runtime = \"…\"`, `flavor = \"…\"`, `worker_threads = …` and `start_paused = …`";

/// The kinds of reports, sorted: those of the crate `checked-async`.
const KINDS: &[&str] = &[
    "callback_panicked",
    "generator_after_shutdown",
    "generator_outside_loop",
    "generator_reentered",
    "generator_unclosed",
    "large_future",
    "lost_waker",
    "nested_run",
    "never_awaited",
    "pending_task_dropped",
    "polled_after_completion",
    "result_on_loop_thread",
    "slow_callback",
    "slow_poll",
    "slow_select",
    "stalled_future",
    "stalled_loop",
    "task_error_never_retrieved",
    "task_panic",
    "unclosed_socket",
    "wrong_thread",
];

/// What the user wrote.
#[derive(Clone, Default)]
pub(crate) struct TestArgs {
    expect: Vec<Ident>,
    runtime: Option<LitStr>,
    flavor: Option<LitStr>,
    worker_threads: Option<LitInt>,
    start_paused: Option<LitBool>,
    /// The first of them.
    first: Option<(Span, String)>,
}

/// Which runtimes there are.
#[derive(Clone, Copy)]
pub(crate) struct Features {
    pub(crate) tokio: bool,
    pub(crate) event_loop: bool,
}

impl Features {
    /// Those that are on.
    pub(crate) const ON: Self = Self { tokio: cfg!(feature = "tokio"), event_loop: cfg!(feature = "event-loop") };
}

/// What runs a test.
#[derive(Clone)]
pub(crate) enum TestRuntime {
    CurrentThread { start_paused: Option<LitBool> },
    MultiThread { flavor: Span, worker_threads: Option<LitInt> },
    EventLoop,
}

impl TestArgs {
    /// Reads the value of an argument, if it is one of these.
    pub(crate) fn parse_one(&mut self, key: &Ident, input: ParseStream<'_>, sink: &Sink) -> syn::Result<bool> {
        let name = key.to_string();
        match &*name {
            "expect" => {
                let content;
                syn::parenthesized!(content in input);
                for kind in content.parse_terminated(Ident::parse_any, Token![,])? {
                    if KINDS.binary_search(&&*kind.to_string()).is_ok() {
                        self.expect.push(kind);
                    } else {
                        sink.report(unknown_kind(&kind));
                    }
                }
            }
            "runtime" => set(&mut self.runtime, key, value(input)?, sink),
            "flavor" => set(&mut self.flavor, key, value(input)?, sink),
            "worker_threads" => set(&mut self.worker_threads, key, value(input)?, sink),
            "start_paused" => set(&mut self.start_paused, key, value(input)?, sink),
            "unhandled_panic" => {
                input.parse::<Token![=]>()?;
                input.parse::<syn::Lit>()?;
                sink.report(
                    Diagnostic::at(key.span(), "`unhandled_panic` is not an argument of `#[checked_async::test]`")
                        .help("remove it: a panic in a supervised task fails the test, unless it is expected"),
                );
            }
            _ => return Ok(false),
        }
        self.first.get_or_insert((key.span(), name));
        Ok(true)
    }

    /// The first of the arguments, where they do not belong.
    pub(crate) fn first(&self) -> Option<(Span, &str)> {
        self.first.as_ref().map(|(span, name)| (*span, &**name))
    }

    /// The variants of `Kind` that are expected.
    pub(crate) fn expected(&self) -> impl Iterator<Item = Ident> {
        self.expect.iter().map(|kind| {
            let words = kind.to_string();
            let words = words.split('_').map(|word| word[..1].to_uppercase() + &word[1..]);
            Ident::new(&words.collect::<String>(), kind.span())
        })
    }

    /// Decides what runs the test; none, with an error, if nothing can.
    pub(crate) fn runtime(&self, features: Features, at: Span, sink: &Sink) -> Option<TestRuntime> {
        let of_tokio = [
            self.flavor.as_ref().map(|value| (value.span(), "flavor")),
            self.worker_threads.as_ref().map(|value| (value.span(), "worker_threads")),
            self.start_paused.as_ref().map(|value| (value.span(), "start_paused")),
        ];
        let of_tokio = of_tokio.into_iter().flatten().next();
        let named = self.runtime.as_ref().map(|name| (name.span(), name.value()));
        match named.as_ref().map(|(span, name)| (*span, &**name)) {
            Some((span, "tokio")) => self.tokio(features, span, sink),
            Some((_, "event_loop")) if let Some((span, name)) = of_tokio => {
                sink.report(
                    Diagnostic::at(
                        span,
                        format!("`{name}` is an argument for tokio, and the test runs on the event loop"),
                    )
                    .help("remove it, or write `runtime = \"tokio\"`"),
                );
                self.event_loop(features, at, sink)
            }
            Some((span, "event_loop")) => self.event_loop(features, span, sink),
            Some((span, name)) => {
                sink.report(
                    Diagnostic::at(span, format!("unknown runtime `{name}`"))
                        .help("write `runtime = \"tokio\"` or `runtime = \"event_loop\"`"),
                );
                None
            }
            None => match (of_tokio, features.tokio, features.event_loop) {
                (Some((span, _)), _, _) => self.tokio(features, span, sink),
                (None, true, false) => self.tokio(features, at, sink),
                (None, false, true) => Some(TestRuntime::EventLoop),
                (None, true, true) => {
                    sink.report(
                        Diagnostic::at(at, "both tokio and the event loop could run this test")
                            .help("write `#[checked_async::test(runtime = \"tokio\")]` or `… \"event_loop\"`"),
                    );
                    None
                }
                (None, false, false) => {
                    sink.report(
                        Diagnostic::at(at, "nothing can run this test")
                            .help("enable the feature `tokio` or `event-loop` of `checked-async` in Cargo.toml"),
                    );
                    None
                }
            },
        }
    }

    fn tokio(&self, features: Features, at: Span, sink: &Sink) -> Option<TestRuntime> {
        if !features.tokio {
            lacks(at, "tokio", sink);
            return None;
        }
        let flavor = self.flavor.as_ref().map(|flavor| (flavor.span(), flavor.value()));
        match flavor.as_ref().map(|(span, flavor)| (*span, &**flavor)) {
            Some((flavor, "multi_thread")) => {
                if let Some(start_paused) = &self.start_paused {
                    sink.report(
                        Diagnostic::at(start_paused.span(), "`start_paused` needs the flavor `current_thread`")
                            .help("remove it, or `flavor = \"multi_thread\"`"),
                    );
                }
                let worker_threads =
                    self.worker_threads.clone().filter(|number| match number.base10_parse::<usize>() {
                        Ok(1..) => true,
                        Ok(0) => {
                            sink.report(
                                Diagnostic::at(number.span(), "a runtime without worker threads runs nothing")
                                    .help("write `worker_threads = 1` or more"),
                            );
                            false
                        }
                        Err(error) => {
                            sink.report(
                                Diagnostic::at(
                                    number.span(),
                                    format!("`worker_threads` is no number of threads: {error}"),
                                )
                                .help("write a whole number, such as `worker_threads = 2`"),
                            );
                            false
                        }
                    });
                return Some(TestRuntime::MultiThread { flavor, worker_threads });
            }
            None | Some((_, "current_thread")) => {
                if let Some(worker_threads) = &self.worker_threads {
                    sink.report(
                        Diagnostic::at(worker_threads.span(), "`worker_threads` needs the flavor `multi_thread`")
                            .help("add `flavor = \"multi_thread\"`"),
                    );
                }
            }
            Some((span, flavor)) => sink.report(
                Diagnostic::at(span, format!("unknown flavor `{flavor}`"))
                    .help("write `flavor = \"current_thread\"` or `flavor = \"multi_thread\"`"),
            ),
        }
        Some(TestRuntime::CurrentThread { start_paused: self.start_paused.clone() })
    }

    fn event_loop(&self, features: Features, at: Span, sink: &Sink) -> Option<TestRuntime> {
        if features.event_loop {
            Some(TestRuntime::EventLoop)
        } else {
            lacks(at, "event-loop", sink);
            None
        }
    }
}

fn lacks(at: Span, feature: &str, sink: &Sink) {
    sink.report(
        Diagnostic::at(at, format!("the feature `{feature}` of `checked-async` is off"))
            .help("enable it in Cargo.toml: `checked-async = { version = \"…\", features = [\"…\"] }`"),
    );
}

fn unknown_kind(kind: &Ident) -> Diagnostic {
    let names: Vec<String> = KINDS.iter().map(|kind| format!("`{kind}`")).collect();
    Diagnostic::at(kind.span(), format!("unknown kind `{kind}`")).help(&format!("the kinds are {}", names.join(", ")))
}

fn value<T: syn::parse::Parse>(input: ParseStream<'_>) -> syn::Result<T> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn set<T>(slot: &mut Option<T>, key: &Ident, value: T, sink: &Sink) {
    if slot.is_some() {
        sink.report(Diagnostic::at(key.span(), format!("`{key}` is given twice")).help("keep one of them"));
    } else {
        *slot = Some(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Args;
    use crate::lints::Levels;
    use proc_macro2::TokenStream;
    use quote::quote;

    fn decided(tokens: TokenStream, tokio: bool, event_loop: bool) -> (Option<TestRuntime>, Vec<String>) {
        let sink = Sink::new();
        let args = Args::parse(tokens, Levels::default(), &sink);
        let runtime = args.test.runtime(Features { tokio, event_loop }, Span::call_site(), &sink);
        (runtime, sink.into_texts())
    }

    fn texts(tokens: TokenStream, tokio: bool, event_loop: bool) -> String {
        decided(tokens, tokio, event_loop).1.join("; ")
    }

    #[test]
    fn the_only_runtime_runs_a_test() {
        assert!(matches!(decided(quote!(), true, false).0, Some(TestRuntime::CurrentThread { start_paused: None })));
        assert!(matches!(decided(quote!(), false, true).0, Some(TestRuntime::EventLoop)));
        for (tokio, event_loop, expected) in [
            (
                true,
                true,
                "both tokio and the event loop could run this test\nhelp: write `#[checked_async::test(runtime",
            ),
            (false, false, "nothing can run this test\nhelp: enable the feature `tokio` or `event-loop`"),
        ] {
            let text = texts(quote!(), tokio, event_loop);
            assert!(text.starts_with(expected), "{text}");
        }
    }

    #[test]
    fn the_arguments_say_which() {
        for tokens in [quote!(runtime = "tokio"), quote!(start_paused = true), quote!(flavor = "current_thread")] {
            assert!(matches!(decided(tokens, true, true).0, Some(TestRuntime::CurrentThread { .. })));
        }
        assert!(matches!(decided(quote!(runtime = "event_loop"), true, true).0, Some(TestRuntime::EventLoop)));
        let threads = quote!(flavor = "multi_thread", worker_threads = 2);
        assert!(matches!(
            decided(threads, true, true).0,
            Some(TestRuntime::MultiThread { worker_threads: Some(number), .. }) if number.base10_digits() == "2"
        ));
        assert_eq!(
            texts(quote!(runtime = "tokio"), false, true).split('\n').next(),
            Some("the feature `tokio` of `checked-async` is off")
        );
        assert_eq!(
            texts(quote!(runtime = "event_loop"), true, false).split('\n').next(),
            Some("the feature `event-loop` of `checked-async` is off")
        );
        assert!(texts(quote!(flavor = "multi_thread"), false, true).starts_with("the feature `tokio`"));
        assert!(
            texts(quote!(runtime = "event_loop", start_paused = true), true, true).starts_with("`start_paused` is")
        );
    }

    #[test]
    fn kinds_become_variants() {
        assert!(KINDS.is_sorted());
        let sink = Sink::new();
        let args = Args::parse(quote!(expect(slow_poll, task_panic)), Levels::default(), &sink);
        assert!(sink.into_texts().is_empty());
        let variants: Vec<String> = args.test.expected().map(|variant| variant.to_string()).collect();
        assert_eq!(variants, ["SlowPoll", "TaskPanic"]);
    }
}
