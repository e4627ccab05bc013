//! What a panic says, and where it began, which std tells a panic hook and nobody else.
//!
//! ```text
//! panic ──▶ hook: notes identity and origin ──▶ the hook that was there before
//!   └─ unwinds ─▶ whoever catches it asks for the origin, by the identity of what it carries
//! ```
//! A task that panics may have caught other panics before, and others may begin and end while it is unwound. So the last ones of
//! the thread are noted, each with the identity of its payload: the type, and of a text its place in memory, its length and a
//! part of it. The payload itself moves from the hook to who catches it, a text in it does not.
//! One that is caught and carried on by `resume_unwind`, which calls no hook, keeps its origin that way.
//!
//! Invariants:
//! - a program behaves as without the hook: it calls the one before it, is set once, and whoever sets another later has replaced
//!   it, whereupon origins are not known;
//! - the hook does not panic, takes no lock but std's for a backtrace, and runs no code of the user's but the hook before it;
//! - nothing that a task has caught is taken for what a later task panics with: a step begins with nothing noted.

use std::any::{Any, TypeId};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::{Cell, RefCell};
use std::panic::{PanicHookInfo, resume_unwind};
use std::sync::Arc;

use super::{Place, Violation, backtrace};
use crate::raw;

/// How many panics of a thread are noted: those that are under way at once, and some that were caught.
const NOTED: usize = 4;
/// How much of a text, at its begin and at its end, is part of its identity.
const COMPARED: usize = 32;

/// Where a panic began.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) place: Place,
    /// Whether it is one by which this library has reported something.
    is_report: bool,
    /// Resolved only when somebody wants to see it.
    backtrace: Option<Arc<Backtrace>>,
}

/// A panic, as it is reported.
#[derive(Clone, Debug)]
pub(crate) struct Panicked {
    pub(crate) message: String,
    origin: Option<Origin>,
}

impl Panicked {
    /// What is to be said of a panic that was caught just now on this thread.
    pub(crate) fn new(panic: &(dyn Any + Send)) -> Self {
        Panicked::from(said(panic), origin(panic))
    }

    fn from(said: &str, origin: Option<Origin>) -> Self {
        let is_report = origin.as_ref().is_some_and(|origin| origin.is_report);
        // The rest of a report was said when it was made.
        let first = if is_report { said.lines().next().and_then(|first| first.strip_prefix("error: ")) } else { None };
        Panicked { message: first.unwrap_or(said).to_owned(), origin }
    }

    /// Adds to a report where the panic began.
    pub(super) fn add_to(&self, mut violation: Violation) -> Violation {
        if let Some(origin) = &self.origin {
            violation.panicked_at = Some(origin.place.clone());
            violation.panic_backtrace = origin.backtrace.as_deref().map(backtrace::shown);
        }
        violation
    }
}

/// What a panic carries, with its origin, for whoever lets it go on later or elsewhere.
pub(crate) struct Caught {
    payload: Box<dyn Any + Send>,
    origin: Option<Origin>,
}

impl Caught {
    /// A panic that was caught just now on this thread.
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> Self {
        Caught { origin: origin(&*payload), payload }
    }

    /// Lets it go on.
    pub(crate) fn resume(self) -> ! {
        resume_unwind(self.into_payload())
    }

    /// What it carries. If that goes on from this thread, its origin is known.
    pub(crate) fn into_payload(self) -> Box<dyn Any + Send> {
        if let Some(origin) = self.origin {
            note(Begun { identity: Identity::of(&*self.payload), origin });
        }
        self.payload
    }

    /// What is to be said of it.
    #[cfg(feature = "event-loop")]
    pub(crate) fn panicked(&self) -> Panicked {
        Panicked::from(said(&*self.payload), self.origin.clone())
    }

    /// What it says.
    #[cfg(feature = "event-loop")]
    pub(crate) fn said(&self) -> &str {
        said(&*self.payload)
    }

    /// Where it began.
    #[cfg(feature = "event-loop")]
    pub(crate) fn place(&self) -> Option<&Place> {
        self.origin.as_ref().map(|origin| &origin.place)
    }
}

/// The message of a panic.
pub(crate) fn said(panic: &(dyn Any + Send)) -> &str {
    text(panic).unwrap_or("no message")
}

fn text(panic: &dyn Any) -> Option<&str> {
    panic.downcast_ref::<&'static str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str))
}

/// What tells a payload from others, wherever it has moved.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Identity {
    of_type: TypeId,
    /// Of a text: its address, its length, and a number that depends on how it begins and ends.
    text: Option<(usize, usize, u64)>,
}

impl Identity {
    fn of(panic: &dyn Any) -> Self {
        let text = text(panic).map(|text| {
            let bytes = text.as_bytes();
            let ends = bytes.iter().take(COMPARED).chain(bytes.iter().rev().take(COMPARED));
            // As FNV does it.
            let number = ends.fold(0xcbf2_9ce4_8422_2325, |number: u64, byte| {
                (number ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
            });
            (bytes.as_ptr().addr(), bytes.len(), number)
        });
        Identity { of_type: panic.type_id(), text }
    }

    /// The origin of the last panic with this identity.
    fn find(self) -> Option<Origin> {
        let found = LAST.try_with(|last| {
            let last = last.try_borrow().ok()?;
            last.iter().flatten().find(|begun| begun.identity == self).map(|begun| begun.origin.clone())
        });
        found.ok().flatten()
    }
}

/// A panic that has begun.
struct Begun {
    identity: Identity,
    origin: Origin,
}

thread_local! {
    /// The last panics of this thread, newest first.
    static LAST: RefCell<[Option<Begun>; NOTED]> = const { RefCell::new([const { None }; NOTED]) };
    /// Whether there are any. Beside them, so that to ask costs nothing.
    static ANY: Cell<bool> = const { Cell::new(false) };
}

fn note(begun: Begun) {
    let _ = LAST.try_with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            last.rotate_right(1);
            last[0] = Some(begun);
            ANY.set(true);
            // The end of a loop's step forgets it.
            raw::call_attention();
        }
    });
}

/// Where a panic began that was caught just now on this thread.
fn origin(panic: &(dyn Any + Send)) -> Option<Origin> {
    if ANY.get() { Identity::of(panic).find() } else { None }
}

/// A step of a task begins, or has ended, or something else begins whose panic is caught: what was noted on this thread before is
/// none of its.
#[inline]
pub(crate) fn begin_step() {
    if ANY.get() {
        forget();
    }
}

#[cold]
fn forget() {
    // If this is within a drop, what is under way is still to be caught.
    if std::thread::panicking() {
        return;
    }
    let _ = LAST.try_with(|last| {
        if let Ok(mut last) = last.try_borrow_mut() {
            *last = [const { None }; NOTED];
            ANY.set(false);
        }
    });
}

thread_local! {
    static REPORTED: RefCell<Option<Place>> = const { RefCell::new(None) };
}

/// While this lives, the thread panics with a report. A drop or a poll knows no caller, so that std says of such a panic that it is in
/// this library; here it is where the report says.
pub(super) struct Reported(());

impl Reported {
    pub(super) fn new(violation: &Violation) -> Self {
        let place = violation.culprit.as_ref().and_then(|culprit| culprit.place.clone());
        let place = place.or_else(|| violation.created.clone());
        let _ = REPORTED.try_with(|reported| reported.replace(place));
        Reported(())
    }

    fn current() -> Option<Place> {
        REPORTED.try_with(|reported| reported.try_borrow().ok()?.clone()).ok().flatten()
    }
}

impl Drop for Reported {
    fn drop(&mut self) {
        let _ = REPORTED.try_with(|reported| reported.replace(None));
    }
}

/// This file, as the compiler names it, and within the sources.
const THIS: &str = file!();
const OWN: &str = "report/panicked.rs";

/// Whether a place is in this library.
fn is_ours(file: &str) -> bool {
    file.starts_with(&THIS[..THIS.len() - OWN.len()])
}

/// What the hook does.
fn see(panic: &PanicHookInfo<'_>) {
    let Some(location) = panic.location() else { return };
    let backtrace = if backtrace::is_on() { Backtrace::force_capture() } else { Backtrace::capture() };
    let is_there = backtrace.status() == BacktraceStatus::Captured;
    let reported = is_ours(location.file()).then(Reported::current).flatten();
    let is_report = reported.is_some();
    let place = reported.unwrap_or_else(|| Place {
        file: location.file().to_owned().into(),
        line: location.line(),
        column: location.column(),
    });
    let origin = Origin { place, is_report, backtrace: is_there.then(|| Arc::new(backtrace)) };
    note(Begun { identity: Identity::of(panic.payload()), origin });
}

/// Has panics noted from now on, if what they end is reported. Called where the first thing begins that catches them.
pub(crate) use hook::watch;

/// The one hook of this library.
mod hook {
    use std::panic::{set_hook, take_hook};
    use std::sync::{Once, mpsc};
    use std::thread;
    use std::time::Duration;

    use crate::check::{Kind, Level, level};

    /// How long the first task waits for the hook.
    const PATIENCE: Duration = Duration::from_secs(1);

    static SET: Once = Once::new();

    #[inline]
    pub(crate) fn watch() {
        if !SET.is_completed() {
            set();
        }
    }

    #[cold]
    fn set() {
        let is_reported = [Kind::CallbackPanicked, Kind::TaskPanic].map(level).iter().any(|level| *level != Level::Off);
        if cfg!(panic = "unwind") && is_reported {
            SET.call_once(|| {
                // Not on this thread, where it might panic, if the thread is panicking, and might wait for ever, if this is called
                // by what the hook that is there waits for: an event loop by which a program reports its own crash.
                let (done, is_done) = mpsc::channel();
                let run = move || {
                    let before = take_hook();
                    set_hook(Box::new(move |panic| {
                        super::see(panic);
                        before(panic);
                    }));
                    let _ = done.send(());
                };
                let thread = thread::Builder::new().name("checked-async-hook".into()).stack_size(256 * 1024);
                if thread.spawn(run).is_ok() {
                    let _ = is_done.recv_timeout(PATIENCE);
                }
            });
        }
    }
}
