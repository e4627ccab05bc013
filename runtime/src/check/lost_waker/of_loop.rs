//! The tasks of the event loop, whose wakers are numbers: who holds one is counted by the wakers themselves.
//!
//! A step is polled with a waker that is a number and free, whose first clone makes a [`CountedNumber`] one. The task keeps that
//! and is polled with it from then on, so that others know it as the one that they have. What nobody keeps, as the waker
//! of a task that only yields, or ends in its first step, costs nothing. Nor does that of one that only waits for other tasks
//! of its loop: their records say so.
//!
//! When the task is finished, its place keeps what was counted with, for the next task there: so as a rule no memory is
//! allocated for it.
//!
//! A task that is woken in its step is in the queue, or a message about it in the inbox, by when whoever woke it gives his
//! waker up. So a step that has left neither, nor anyone with a waker, is one after which nobody will wake the task.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use std::task::Waker;
use std::time::Duration;

use super::{Lost, ON_PURPOSE, OnPurpose, Suspicion};
use crate::check::waits::Follow;
use crate::raw;

/// What is behind a waker that is counted.
pub(crate) struct CountedNumber {
    /// Only changed while nobody has a waker of it but who changes it.
    number: AtomicUsize,
}

impl CountedNumber {
    /// A waker of the task with this number, for somebody who keeps it.
    #[inline(never)]
    fn first(number: usize) -> Waker {
        raw::counted_waker(Arc::new(CountedNumber { number: AtomicUsize::new(number) }))
    }

    /// The number of the task.
    #[inline]
    pub(crate) fn number(&self) -> usize {
        self.number.load(Relaxed)
    }
}

/// Makes a waker of another task that one of the task with this number, if nobody else has it; or else a new one.
#[inline]
pub(crate) fn renew(spare: Option<Waker>, number: usize) -> Waker {
    if let Some(spare) = spare
        && !is_held(Some(&spare))
        && let Some(counted) = raw::counted(&spare)
    {
        counted.number.store(number, Relaxed);
        return spare;
    }
    CountedNumber::first(number)
}

/// Whether anybody has this waker of the task's, beside the task.
#[inline]
pub(crate) fn is_held(waker: Option<&Waker>) -> bool {
    waker.is_some_and(|waker| raw::holders(waker) != Some(1))
}

/// Ends a step in which something may have been announced: then [attention](raw::call_attention) was called to it.
pub(crate) fn end_step() {
    ON_PURPOSE.set(false);
}

/// A task that is under suspicion, until it is polled again or dropped.
pub(crate) struct Suspected(Arc<Suspicion>);

/// A step of a task that is to be judged by it.
pub(crate) struct Due(Follow);

/// Whether the step that is ending is pending on purpose.
pub(crate) fn is_on_purpose() -> bool {
    ON_PURPOSE.get()
}

/// Suspects a task that this wakes, after a step that was pending, and after which nobody will wake it. `patience` is how long
/// it must be lost to be reported.
pub(crate) fn suspect(task: &Waker, patience: Duration) -> Suspected {
    Suspected(Suspicion::begin(task, patience))
}

impl Suspected {
    /// Begins a step of the task, which has this waker. `is_watched` is whether the step says anything.
    #[cold]
    pub(crate) fn end(self, waker: Option<&Waker>, is_watched: bool) -> Option<Due> {
        let is_due = self.0.due.load(SeqCst) && is_watched && !is_held(waker);
        is_due.then(|| Due(Follow::begin()))
    }
}

impl Due {
    /// Ends the step; `is_lost` is whether it was pending once more, and nobody will wake the task. What was found is to be
    /// reported when the task is no longer being polled.
    #[cold]
    pub(crate) fn judge(self, is_lost: bool) -> Option<Lost> {
        Lost::judge(&self.0, is_lost, ON_PURPOSE.get())
    }
}

/// Has a loop see what its own tasks announce, while it exists.
pub(crate) struct Watching(#[expect(dead_code, reason = "held for its drop")] OnPurpose);

/// Begins it.
#[inline]
pub(crate) fn watching() -> Watching {
    Watching(OnPurpose::begin())
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn a_counted_waker_knows_whether_others_have_it() {
        let own = CountedNumber::first(0);
        assert!(!is_held(Some(&own)));
        let other = own.clone();
        assert!(is_held(Some(&own)) && own.will_wake(&other));
        assert_eq!(raw::number_of(&other), Some(0));
        let third = other.clone();
        thread::spawn(move || drop(third)).join().unwrap();
        assert!(is_held(Some(&own)));
        drop(other);
        assert!(!is_held(Some(&own)) && !is_held(None));
    }

    #[test]
    fn a_waker_is_used_for_another_task_when_nobody_has_it() {
        let own = CountedNumber::first(1);
        let other = own.clone();
        // Whoever has that one still has it for what it was.
        let second = renew(Some(own), 2);
        assert_eq!((raw::number_of(&other), raw::number_of(&second)), (Some(1), Some(2)));
        assert!(!second.will_wake(&other) && !is_held(Some(&second)) && !is_held(Some(&other)));
        let third = renew(Some(other), 3);
        let address = third.data();
        assert_eq!((raw::number_of(&third), is_held(Some(&third))), (Some(3), false));
        let fourth = renew(Some(third), 4);
        assert_eq!((raw::number_of(&fourth), fourth.data()), (Some(4), address));
        assert_eq!(raw::number_of(&renew(None, 5)), Some(5));
    }

    #[test]
    fn where_it_cannot_be_counted_a_clone_is_a_number() {
        let unheld = raw::unheld_waker(7);
        let held = unheld.clone();
        assert_eq!((raw::number_of(&held), raw::holders(&held)), (Some(7), None));
    }
}
