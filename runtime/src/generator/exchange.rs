//! What a generator's body and its handle share: the item on its way out, the value on its way in.

use std::cell::Cell;

use crate::check::chosen::Origin;

/// Where a body is, unless it is finished.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    /// Not polled yet.
    Fresh,
    /// On its way to the next `yield_!`, or to its end.
    Running,
    /// At a `yield_!` whose item was taken.
    Waiting,
    /// On its way out.
    Closing,
}

/// What a generator's body and its handle share.
pub(crate) struct Exchange<T, R> {
    /// The item that the body hands over.
    item: Cell<Option<T>>,
    /// What the `yield_!` will evaluate to. A body that is resumed without it leaves.
    value: Cell<Option<R>>,
    phase: Cell<Phase>,
    /// How many cleanups the body would have to run if it left now.
    cleanups: Cell<u32>,
    /// Whether somebody closes it, who does not have to be reminded.
    closed_by_loop: Cell<bool>,
    /// Whether it was left to a task.
    left: Cell<bool>,
    /// Who made it, for a report.
    origin: Origin,
}

impl<T, R> Exchange<T, R> {
    #[inline]
    pub(crate) fn new(origin: Origin) -> Self {
        Exchange {
            item: Cell::new(None),
            value: Cell::new(None),
            phase: Cell::new(Phase::Fresh),
            cleanups: Cell::new(0),
            closed_by_loop: Cell::new(false),
            left: Cell::new(false),
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
        self.phase.get()
    }

    #[inline(always)]
    pub(crate) fn set_phase(&self, phase: Phase) {
        self.phase.set(phase);
    }

    /// The phase before a step; from here on the body is running, unless it is closing.
    #[inline(always)]
    pub(crate) fn begin_step(&self) -> Phase {
        let phase = self.phase.get();
        if phase != Phase::Closing {
            self.phase.set(Phase::Running);
        }
        phase
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
