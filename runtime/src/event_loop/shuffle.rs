//! Another order for the entries of a turn, so that tests find what depends on it.
//!
//! Only steps of tasks change places. Callbacks keep their order, which is promised.

use std::cell::RefCell;

use fastrand::Rng;

use super::core::Entry;

pub(super) struct Shuffle {
    random: RefCell<Rng>,
}

impl Shuffle {
    pub(super) fn new(seed: u64) -> Self {
        Shuffle { random: RefCell::new(Rng::with_seed(seed)) }
    }

    /// Shuffles the tasks among these entries.
    pub(super) fn shuffle(&self, entries: &mut [Entry]) {
        let tasks: Vec<usize> = (0..entries.len()).filter(|&n| matches!(entries[n], Entry::Task(_))).collect();
        let mut random = self.random.borrow_mut();
        // Fisher and Yates.
        for n in (1..tasks.len()).rev() {
            entries.swap(tasks[n], tasks[random.usize(..=n)]);
        }
    }
}
