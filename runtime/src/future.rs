//! The wrapper around every checked future: knows who made it, whether it was polled, and puts it on the stack of
//! frames while it is.
//!
//! ```text
//!           poll                 poll → Ready
//! CREATED ────────▶ POLLED ────────────────────▶ DONE
//!    │ drop            │ drop, or its poll panics   │ poll again: polled_after_completion
//!    ▼                 ▼                            ▼
//! never_awaited     cancellation: what it holds is dropped in silence
//! ```
//!
//! Invariants:
//! - [`Checked`] has no `Drop` impl, so that the drop check is no stricter than for the bare future. Its first field
//!   does what must happen before the future is dropped, its last what must happen after;
//! - it is `Unpin`, `Send`, `Sync`, `UnwindSafe` and `RefUnwindSafe` exactly when the future is;
//! - what changes while the head is shared is atomic only to keep it `Sync`: relaxed loads and stores, no more.

use std::any::type_name;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::check::{never_awaited, polled_after_completion};
use crate::private::Site;
use crate::raw;
use crate::report::Place;
use crate::trace::{self, Mark};

/// Where a future stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// Never polled.
    Created,
    /// Polled and not finished: pending, being polled right now, or its poll panicked.
    Polled,
    /// Its poll returned `Ready`.
    Done,
}

pin_project! {
    /// A future that knows where it was made and notices when it is never awaited.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Checked<F> {
        // The order of the fields is the order in which they are dropped.
        head: Head,
        #[pin]
        future: F,
        tail: Tail,
    }
}

/// All that is known about a checked future apart from itself.
pub(crate) struct Head {
    /// The function that made the future.
    site: &'static Site,
    /// The call that made it; the function itself if that is not known.
    created: Option<&'static Location<'static>>,
    /// The type's name.
    type_name: fn() -> &'static str,
    /// In state `Created`: the frame that is certain to await the future, if any; while polled: the next outer frame.
    link: AtomicPtr<Head>,
    /// What is expected of the futures created while this one is on top: see [`Mark`].
    watch: AtomicU64,
    state: State,
    mark: Mark,
}

/// Ends what the drop of [`Head`] began.
struct Tail {
    done: bool,
}

impl<F: Future> Checked<F> {
    /// Wraps a future that was made by a call at the caller's place.
    #[track_caller]
    #[inline(always)]
    pub(crate) fn new(site: &'static Site, future: F) -> Self {
        let created = Location::caller();
        let (mark, creator) = trace::mark(created);
        Checked {
            head: Head {
                site,
                created: Some(created),
                type_name: type_name::<F>,
                link: AtomicPtr::new(creator.cast_mut()),
                watch: AtomicU64::new(0),
                state: State::Created,
                mark,
            },
            future,
            tail: Tail { done: false },
        }
    }

    /// Wraps the body of a function, to have it in the logical backtrace and nothing else.
    #[inline(always)]
    pub(crate) fn frame(site: &'static Site, future: F) -> Self {
        Checked {
            head: Head {
                site,
                created: None,
                type_name: type_name::<F>,
                link: AtomicPtr::new(ptr::null_mut()),
                watch: AtomicU64::new(0),
                state: State::Created,
                mark: Mark::Excused,
            },
            future,
            tail: Tail { done: false },
        }
    }
}

impl<F: Future> Future for Checked<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        if this.head.state == State::Done {
            polled_after_completion::polled(this.head);
        }
        this.head.state = State::Polled;
        let polled = raw::with_pushed(this.head, || this.future.poll(cx));
        if polled.is_ready() {
            this.head.state = State::Done;
            this.tail.done = true;
        }
        polled
    }
}

impl Head {
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

    /// Whether the future is the compiler's, made from an async block: those panic when polled after completion, while
    /// a hand-written one may well allow it.
    pub(crate) fn is_async_block(&self) -> bool {
        (self.type_name)().ends_with("{{closure}}")
    }

    /// Where the future was created, as far as known.
    pub(crate) fn place(&self) -> Place {
        self.created.map_or_else(|| self.defined(), Place::from)
    }

    /// Where its function is defined.
    pub(crate) fn defined(&self) -> Place {
        Place { file: self.site.file.into(), line: self.site.line, column: self.site.column }
    }

    pub(crate) fn site(&self) -> &'static Site {
        self.site
    }

    pub(crate) fn created(&self) -> Option<&'static Location<'static>> {
        self.created
    }

    pub(crate) fn mark(&self) -> Mark {
        self.mark
    }

    #[inline]
    pub(crate) fn link(&self) -> *const Head {
        self.link.load(Relaxed)
    }

    #[inline]
    pub(crate) fn set_link(&self, link: *const Head) {
        self.link.store(link.cast_mut(), Relaxed);
    }

    #[inline]
    pub(crate) fn watch(&self) -> u64 {
        self.watch.load(Relaxed)
    }

    #[inline]
    pub(crate) fn set_watch(&self, watch: u64) {
        self.watch.store(watch, Relaxed);
    }
}

impl Drop for Head {
    #[inline]
    fn drop(&mut self) {
        match self.state {
            State::Done => {}
            State::Polled => trace::begin_silence(),
            State::Created => {
                // Also when the report panics, because the tail is dropped then too.
                let _begin = trace::BeginSilence;
                never_awaited::dropped(self);
            }
        }
    }
}

impl Drop for Tail {
    #[inline]
    fn drop(&mut self) {
        if !self.done {
            trace::end_silence();
        }
    }
}
