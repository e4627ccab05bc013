//! The timers of a loop: a heap ordered by deadline, and by creation where deadlines are equal.
//!
//! Invariants:
//! - a timer is live as long as its slot holds its number; what the heap says of others is stale, and skipped;
//! - at most half of the heap is stale, beyond a few;
//! - nothing of the user's is called or dropped here: actions are handed out.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::rc::Rc;
use std::task::Waker;
use std::time::{Duration, Instant};

use slab::Slab;

use super::callback::Callback;

/// What happens when a timer is due.
pub(crate) enum Action {
    /// Wakes someone.
    Wake(Waker),
    /// Puts a callback into the queue.
    Call(Rc<dyn Callback>),
}

/// Which timer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TimerKey {
    slot: usize,
    number: u64,
}

/// The deadline in nanoseconds since the epoch, then the number of the timer, then its slot.
type Place = Reverse<(u64, u64, usize)>;

/// The timers of a loop.
pub(crate) struct Timers {
    /// What deadlines are counted from.
    epoch: Instant,
    heap: BinaryHeap<Place>,
    slots: Slab<(u64, Action)>,
    next_number: u64,
}

/// So few stale places are not worth tidying.
const FEW: usize = 64;

impl Timers {
    pub(super) fn new(epoch: Instant) -> Self {
        Timers { epoch, heap: BinaryHeap::new(), slots: Slab::new(), next_number: 0 }
    }

    /// Adds a timer.
    pub(crate) fn insert(&mut self, deadline: Instant, action: Action) -> TimerKey {
        let number = self.next_number;
        self.next_number += 1;
        let slot = self.slots.insert((number, action));
        self.heap.push(Reverse((self.since_epoch(deadline), number, slot)));
        TimerKey { slot, number }
    }

    /// What a live timer does when it is due.
    pub(crate) fn action(&mut self, key: TimerKey) -> Option<&mut Action> {
        let (number, action) = self.slots.get_mut(key.slot)?;
        (*number == key.number).then_some(action)
    }

    /// Removes a timer, if it is live.
    pub(crate) fn remove(&mut self, key: TimerKey) -> Option<Action> {
        self.action(key)?;
        let (_, action) = self.slots.remove(key.slot);
        if self.heap.len() > FEW + 2 * self.slots.len() {
            let slots = &self.slots;
            self.heap.retain(|&Reverse((_, number, slot))| is_live(slots, number, slot));
        }
        Some(action)
    }

    /// Removes the first timer that is due at `now`, and returns what it does.
    #[inline]
    pub(super) fn pop_due(&mut self, now: Instant) -> Option<Action> {
        let now = self.since_epoch(now);
        while let Some(&Reverse((deadline, number, slot))) = self.heap.peek() {
            let live = is_live(&self.slots, number, slot);
            if live && deadline > now {
                break;
            }
            self.heap.pop();
            if live {
                return Some(self.slots.remove(slot).1);
            }
        }
        None
    }

    /// The first deadline.
    pub(super) fn first(&mut self) -> Option<Instant> {
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
        self.slots.drain().map(|(_, action)| action).collect()
    }

    /// What is before the epoch counts as the epoch; what is centuries away as never.
    #[inline]
    fn since_epoch(&self, instant: Instant) -> u64 {
        let since = instant.saturating_duration_since(self.epoch);
        since.as_secs().saturating_mul(1_000_000_000).saturating_add(since.subsec_nanos().into())
    }
}

#[inline]
fn is_live(slots: &Slab<(u64, Action)>, number: u64, slot: usize) -> bool {
    slots.get(slot).is_some_and(|(live, _)| *live == number)
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
            assert!(timers.remove(key).is_some());
            assert!(timers.remove(key).is_none());
        }
        assert!(timers.heap.len() <= FEW + 1, "{}", timers.heap.len());
        assert!(timers.is_empty());
        assert_eq!(timers.first(), None);
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
        assert!(timers.pop_due(epoch + Duration::from_secs(1)).is_none());
        assert_eq!(timers.first(), Some(epoch + Duration::from_secs(2)));
        assert!(timers.pop_due(epoch + Duration::from_secs(2)).is_some());
    }

    #[test]
    fn deadlines_out_of_reach_are_never_due() {
        let epoch = Instant::now();
        let mut timers = Timers::new(epoch);
        timers.insert(epoch + Duration::from_secs(60 * 60 * 24 * 365 * 1000), action());
        assert!(timers.pop_due(epoch + Duration::from_secs(60 * 60 * 24 * 365)).is_none());
    }
}
