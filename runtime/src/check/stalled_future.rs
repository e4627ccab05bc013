//! `stalled_future`: a future that was polled and has been woken is not polled again, while the function that polled it goes
//! on and waits for something else. Known as futurelock, from Oxide RFD 609.
//!
//! The arms of `select!` that poll by reference are [`watched`]: what such an arm polls gets a waker of ours. When the
//! `select!` ends without it, the future is *parked*, together with the function around the `select!`, its *parent*.
//!
//! ```text
//!                woken, and the parent           ten looks of a thread          the parent's next poll
//!                was polled without it           later its task is woken        ends without it, too
//! PARKED ──────────────────────────▶ COUNTING ─────────────────────────▶ DUE ─────────────────────────▶ REPORTED
//!    │ polled, dropped; the parent ends  │                                │
//!    ▼                                   ▼                                ▼
//!   forgotten ◀──────────────────────────┴────────────────────────────────┘
//! ```
//!
//! So it is the task itself that finds the fault, in a poll that it was given for that: a task that its executor has no time
//! for is not reported, nor one that was waiting to go on. A poll more than necessary is what every future has to bear.
//!
//! What lives on is told by the checked futures: the outermost one in what was polled, and the parent. Their heads are
//! [marked](Head::watch), and tell of their next poll and of their drop.
//!
//! Invariants:
//! - a parked future is forgotten before its head's address may be another's, and so is a parent;
//! - no waker is woken or dropped, and no code of the user's runs, while the table of the parked is locked.

mod parked;
mod watched;

use std::cell::RefCell;
use std::sync::Arc;

use crate::check::waits::Follow;
use crate::check::{Kind, Level, level};
use crate::future::{Function, Head};
use crate::report::{self, TraceFrame};
use crate::{raw, watch};

use parked::State;
pub(super) use parked::look;
pub use watched::Watched;
pub(crate) use watched::watched;

/// A future that stalls.
#[derive(Clone, Copy)]
struct Stalled {
    function: Function,
    /// The function that polled it.
    parent: Function,
    /// Where in its file: the line and column.
    polled: (u32, u32),
}

/// The outermost checked future that was pending in what a watched reference polled.
#[derive(Clone, Copy)]
struct Child {
    address: usize,
    function: Function,
}

/// A watched reference that is polling.
struct Looking {
    /// The address of the head that is on the stack below what it polls.
    base: usize,
    child: Option<Child>,
}

/// A parent that is being polled.
struct Traced {
    address: usize,
    /// Where a future that it has parked was woken before this poll, what it waits for.
    waits: Option<Follow>,
}

/// What a thread knows of the polls under way.
struct Notes {
    looking: Option<Looking>,
    /// Outermost first.
    traced: Vec<Traced>,
}

thread_local! {
    static NOTES: RefCell<Notes> = const { RefCell::new(Notes { looking: None, traced: Vec::new() }) };
}

/// Runs `run` with the notes of this thread; a thread that is ending has none.
fn with_notes<R>(run: impl FnOnce(&mut Notes) -> R) -> Option<R> {
    NOTES.try_with(|notes| notes.try_borrow_mut().ok().map(|mut notes| run(&mut notes))).ok().flatten()
}

/// Whether futures are watched.
fn is_on() -> bool {
    watch::POSSIBLE && level(Kind::StalledFuture) != Level::Off
}

/// Whether this thread has to tell of each poll that begins or ends.
pub(super) fn needs_alarm() -> bool {
    with_notes(|notes| notes.looking.is_some() || !notes.traced.is_empty()).unwrap_or(false)
}

/// Called before a marked future is polled; whether it stays marked.
pub(crate) fn polled(head: &Head) -> bool {
    parked::forget_child(head.address());
    let Some(woken) = parked::is_woken(head.address()) else { return false };
    trace(head.address(), woken);
    true
}

/// Called when a marked future is dropped.
pub(crate) fn dropped(head: &Head) {
    let address = head.address();
    with_notes(|notes| {
        if let Some(looking) = &mut notes.looking {
            looking.child.take_if(|child| child.address == address);
        }
    });
    parked::forget_child(address);
    parked::forget_parent(address);
}

/// Has the end of a parent's poll seen.
fn trace(address: usize, woken: bool) {
    with_notes(|notes| notes.traced.push(Traced { address, waits: woken.then(Follow::begin) }));
    raw::keep_alarm();
}

/// Called when the innermost poll ends, if the alarm is raised. The future is still on the stack.
pub(super) fn leaving(head: &Head, pending: bool) -> Option<Report> {
    with_notes(|notes| notes.leave(head, pending)).flatten()?.judge(pending)
}

impl Notes {
    /// Takes note that a poll ends; returns the parent whose poll it is, if it is one.
    fn leave(&mut self, head: &Head, pending: bool) -> Option<Traced> {
        let (address, below) = (head.address(), head.below().addr());
        if let Some(looking) = &mut self.looking
            && looking.base == below
        {
            // One that could be moved could not be told from what is in its place thereafter.
            looking.child = (pending && head.function().is_pinned()).then(|| {
                head.watch();
                Child { address, function: *head.function() }
            });
        }
        self.traced.pop_if(|traced| traced.address == address)
    }
}

impl Traced {
    /// Judges a parent by how its poll has ended.
    fn judge(self, pending: bool) -> Option<Report> {
        if !pending {
            parked::forget_parent(self.address);
            return None;
        }
        let waits = self.waits?;
        let stalled = parked::left(self.address);
        (!stalled.is_empty()).then(|| Report { stalled, waits: waits.frames() })
    }
}

/// What a poll has found.
pub(crate) struct Report {
    stalled: Vec<Stalled>,
    waits: Vec<TraceFrame>,
}

impl Report {
    /// Reports it. The parent is no longer on the stack.
    pub(crate) fn report(self) {
        let level = level(Kind::StalledFuture);
        if level == Level::Off {
            return;
        }
        for stalled in self.stalled {
            let Stalled { function, parent, polled } = stalled;
            report::raise(report::stalled_future(&function, level, &parent, polled, self.waits.clone()));
        }
    }
}

/// Has this thread look at what is polled, until it is dropped.
struct Look {
    outer: Option<Looking>,
}

impl Look {
    fn begin(base: usize) -> Self {
        let looking = Looking { base, child: None };
        let outer = with_notes(|notes| notes.looking.replace(looking)).flatten();
        raw::keep_alarm();
        Look { outer }
    }

    /// What was found.
    fn child(&self) -> Option<Child> {
        with_notes(|notes| notes.looking.as_ref().and_then(|looking| looking.child)).flatten()
    }
}

impl Drop for Look {
    fn drop(&mut self) {
        with_notes(|notes| notes.looking = self.outer.take());
    }
}

/// Parks a future that the function on top of the stack has polled and polls no more.
fn park(child: Child, parent: Child, polled: (u32, u32), state: Arc<State>) {
    let is_polling = raw::with_top(|top| {
        top.is_ok_and(|head| {
            let is_it = head.address() == parent.address;
            if is_it {
                head.watch();
            }
            is_it
        })
    });
    // Otherwise the parent itself is being dropped, and its future with it.
    if is_polling {
        let woken = state.is_woken();
        let stalled = Stalled { function: child.function, parent: parent.function, polled };
        parked::park(child.address, parent.address, stalled, state);
        let is_traced = with_notes(|notes| {
            let traced = notes.traced.last_mut().filter(|traced| traced.address == parent.address);
            traced.map(|traced| traced.waits = traced.waits.take().or_else(|| woken.then(Follow::begin))).is_some()
        });
        if is_traced == Some(false) {
            trace(parent.address, woken);
        }
    }
}
