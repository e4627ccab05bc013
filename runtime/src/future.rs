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
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

use crate::check::{self, alarm, large_future, never_awaited, polled_after_completion, stalled_future};
use crate::places;
use crate::private::Site;
use crate::raw::{self, Checked};
use crate::report::Place;
use crate::trace::{self, Mark};

/// All that is known about a checked future apart from itself.
pub(crate) struct Head {
    function: Function,
    /// Where the future stands, together with `below`.
    ///
    /// | word | below | state |
    /// |---|---|---|
    /// | 0 | null | created |
    /// | `EXCUSED` | null | created, and may be dropped unpolled |
    /// | `SPECIAL` and the identity of a function | null | created, and certain to be awaited by that function |
    /// | 0 or an announcement | not null | polled |
    /// | the same and `SPECIAL` | not null | polled, and watched by [`stalled_future`] |
    /// | `EMPTY` | not null | done, and holds nothing |
    ///
    /// An announcement is about the futures that this one creates: see [`trace`].
    ///
    /// Atomic, as is `below`, only to keep the future `Sync`: relaxed, and as cheap as any.
    word: AtomicU64,
    /// Null until the first poll. While the future is polled: the next outer one that is, with `MARK` if `slow_poll` has
    /// seen the poll.
    below: AtomicPtr<Head>,
}

/// Set in the words that a poll seldom sees.
pub(crate) const SPECIAL: u64 = 1 << 63;
const EMPTY: u64 = u64::MAX;
const EXCUSED: u64 = u64::MAX - 1;

/// A bit that the address of a head leaves free.
const MARK: usize = 1;
const _: () = assert!(align_of::<Head>() > MARK);

/// The bits of a word that are for an announcement.
pub(crate) const ANNOUNCEMENT: u64 = !SPECIAL;

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
    #[inline]
    pub(crate) fn new(site: &'static Site, future: F) -> Self {
        let called = Location::caller();
        let function = Function::called_at::<F>(site, called);
        if const { large_future::may_be_large(size_of::<Self>()) } {
            large_future::made(&function, size_of::<Self>());
        }
        Checked::from_parts(
            Head { function, word: AtomicU64::new(initial_word(called)), below: AtomicPtr::default() },
            future,
        )
    }

    /// Wraps the body of a function, to have it in the logical backtrace and nothing else.
    #[inline(always)]
    pub(crate) fn frame(site: &'static Site, future: F) -> Self {
        let function = Function { site, called: None, type_name: type_name::<F> };
        Checked::from_parts(Head { function, word: AtomicU64::new(EXCUSED), below: AtomicPtr::default() }, future)
    }
}

/// What is known of any task: a name. Where it was started stands for the rest.
static TASK: Site = Site { file: "", line: 0, column: 0, name: Some("task"), slow_after: None };

impl<F: Future> Checked<F> {
    /// Wraps the future of a task, to have the place where it was started in the logical backtrace and nothing else.
    #[inline]
    pub(crate) fn task(started: &'static Location<'static>, future: F) -> Self {
        let function = Function::called_at::<F>(&TASK, started);
        Checked::from_parts(Head { function, word: AtomicU64::new(EXCUSED), below: AtomicPtr::default() }, future)
    }
}

impl<F: Future> Future for Checked<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let (head, future) = self.project();
        let pushed = raw::push(head, Head::poll_special);
        match future.poll(cx) {
            Poll::Pending => {
                pushed.pending();
                Poll::Pending
            }
            ready => {
                drop(pushed);
                if is_async_block::<F>() {
                    *head.word.get_mut() = EMPTY;
                }
                ready
            }
        }
    }
}

/// The word of a future that is created now by this call.
#[inline(always)]
fn initial_word(called: &'static Location<'static>) -> u64 {
    if trace::is_anything_announced() { announced_word(called) } else { 0 }
}

#[cold]
#[inline(never)]
fn announced_word(called: &'static Location<'static>) -> u64 {
    match trace::mark(called) {
        Mark::Nothing => 0,
        Mark::Excused => EXCUSED,
        Mark::Expected { awaiter } => SPECIAL | awaiter.0,
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
    pub(crate) fn is_empty(&mut self) -> bool {
        *self.word.get_mut() == EMPTY
    }

    /// Takes note of a poll that is the first of an excused or expected future, or one too many, or before which the time
    /// is to be looked at.
    #[cold]
    #[inline(never)]
    fn poll_special(&mut self) {
        if *self.word.get_mut() == EMPTY {
            polled_after_completion::polled(&self.function);
        }
        if self.is_watched() {
            *self.word.get_mut() &= !SPECIAL;
            if stalled_future::polled(self) {
                self.watch();
            }
        } else if *self.word.get_mut() >= SPECIAL {
            *self.word.get_mut() = 0;
        }
        if raw::is_alarmed() {
            alarm::entering();
        }
    }

    pub(crate) fn function(&self) -> &Function {
        &self.function
    }

    #[inline(always)]
    pub(crate) fn word(&mut self) -> u64 {
        *self.word.get_mut()
    }

    pub(crate) fn below(&self) -> *const Head {
        self.below.load(Relaxed).map_addr(|below| below & !MARK)
    }

    #[inline(always)]
    pub(crate) fn set_below(&self, below: *const Head) {
        self.below.store(below.cast_mut(), Relaxed);
    }

    /// Marks the poll that is under way; whether it was marked already. The next poll is another.
    pub(crate) fn mark(&self) -> bool {
        let below = self.below.load(Relaxed);
        self.below.store(below.map_addr(|below| below | MARK), Relaxed);
        below.addr() & MARK != 0
    }

    /// What is announced for the futures that this one creates, while it is polled.
    pub(crate) fn announcement(&self) -> u64 {
        self.word.load(Relaxed) & ANNOUNCEMENT
    }

    pub(crate) fn announce(&self, announcement: u64) {
        self.word.store(self.word.load(Relaxed) & SPECIAL | announcement, Relaxed);
    }

    /// Has [`stalled_future`] told when the future is polled again or dropped. Only for one that was polled and is not done.
    pub(crate) fn watch(&self) {
        self.word.fetch_or(SPECIAL, Relaxed);
    }

    fn is_watched(&self) -> bool {
        let word = self.word.load(Relaxed);
        !self.below().is_null() && word >= SPECIAL && word != EMPTY
    }

    /// What tells the future from all others as long as it lives, if it stays where it is once it was polled.
    pub(crate) fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Takes note that the future is about to be dropped. What it holds is dropped in silence, whatever happens here.
    pub(crate) fn dropped(&self) {
        let _begin = trace::BeginSilence;
        if !self.below().is_null() {
            if check::TREES && raw::is_noting() {
                places::forget(self);
            }
            if self.is_watched() {
                stalled_future::dropped(self);
            }
            return;
        }
        match self.word.load(Relaxed) {
            EXCUSED => {}
            0 => never_awaited::dropped(&self.function, None),
            word => never_awaited::dropped(&self.function, Some(Identity(word & !SPECIAL))),
        }
    }
}

impl Function {
    /// A call at this place, which made an `F`.
    #[inline]
    pub(crate) fn called_at<F>(site: &'static Site, called: &'static Location<'static>) -> Self {
        Function { site, called: Some(called), type_name: type_name::<F> }
    }

    /// Whether it is a call of the same function at the same place.
    #[cfg(feature = "tokio")]
    #[inline]
    pub(crate) fn is(&self, other: &Function) -> bool {
        let called = |function: &Function| function.called.map(std::ptr::from_ref);
        std::ptr::eq(self.site, other.site)
            && called(self) == called(other)
            && std::ptr::fn_addr_eq(self.type_name, other.type_name)
    }

    /// The function's name as a report shows it.
    pub(crate) fn name(&self) -> &'static str {
        self.site.name.unwrap_or_else(|| {
            let mut name = (self.type_name)();
            while let Some(outer) = name.strip_suffix("::{{closure}}") {
                name = outer;
            }
            // The function within it that the macro has put a generator's body into.
            name.strip_suffix("::__generator").unwrap_or(name)
        })
    }

    /// The name of its future's type.
    pub(crate) fn type_name(&self) -> &'static str {
        (self.type_name)()
    }

    /// Whether its future is the compiler's, and so stays where it is once it was polled.
    pub(crate) fn is_pinned(&self) -> bool {
        (self.type_name)().ends_with("{{closure}}")
    }

    /// Where the call is, as far as known.
    pub(crate) fn place(&self) -> Place {
        self.called.map_or_else(|| self.defined(), Place::from)
    }

    /// Where the function is defined, or the task was started.
    pub(crate) fn defined(&self) -> Place {
        if let (Some(started), true) = (self.called, self.is_task()) {
            return started.into();
        }
        Place { file: self.site.file.into(), line: self.site.line, column: self.site.column }
    }

    pub(crate) fn file(&self) -> &'static str {
        self.site.file
    }

    /// The file in which its code is: of a task, that in which it was started.
    pub(crate) fn source(&self) -> &'static str {
        self.called.filter(|_| self.is_task()).map_or(self.site.file, Location::file)
    }

    /// How long a poll of it may take, where that was said of this function.
    pub(crate) fn slow_after(&self) -> Option<u64> {
        self.site.slow_after
    }

    pub(crate) fn identity(&self) -> Identity {
        Identity(std::ptr::from_ref(self.site).addr() as u64 & !SPECIAL)
    }

    /// Where the call is, if it is one of a function and that is known.
    pub(crate) fn called(&self) -> Option<&'static Location<'static>> {
        self.called.filter(|_| !self.is_task())
    }

    pub(crate) fn is_task(&self) -> bool {
        std::ptr::eq(self.site, &raw const TASK)
    }
}

/// What tells a function from all others: the address of its site, less the highest bit. It is aligned, so that with
/// `SPECIAL` it is neither `EMPTY` nor `EXCUSED`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Identity(u64);

const _: () = assert!(align_of::<Site>() >= 4);
