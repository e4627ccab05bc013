//! The timers of a loop: a heap ordered by deadline, and by creation where deadlines are equal; and beside it those that are
//! new, in no order, as most time limits are kept, and removed before it matters when they would have been over.
//!
//! Invariants:
//! - a timer is live as long as its slot holds its number; what the heap says of others is stale, and skipped;
//! - at most half of the heap is stale, beyond a few; all that are new are live, and their slots say where they are;
//! - none that is new has an earlier deadline than `earliest`;
//! - nothing of the user's is called or dropped here: actions are handed out.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::mem;
use std::task::Waker;
use std::time::{Duration, Instant};

use slab::Slab;

use crate::raw::SharedCallback;

/// What happens when a timer is due.
pub(crate) enum Action {
    /// Wakes someone.
    Wake(Waker),
    /// Puts a callback into the queue.
    Call(SharedCallback),
}

/// Which timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TimerKey {
    slot: usize,
    number: u64,
}

/// The deadline in nanoseconds since the epoch, then the number of the timer, then its slot.
type Place = Reverse<(u64, u64, usize)>;

/// A timer that is new.
struct New {
    deadline: Instant,
    number: u64,
    slot: usize,
}

/// A live timer.
struct Slot {
    number: u64,
    action: Action,
    /// Which of those that are new it is, or `IN_HEAP`.
    new: usize,
}

const IN_HEAP: usize = usize::MAX;

/// The timers of a loop.
pub(crate) struct Timers {
    /// What deadlines are counted from.
    epoch: Instant,
    heap: BinaryHeap<Place>,
    new: Vec<New>,
    /// The first deadline of those that are new, or of one that was removed.
    earliest: Instant,
    slots: Slab<Slot>,
    next_number: u64,
}

/// A time as the heap has it: nanoseconds since the epoch.
#[derive(Clone, Copy)]
pub(super) struct Nanoseconds(u64);

/// So few stale places are not worth tidying.
const FEW: usize = 64;

impl Timers {
    pub(super) fn new(epoch: Instant) -> Self {
        Timers { epoch, heap: BinaryHeap::new(), new: Vec::new(), earliest: epoch, slots: Slab::new(), next_number: 0 }
    }

    /// Adds a timer.
    pub(crate) fn insert(&mut self, deadline: Instant, action: Action) -> TimerKey {
        let number = self.next_number;
        self.next_number += 1;
        let slot = self.slots.insert(Slot { number, action, new: self.new.len() });
        if self.new.is_empty() || deadline < self.earliest {
            self.earliest = deadline;
        }
        self.new.push(New { deadline, number, slot });
        TimerKey { slot, number }
    }

    /// What a live timer does when it is due.
    pub(crate) fn action(&mut self, key: TimerKey) -> Option<&mut Action> {
        let slot = self.slots.get_mut(key.slot)?;
        (slot.number == key.number).then_some(&mut slot.action)
    }

    /// Removes a timer, if it is live.
    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<Action> {
        let new = self.slots.get(key.slot).filter(|slot| slot.number == key.number)?.new;
        let action = self.slots.remove(key.slot).action;
        if new == IN_HEAP {
            if self.heap.len() > FEW + 2 * self.slots.len() {
                self.tidy();
            }
        } else {
            self.new.swap_remove(new);
            if let Some(moved) = self.new.get(new) {
                self.slots[moved.slot].new = new;
            }
        }
        Some(action)
    }

    /// Takes out of the heap what is stale.
    #[cold]
    fn tidy(&mut self) {
        let slots = &self.slots;
        self.heap.retain(|&Reverse((_, number, slot))| is_live(slots, number, slot));
    }

    /// Puts those that are new into the heap.
    fn settle(&mut self) {
        if self.new.is_empty() {
            return;
        }
        let mut new = mem::take(&mut self.new);
        for timer in &new {
            self.slots[timer.slot].new = IN_HEAP;
        }
        let epoch = self.epoch;
        let place = |timer: New| Reverse((since(epoch, timer.deadline).0, timer.number, timer.slot));
        self.heap.extend(new.drain(..).map(place));
        self.new = new;
    }

    /// For [`pop_due`](Self::pop_due), unless it is certain that no timer is due at `now`.
    #[inline]
    pub(super) fn look(&mut self, now: Instant) -> Option<Nanoseconds> {
        if !self.new.is_empty() && self.earliest <= now {
            self.settle();
        }
        if self.heap.is_empty() { None } else { Some(since(self.epoch, now)) }
    }

    /// Removes the first timer that is due at `now`, and returns what it does.
    #[inline]
    pub(super) fn pop_due(&mut self, now: Nanoseconds) -> Option<Action> {
        while let Some(&Reverse((deadline, number, slot))) = self.heap.peek() {
            let live = is_live(&self.slots, number, slot);
            if live && deadline > now.0 {
                break;
            }
            self.heap.pop();
            if live {
                return Some(self.slots.remove(slot).action);
            }
        }
        None
    }

    /// The first deadline.
    pub(super) fn first(&mut self) -> Option<Instant> {
        self.settle();
        while let Some(&Reverse((deadline, number, slot))) = self.heap.peek() {
            if is_live(&self.slots, number, slot) {
                return self.epoch.checked_add(Duration::from_nanos(deadline));
            }
            self.heap.pop();
        }
        None
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Hands out all that is left.
    pub(super) fn clear(&mut self) -> Vec<Action> {
        self.heap.clear();
        self.new.clear();
        self.slots.drain().map(|slot| slot.action).collect()
    }
}

/// What is before the epoch counts as the epoch; what is centuries away as never.
#[inline]
fn since(epoch: Instant, instant: Instant) -> Nanoseconds {
    let since = instant.saturating_duration_since(epoch);
    Nanoseconds(since.as_secs().saturating_mul(1_000_000_000).saturating_add(since.subsec_nanos().into()))
}

#[inline]
fn is_live(slots: &Slab<Slot>, number: u64, slot: usize) -> bool {
    slots.get(slot).is_some_and(|live| live.number == number)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn action() -> Action {
        Action::Wake(Waker::noop().clone())
    }

    #[test]
    fn the_heap_does_not_grow_with_timers_that_are_cancelled() {
        let epoch = Instant::now();
        let mut timers = Timers::new(epoch);
        for n in 0..100_000_u64 {
            let key = timers.insert(epoch + Duration::from_secs(3600 + n), action());
            if n % 2 == 0 {
                assert!(timers.first().is_some());
            }
            assert!(timers.remove(key).is_some());
            assert!(timers.remove(key).is_none());
        }
        assert!(timers.heap.len() <= FEW + 1, "{}", timers.heap.len());
        assert!(timers.new.is_empty());
        assert!(timers.is_empty());
        assert_eq!(timers.first(), None);
    }

    /// Removes the first timer that is due.
    fn pop(timers: &mut Timers, now: Instant) -> Option<Action> {
        let now = timers.look(now)?;
        timers.pop_due(now)
    }

    #[test]
    fn they_are_due_by_deadline_and_creation_whatever_is_removed_while_they_are_new() {
        let epoch = Instant::now();
        let mut timers = Timers::new(epoch);
        let mut keys = Vec::new();
        let mut expected = Vec::new();
        for n in 0..1000_u64 {
            let after = n * 7919 % 100;
            keys.push((after, timers.insert(epoch + Duration::from_nanos(after), action())));
            // Some of them when they are not new any more.
            if n == 500 {
                assert!(timers.first().is_some());
            }
            if n % 3 == 0 {
                let (_, key) = keys.remove((n as usize * 31) % keys.len());
                assert!(timers.remove(key).is_some());
            }
        }
        expected.extend(keys.iter().map(|(after, key)| (*after, key.number, key.slot)));
        expected.sort_unstable();
        for (after, number, slot) in expected {
            if let Some(before) = after.checked_sub(1) {
                assert!(pop(&mut timers, epoch + Duration::from_nanos(before)).is_none());
            }
            let key = TimerKey { slot, number };
            assert!(timers.action(key).is_some());
            assert!(pop(&mut timers, epoch + Duration::from_nanos(after)).is_some());
            assert!(timers.action(key).is_none());
        }
        assert!(timers.is_empty());
    }

    #[test]
    fn a_slot_that_is_used_again_is_another_timer() {
        let epoch = Instant::now();
        let mut timers = Timers::new(epoch);
        let first = timers.insert(epoch + Duration::from_secs(1), action());
        timers.remove(first);
        let second = timers.insert(epoch + Duration::from_secs(2), action());
        assert_eq!(first.slot, second.slot);
        assert!(timers.remove(first).is_none());
        assert!(pop(&mut timers, epoch + Duration::from_secs(1)).is_none());
        assert_eq!(timers.first(), Some(epoch + Duration::from_secs(2)));
        assert!(pop(&mut timers, epoch + Duration::from_secs(2)).is_some());
    }

    #[test]
    fn deadlines_out_of_reach_are_never_due() {
        let epoch = Instant::now();
        let mut timers = Timers::new(epoch);
        timers.insert(epoch + Duration::from_secs(60 * 60 * 24 * 365 * 1000), action());
        assert!(pop(&mut timers, epoch + Duration::from_secs(60 * 60 * 24 * 365)).is_none());
    }
}
