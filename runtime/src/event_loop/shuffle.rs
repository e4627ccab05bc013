//! Another order for the entries of a turn, so that tests find what depends on it.
//!
//! Only steps of tasks change places. Callbacks keep their order, which is promised.

use std::cell::RefCell;

use fastrand::Rng;

use crate::task::queue::Queue;

pub(super) struct Shuffle {
    random: RefCell<Rng>,
}

impl Shuffle {
    pub(super) fn new(seed: u64) -> Self {
        Shuffle { random: RefCell::new(Rng::with_seed(seed)) }
    }

    /// Shuffles the tasks among the entries of a turn that begins, of which there are so many.
    pub(super) fn shuffle(&self, queue: &mut Queue, entries: usize) {
        let tasks: Vec<usize> = (0..entries).filter(|&n| queue.is_task(n)).collect();
        let mut random = self.random.borrow_mut();
        // Fisher and Yates.
        for n in (1..tasks.len()).rev() {
            queue.swap(tasks[n], tasks[random.usize(..=n)]);
        }
    }
}
