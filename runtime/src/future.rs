//! The wrapper around every checked future: knows who made it, whether it was polled, and puts it on the stack of
//! frames while it is.
//!
//! ```text
//!           poll                 poll → Ready
//! CREATED ────────▶ POLLED ────────────────────▶ EMPTY
//!    │ drop            │ drop, or its poll panics   │ poll again: polled_after_completion
//!    ▼                 ▼                            ▼
//! never_awaited     cancellation: what it holds is dropped in silence
//! ```
//!
//! Invariants:
//! - it is `Unpin`, `Send`, `Sync`, `UnwindSafe` and `RefUnwindSafe` exactly when the future is;
//! - while it is polled, its head is only borrowed shared;
//! - a future that is dropped in any state but `Empty` drops what it holds in silence.

use std::any::type_name;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

use crate::check::{never_awaited, polled_after_completion};
use crate::private::Site;
use crate::raw::{self, Checked};
use crate::report::Place;
use crate::trace::{self, Mark};

/// Where a future stands. Only the last two are seldom seen by a poll.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum State {
    /// Never polled.
    Created,
    /// Never polled, and may be dropped so.
    Excused,
    /// Polled and not finished: pending, being polled right now, or its poll panicked.
    Polled,
    /// Its poll returned `Ready`; it may hold something still, and allow to be polled again.
    Finished,
    /// Never polled, and certain to be awaited.
    Expected,
    /// Its poll returned `Ready`; it holds nothing.
    Empty,
}

/// All that is known about a checked future apart from itself.
pub(crate) struct Head {
    function: Function,
    /// In state `Expected`: the identity of the function that is certain to await the future. Else: what is announced
    /// for the futures it creates, see [`trace`]. Atomic only to keep the future `Sync`: relaxed, and as cheap as any.
    word: AtomicU64,
    state: State,
}

/// A call of a checked function.
#[derive(Clone, Copy)]
pub(crate) struct Function {
    /// The function.
    site: &'static Site,
    /// The call; `None` if it is not known.
    called: Option<&'static Location<'static>>,
    /// The name of its future's type.
    type_name: fn() -> &'static str,
}

impl<F: Future> Checked<F> {
    /// Wraps a future that was made by a call at the caller's place.
    #[track_caller]
    #[inline(always)]
    pub(crate) fn new(site: &'static Site, future: F) -> Self {
        let called = Location::caller();
        let function = Function { site, called: Some(called), type_name: type_name::<F> };
        let (state, word) = match trace::mark(called) {
            Mark::Nothing => (State::Created, 0),
            Mark::Excused => (State::Excused, 0),
            Mark::Expected { awaiter } => (State::Expected, awaiter),
        };
        Checked::from_parts(Head { function, word: AtomicU64::new(word), state }, future)
    }

    /// Wraps the body of a function, to have it in the logical backtrace and nothing else.
    #[inline(always)]
    pub(crate) fn frame(site: &'static Site, future: F) -> Self {
        let function = Function { site, called: None, type_name: type_name::<F> };
        Checked::from_parts(Head { function, word: AtomicU64::new(0), state: State::Excused }, future)
    }
}

impl<F: Future> Future for Checked<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let (head, future) = self.project();
        if head.state >= State::Expected {
            head.polled_in_special_state();
        }
        head.state = State::Polled;
        let polled = raw::with_pushed(head, || future.poll(cx));
        if polled.is_ready() {
            head.state = if is_async_block::<F>() { State::Empty } else { State::Finished };
        }
        polled
    }
}

/// Whether a future is the compiler's, made from an async block. Those hold nothing once they are done, and panic when
/// they are polled again; a hand-written one may hold on to something and allow it.
#[inline(always)]
fn is_async_block<F>() -> bool {
    type_name::<F>().ends_with("{{closure}}")
}

impl Head {
    /// Whether there is nothing left to drop.
    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.state == State::Empty
    }

    /// Prepares for a poll that is the first of an expected future, or one too many.
    #[cold]
    #[inline(never)]
    fn polled_in_special_state(&mut self) {
        match self.state {
            State::Empty => polled_after_completion::polled(&self.function),
            _ => *self.word.get_mut() = 0,
        }
    }

    pub(crate) fn function(&self) -> &Function {
        &self.function
    }

    /// What is announced for the futures that this one creates.
    #[inline(always)]
    pub(crate) fn watch(&self) -> u64 {
        self.word.load(Relaxed)
    }

    #[inline(always)]
    pub(crate) fn set_watch(&self, watch: u64) {
        self.word.store(watch, Relaxed);
    }

    /// Takes note that the future is about to be dropped. What it holds is dropped in silence, whatever happens here.
    pub(crate) fn dropped(&self) {
        let _begin = trace::BeginSilence;
        match self.state {
            State::Created => never_awaited::dropped(&self.function, None),
            State::Expected => never_awaited::dropped(&self.function, Some(self.watch())),
            State::Excused | State::Polled | State::Finished | State::Empty => {}
        }
    }
}

impl Function {
    /// The function's name as a report shows it.
    pub(crate) fn name(&self) -> &'static str {
        self.site.name.unwrap_or_else(|| {
            let mut name = (self.type_name)();
            while let Some(outer) = name.strip_suffix("::{{closure}}") {
                name = outer;
            }
            name
        })
    }

    /// Where the call is, as far as known.
    pub(crate) fn place(&self) -> Place {
        self.called.map_or_else(|| self.defined(), Place::from)
    }

    /// Where the function is defined.
    pub(crate) fn defined(&self) -> Place {
        Place { file: self.site.file.into(), line: self.site.line, column: self.site.column }
    }

    pub(crate) fn site(&self) -> &'static Site {
        self.site
    }

    pub(crate) fn called(&self) -> Option<&'static Location<'static>> {
        self.called
    }
}
