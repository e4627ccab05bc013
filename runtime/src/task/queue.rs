//! What is queued: first what runs in this turn, then what runs in the next.
//!
//! ```text
//!  first         end of the turn        last
//!    ▼                  ▼                ▼
//!    task, callback, task, task, callback     and beside it: callback, callback
//! ```
//! A ring of places, in which one mark stands for a callback: those have a queue of their own, as most entries are tasks,
//! and a place is a number that nobody has to drop.
//!
//! Invariants:
//! - there are as many marks as callbacks, in the same order;
//! - the ring's length is a power of two, or nothing; the counters only grow, and wrap around.

use std::collections::VecDeque;

use crate::raw::SharedCallback;

/// Stands for a callback. There are not that many places.
const CALLBACK: usize = usize::MAX;

/// How long the ring is at first.
const SHORTEST: usize = 32;

/// What is queued.
#[derive(Default)]
pub(crate) struct Queue {
    ring: Vec<usize>,
    first: usize,
    end_of_turn: usize,
    last: usize,
    callbacks: VecDeque<SharedCallback>,
}

impl Queue {
    /// Whether there is room for one more.
    #[inline(always)]
    pub(super) fn has_room(&self) -> bool {
        self.last.wrapping_sub(self.first) != self.ring.len()
    }

    /// Puts a task at the end.
    #[inline(always)]
    pub(super) fn push(&mut self, place: usize) {
        if !self.has_room() {
            self.grow();
        }
        self.push_where_room(place);
    }

    /// The same where there is room.
    #[inline(always)]
    pub(super) fn push_where_room(&mut self, place: usize) {
        debug_assert!(self.has_room());
        let index = self.index(self.last);
        if let Some(entry) = self.ring.get_mut(index) {
            *entry = place;
        }
        self.last = self.last.wrapping_add(1);
    }

    /// Puts a callback at the end.
    #[inline]
    pub(crate) fn push_callback(&mut self, callback: SharedCallback) {
        self.callbacks.push_back(callback);
        self.push(CALLBACK);
    }

    /// Takes the next of this turn: the place of a task, or what is no place.
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<usize> {
        if self.first == self.end_of_turn {
            return None;
        }
        let entry = self.ring[self.index(self.first)];
        self.first = self.first.wrapping_add(1);
        Some(entry)
    }

    /// Takes the callback for which an entry stands that is no place.
    #[inline(always)]
    pub(super) fn pop_callback(&mut self, entry: usize) -> Option<SharedCallback> {
        if entry == CALLBACK { self.callbacks.pop_front() } else { None }
    }

    /// How much is left of this turn.
    #[inline(always)]
    pub(crate) fn left(&self) -> usize {
        self.end_of_turn.wrapping_sub(self.first)
    }

    /// Begins a turn with all that is queued; returns how much that is. The last turn is over.
    #[inline(always)]
    pub(crate) fn begin_turn(&mut self) -> usize {
        self.end_of_turn = self.last;
        self.left()
    }

    /// Whether the entry of this turn with this number is a task.
    pub(crate) fn is_task(&self, number: usize) -> bool {
        self.ring[self.index(self.first.wrapping_add(number))] != CALLBACK
    }

    /// Has two entries of this turn change places.
    pub(crate) fn swap(&mut self, one: usize, other: usize) {
        let (one, other) = (self.index(self.first.wrapping_add(one)), self.index(self.first.wrapping_add(other)));
        self.ring.swap(one, other);
    }

    /// Empties it. The callbacks, if anything was queued at all.
    pub(crate) fn take_all(&mut self) -> Option<VecDeque<SharedCallback>> {
        let any = self.last != self.first;
        self.first = self.last;
        self.end_of_turn = self.last;
        any.then(|| std::mem::take(&mut self.callbacks))
    }

    #[inline(always)]
    fn index(&self, counter: usize) -> usize {
        counter & self.ring.len().wrapping_sub(1)
    }

    /// Makes room.
    #[cold]
    #[inline(never)]
    fn grow(&mut self) {
        let before = self.ring.len();
        let start = self.index(self.first);
        // In their order, from the start of the ring.
        self.ring.rotate_left(start);
        self.ring.resize((2 * before).max(SHORTEST), CALLBACK);
        // So that those that are left are where their counters say.
        let start = self.index(self.first);
        self.ring.rotate_right(start);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes all of this turn.
    fn turn(queue: &mut Queue) -> Vec<usize> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn what_is_pushed_in_a_turn_is_of_the_next_however_the_ring_grows() {
        let mut queue = Queue::default();
        let mut pushed = 0;
        let mut expected = Vec::new();
        for length in [1, 3, SHORTEST, 5, 4 * SHORTEST, 7, 0, 2] {
            assert_eq!(queue.begin_turn(), expected.len());
            let half = expected.len() / 2;
            for place in &expected[..half] {
                assert_eq!(queue.pop(), Some(*place));
            }
            let rest = expected.split_off(half);
            expected = (pushed..pushed + length).collect();
            pushed += length;
            for place in &expected {
                queue.push(*place);
            }
            assert_eq!(turn(&mut queue), rest);
        }
    }

    #[test]
    fn emptied_it_is_as_new() {
        let mut queue = Queue::default();
        assert!(queue.take_all().is_none());
        queue.push(1);
        queue.begin_turn();
        queue.push(2);
        assert!(queue.take_all().is_some_and(|callbacks| callbacks.is_empty()));
        assert_eq!(turn(&mut queue), []);
        queue.push(3);
        assert_eq!(queue.begin_turn(), 1);
        assert_eq!(turn(&mut queue), [3]);
    }
}
