//! Reports: the value, the words, and the ways to whoever wants to see them.
//!
//! ```text
//! check ──▶ message ──▶ Violation ──▶ raise ─┬─▶ capture, or else the thread's collector   (and nowhere else)
//!                                           ├─▶ limit ─┬─▶ tracing event
//!                                           │          └─▶ handler, or stderr
//!                                           └─▶ panic, at that level
//! ```
//! Invariants:
//! - reporting never panics but at level `panic`, and then never while the thread is unwinding;
//! - a report made while one is being delivered on the same thread (by a handler, say) goes straight to stderr, so
//!   there is no recursion and nothing is lost;
//! - no lock is held while code of the user's runs.

mod backtrace;
mod capture;
mod collector;
mod dropper;
#[cfg(feature = "tracing")]
mod events;
mod handler;
pub(crate) mod limit;
mod message;
mod panicked;
mod stack;
mod text;
mod writer;

use std::any::Any;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::time::Duration;

pub use backtrace::set_backtrace;
pub(crate) use backtrace::store as store_backtrace;
pub(crate) use capture::is_captured;
pub use capture::{Captured, capture, capture_future};
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) use collector::Collector;
#[cfg(feature = "tokio")]
pub(crate) use collector::Entered;
pub(crate) use dropper::Dropper;
pub use handler::{reset_exception_handler, set_exception_handler};
pub use limit::reported;
#[cfg(feature = "event-loop")]
pub(crate) use message::event_loop::*;
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) use message::task::lost_waker;
#[cfg(feature = "event-loop")]
pub(crate) use message::task::promise_error_never_retrieved;
#[cfg(feature = "tokio")]
pub(crate) use message::task::tokio_task_dropped;
pub(crate) use message::task::{task_error_lost, task_panic};
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) use message::warn_of_dump;
pub(crate) use message::{
    backtrace, cleanup_panicked, generator_adopted, generator_unclosed, generator_use, large_future, never_awaited,
    polled_after_completion, slow_poll, stalled_future, warn_of_environment,
};
pub(crate) use panicked::{Caught, Panicked, begin_step, watch as watch_panics};
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) use text::print;
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) use text::print_as_it_is;
#[cfg(feature = "event-loop")]
pub(crate) use writer::flush;

use crate::check::{Kind, Level, slow_poll};

/// A fault that a check has found.
///
/// Its [`Display`](fmt::Display) form is the text shown on stderr.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Violation {
    /// What it is about.
    pub kind: Kind,
    /// The level at which it is reported.
    pub level: Level,
    /// The problem in one line.
    pub message: String,
    /// The async function that is at fault.
    pub function: Option<String>,
    /// Where its future was created.
    pub created: Option<Place>,
    /// The function in which the fault happened, as far as known: that which dropped the future, for instance.
    pub culprit: Option<Culprit>,
    /// The name of the task that is at fault, or else of that in which the fault was found.
    pub task: Option<String>,
    /// How long it took, where that is the fault.
    pub took: Option<Duration>,
    /// The futures that were being polled on the thread, innermost first: who awaits whom.
    pub backtrace: Vec<TraceFrame>,
    /// The functions that were being called on the thread, innermost first, with their places, where
    /// [`set_backtrace`](crate::set_backtrace) asks for it. It is a text for people.
    pub call_stack: Option<String>,
    /// Where the panic began that is reported, as far as known. A panic hook is set for this, which calls the one before it: see
    /// `docs/checks/task_panic.md`.
    pub panicked_at: Option<Place>,
    /// The functions that were being called when it began, as in `call_stack`, where [`set_backtrace`](crate::set_backtrace) or
    /// `RUST_BACKTRACE` asks for it.
    pub panic_backtrace: Option<String>,
    /// More facts.
    pub notes: Vec<String>,
    /// What to change.
    pub help: Vec<String>,
}

/// A place in the source.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Place {
    /// The file, as the compiler was told it.
    pub file: Cow<'static, str>,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1; 0 if not known.
    pub column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        if self.column != 0 { write!(f, ":{}", self.column) } else { Ok(()) }
    }
}

impl From<&'static Location<'static>> for Place {
    fn from(location: &'static Location<'static>) -> Self {
        Place { file: location.file().into(), line: location.line(), column: location.column() }
    }
}

/// The function in which a fault happened.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Culprit {
    /// The function's name.
    pub function: String,
    /// Where in it.
    pub place: Option<Place>,
}

/// An async function that is being polled.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct TraceFrame {
    /// The function's name.
    pub function: String,
    /// Where it is defined.
    pub defined: Place,
    /// Where this call of it is.
    pub called: Option<Place>,
}

thread_local! {
    /// Whether this thread is delivering a report.
    static DELIVERING: Cell<bool> = const { Cell::new(false) };
}

/// Delivers a report; at level `Panic`, panics with it, at the caller's place, at level `Off`, does nothing.
#[track_caller]
pub(crate) fn raise(mut violation: Violation) {
    if violation.level == Level::Off {
        return;
    }
    // What a report takes is not the poll's fault in which it is made.
    let reporting = slow_poll::Blocking::begin();
    violation.call_stack = backtrace::call_stack();
    if violation.level == Level::Panic && !message::cannot_go_on(violation.kind) && capture::is_expected(violation.kind)
    {
        violation.level = Level::Log;
    }
    let panics = violation.level == Level::Panic && !std::thread::panicking();
    let text = panics.then(|| (violation.to_string(), panicked::Reported::new(&violation)));
    if let Some(violation) = capture::offer(violation) {
        #[cfg(any(feature = "event-loop", feature = "tokio"))]
        crate::timeline::report(&violation);
        match limit::admit(violation.kind, violation.created.as_ref()) {
            limit::Admission::Show => deliver(&violation, panics),
            limit::Admission::Last => {
                deliver(&violation, panics);
                text::print(&message::no_more(&violation));
            }
            // A panic speaks for itself, and each may be in another task.
            limit::Admission::Count if panics => deliver(&violation, panics),
            limit::Admission::Count => {}
        }
    }
    drop(reporting);
    if let Some((text, _place)) = text {
        panic!("{text}");
    }
}

/// Drops what a panic carried. If that panics in turn, what that one carries is kept for ever.
pub(crate) fn drop_panic(panic: Box<dyn Any + Send>) {
    if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(panic))) {
        std::mem::forget(again);
    }
}

/// Calls what may panic, where what it panics with is of no interest any more.
pub(crate) fn quietly(call: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(call)) {
        drop_panic(panic);
    }
}

/// Gives a report to everyone who wants it. What is going to panic with the text does not need it on stderr as well.
fn deliver(violation: &Violation, panics: bool) {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            DELIVERING.set(false);
        }
    }
    if DELIVERING.replace(true) {
        return text::print(violation);
    }
    let _reset = Reset;
    #[cfg(feature = "tracing")]
    if let Err(panic) = catch_unwind(|| events::emit(violation)) {
        text::print(&message::subscriber_panicked(&*panic));
        drop_panic(panic);
    }
    match handler::current() {
        Some(handler) => {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| handler(violation))) {
                text::print(violation);
                text::print(&message::handler_panicked(&*panic));
                drop_panic(panic);
            }
            // The last owner drops what the handler owns, which is the user's code too.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(handler))) {
                drop_panic(panic);
            }
        }
        None if panics => {}
        None => text::print(violation),
    }
}
