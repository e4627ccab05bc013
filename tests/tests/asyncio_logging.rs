//! The page's "Logging": where reports go, compared with its promises (asyncio's script `n03_logger_levels` is in
//! `asyncio_handler.rs`).

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use checked_async::{call_soon, run_blocking, yield_now};
use checked_async_tests::patient::run_patiently;
use checked_async_tests::trace::{Both, CPython, Here, Trace};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_core::span::Current;

/// Notes events with their target, level and kind, and one span with the thread on which it is entered.
struct Notes {
    trace: Trace,
    span: OnceLock<&'static Metadata<'static>>,
    is_entered: AtomicBool,
    home: thread::ThreadId,
}

impl Notes {
    fn new(trace: &Trace) -> Self {
        let (span, is_entered) = (OnceLock::new(), AtomicBool::new(false));
        Notes { trace: trace.clone(), span, is_entered, home: thread::current().id() }
    }
}

/// The field `kind`, if there is one.
#[derive(Default)]
struct KindOf(String);

impl Visit for KindOf {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "kind" {
            value.clone_into(&mut self.0);
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        ["checked_async", "asyncio_logging"].contains(&metadata.target())
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.span.set(span.metadata()).expect("there is one span");
        Id::from_u64(1)
    }

    fn current_span(&self) -> Current {
        match self.span.get() {
            Some(metadata) if self.is_entered.load(SeqCst) => Current::new(Id::from_u64(1), metadata),
            _ => Current::none(),
        }
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut kind = KindOf::default();
        event.record(&mut kind);
        let metadata = event.metadata();
        self.trace.note(format!("{} {} {}", metadata.level(), metadata.target(), kind.0));
    }

    fn enter(&self, _: &Id) {
        self.is_entered.store(true, SeqCst);
        let here = thread::current().id() == self.home;
        self.trace.note(if here { "span entered" } else { "span entered on another thread" });
    }

    fn exit(&self, _: &Id) {
        self.is_entered.store(false, SeqCst);
    }
}

/// asyncio logs to the logger "asyncio"; ours are events of `tracing` with the target `checked_async`, whose levels a
/// subscriber sets.
#[test]
fn reports_are_events_with_one_target() {
    let trace = Trace::default();
    checked_async::set_exception_handler(|_| ());
    tracing::subscriber::with_default(Notes::new(&trace), || {
        run_patiently(async {
            call_soon(|| panic!("bug"));
            yield_now().await;
        });
    });
    trace.assert(&[CPython("ERROR asyncio Exception in callback"), Here("WARN checked_async callback_panicked")]);
}

/// In asyncio only `to_thread` takes the context along, `run_in_executor` does not.
#[test]
fn closures_run_in_the_span_of_their_call() {
    let trace = Trace::default();
    tracing::subscriber::with_default(Notes::new(&trace), || {
        run_patiently(async {
            let span = tracing::info_span!("request");
            let closure = span.in_scope(|| run_blocking(|| 42));
            assert_eq!(closure.await.unwrap(), 42);
        });
    });
    trace.assert(&[Both("span entered"), Here("span entered on another thread")]);
}
