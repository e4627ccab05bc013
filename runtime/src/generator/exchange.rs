//! What a generator's body and its handle share: the item on its way out, the value on its way in.

use std::cell::{Cell, OnceCell};
use std::sync::atomic::AtomicU8;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use super::registry::Registration;
use crate::check::chosen::Origin;

/// Where a body is.
///
/// Of one that is registered, the handle has all but what is `Held`, and the registry has that: it may take one that is
/// `Waiting`, and who takes it first is said by this word alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Phase {
    /// Not polled yet.
    Fresh = 0,
    /// On its way to the next `yield_!`, or to its end.
    Running = 1,
    /// At a `yield_!` whose item was taken.
    Waiting = 2,
    /// On its way out.
    Closing = LEAVES,
    /// Being closed by the registry.
    Held = LEAVES + 1,
    /// Out: it has panicked, or the registry has closed it. Otherwise there is no body any more.
    Finished = LEAVES + 2,
}

/// Set in the phases from which it does not come back.
const LEAVES: u8 = 4;

/// Set beside the phase of a body that is registered.
const REGISTERED: u8 = 8;

const RUNNING: u8 = Phase::Running as u8;
const WAITING: u8 = Phase::Waiting as u8;

impl Phase {
    #[inline(always)]
    fn of(word: u8) -> Self {
        match word & !REGISTERED {
            0 => Phase::Fresh,
            RUNNING => Phase::Running,
            WAITING => Phase::Waiting,
            LEAVES => Phase::Closing,
            5 => Phase::Held,
            _ => Phase::Finished,
        }
    }
}

/// What a generator's body and its handle share.
pub(crate) struct Exchange<T, R> {
    /// The item that the body hands over.
    item: Cell<Option<T>>,
    /// What the `yield_!` will evaluate to. A body that is resumed without it leaves.
    value: Cell<Option<R>>,
    /// A [`Phase`], and `REGISTERED`.
    phase: AtomicU8,
    /// How many cleanups the body would have to run if it left now.
    cleanups: Cell<u32>,
    /// Whether somebody closes it, who does not have to be reminded.
    closed_by_loop: Cell<bool>,
    /// Whether it was left to a task.
    left: Cell<bool>,
    /// Whether there is a `defer!` in the body.
    cleans: bool,
    /// By what the loop on which it began knows it. Dropped with this, and before the body is.
    registration: OnceCell<Registration>,
    /// Who made it, for a report.
    origin: Origin,
}

impl<T, R> Exchange<T, R> {
    #[inline]
    pub(crate) fn new(origin: Origin, cleans: bool) -> Self {
        Exchange {
            item: Cell::new(None),
            value: Cell::new(None),
            phase: AtomicU8::new(Phase::Fresh as u8),
            cleanups: Cell::new(0),
            closed_by_loop: Cell::new(false),
            left: Cell::new(false),
            cleans,
            registration: OnceCell::new(),
            origin,
        }
    }

    #[inline(always)]
    pub(crate) fn put_item(&self, item: T) {
        self.item.set(Some(item));
    }

    #[inline(always)]
    pub(crate) fn take_item(&self) -> Option<T> {
        self.item.take()
    }

    /// Whether the item that the body handed over is still there.
    #[inline(always)]
    pub(crate) fn is_full(&self) -> bool {
        let item = self.item.take();
        let full = item.is_some();
        self.item.set(item);
        full
    }

    #[inline(always)]
    pub(crate) fn put_value(&self, value: R) {
        self.value.set(Some(value));
    }

    #[inline(always)]
    pub(crate) fn take_value(&self) -> Option<R> {
        self.value.take()
    }

    #[inline(always)]
    pub(crate) fn phase(&self) -> Phase {
        Phase::of(self.phase.load(Acquire))
    }

    #[inline(always)]
    pub(crate) fn set_phase(&self, phase: Phase) {
        let registered = self.phase.load(Relaxed) & REGISTERED;
        self.phase.store(phase as u8 | registered, Release);
    }

    /// Whether the body is on its way out.
    #[inline(always)]
    pub(crate) fn leaves(&self) -> bool {
        self.phase.load(Relaxed) & LEAVES != 0
    }

    /// The phase before a step; from here on the body is running, unless it is closing or not the handle's.
    #[inline(always)]
    pub(crate) fn begin_step(&self) -> Phase {
        match self.phase.load(Acquire) {
            WAITING => {
                self.phase.store(RUNNING, Release);
                Phase::Waiting
            }
            RUNNING => Phase::Running,
            _ => self.begin_other_step(),
        }
    }

    /// The same of a body that is not running yet, that leaves, or that is registered.
    #[inline(never)]
    fn begin_other_step(&self) -> Phase {
        loop {
            match self.phase() {
                // If it cannot be taken, it was by the registry.
                Phase::Waiting if !self.take(Phase::Running) => {}
                Phase::Fresh => {
                    self.set_phase(Phase::Running);
                    return Phase::Fresh;
                }
                phase => return phase,
            }
        }
    }

    /// Takes note that the item of a body that was running is handed over.
    #[inline(always)]
    pub(crate) fn end_step(&self) {
        // Whether it is registered stays as it is.
        const { assert!(RUNNING + 1 == WAITING) };
        self.phase.store(self.phase.load(Relaxed) + 1, Release);
    }

    /// Takes a body that is waiting; whether it was.
    pub(crate) fn take(&self, phase: Phase) -> bool {
        let registered = self.phase.load(Relaxed) & REGISTERED;
        self.phase.compare_exchange(WAITING | registered, phase as u8 | registered, AcqRel, Acquire).is_ok()
    }

    /// Whether there is a `defer!` in the body.
    #[inline(always)]
    pub(crate) fn cleans(&self) -> bool {
        self.cleans
    }

    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    #[inline(always)]
    pub(crate) fn registration(&self) -> Option<&Registration> {
        self.registration.get()
    }

    pub(crate) fn set_registration(&self, registration: Registration) {
        let _ = self.registration.set(registration);
        self.phase.store(self.phase.load(Relaxed) | REGISTERED, Release);
    }

    #[inline(always)]
    pub(crate) fn cleanup_begins(&self) {
        self.cleanups.set(self.cleanups.get() + 1);
    }

    #[inline(always)]
    pub(crate) fn cleanup_ends(&self) {
        self.cleanups.set(self.cleanups.get() - 1);
    }

    /// Whether there is cleanup to do, should the body leave.
    #[inline(always)]
    pub(crate) fn has_cleanup(&self) -> bool {
        self.cleanups.get() != 0
    }

    /// Takes note that the body has panicked: it is not polled again, and no cleanup of its will run.
    #[cold]
    pub(crate) fn gives_up(&self) {
        self.cleanups.set(0);
        self.set_phase(Phase::Finished);
    }

    /// Takes note that a `#[for_await]` iterates it, which closes it unless its own future is dropped.
    #[inline]
    pub(crate) fn closed_by_loop(&self) {
        self.closed_by_loop.set(true);
    }

    /// Takes note that the generator is left to a task; whether it was not before.
    pub(crate) fn leave(&self) -> bool {
        !self.left.replace(true)
    }

    /// Who made it, unless a loop would have closed it: to report that a task has to.
    pub(crate) fn to_be_closed_by_hand(&self) -> Option<Origin> {
        (!self.closed_by_loop.get()).then_some(self.origin)
    }

    /// Reports that the cleanup will not be run.
    pub(crate) fn lost(&self) {
        self.origin.unclosed();
    }
}
