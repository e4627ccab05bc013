//! Wakers are numbers: they own nothing, so that to clone one costs nothing, and to drop one on another thread neither.
//!
//! A number holds the loop, the last bits of the task's id, and its place among the tasks. Loops and places are used
//! again, so that a very old waker may wake another task than was meant; that is polled once more than needed, which every
//! future must bear.

use std::task::Waker;

use super::core::Core;
use super::remote;
use crate::raw;
use crate::task::record::TaskKey;

/// The bits for the place, and for the loop; the id gets the rest.
const PLACE: u32 = if usize::BITS == 64 { 32 } else { 20 };
const LOOP: u32 = if usize::BITS == 64 { 16 } else { 8 };
const ID: u32 = usize::BITS - PLACE - LOOP;

/// How many loops there can be at a time.
pub(super) const LOOPS: usize = 1 << LOOP;

/// How many tasks a loop can have at a time.
pub(crate) const PLACES: usize = 1 << PLACE;

/// No task has this number: there are not that many places.
pub(crate) const NOBODY: usize = usize::MAX;

/// The number of a task of the loop with this number.
#[inline]
pub(crate) fn of(event_loop: usize, task: TaskKey) -> usize {
    event_loop << (ID + PLACE) | id_bits(task.id) << PLACE | task.place
}

#[inline]
fn id_bits(id: u64) -> usize {
    // The mask leaves only bits that fit.
    (id & ((1 << ID) - 1)) as usize
}

/// The place of the task.
#[inline]
pub(crate) fn place(number: usize) -> usize {
    number & ((1 << PLACE) - 1)
}

/// The number of the loop.
#[inline]
fn event_loop(number: usize) -> usize {
    number >> (ID + PLACE)
}

/// Wakes the task with this number, from whatever thread.
#[inline]
pub(crate) fn wake(number: usize) {
    Core::try_with(|core| match core {
        Some(core) => core.wake_task(number),
        None => remote::wake(event_loop(number), number),
    });
}

/// Wakes a task that is none of the loop with this number, which runs on this thread: one of another loop, or one that is gone
/// and needs nothing.
#[cold]
#[inline(never)]
pub(crate) fn wake_elsewhere(here: usize, number: usize) {
    let event_loop = event_loop(number);
    if event_loop != here {
        remote::wake(event_loop, number);
    }
}

/// A waker of the task with this number, whose step is running, for someone who keeps it. Elsewhere than in that step it is
/// not counted, and the loop told of it.
pub(crate) fn hold(number: usize) -> Waker {
    Core::try_with(|core| match core {
        Some(core) if core.is_current(number) => core.hold_current(number),
        _ => {
            remote::not_counted(event_loop(number));
            raw::number_waker(number)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_says_what_it_is_the_number_of() {
        let task = TaskKey { place: 0xf_4321, id: 0x1_2345_6789_abcd };
        let number = of(77, task);
        assert_eq!((event_loop(number), place(number)), (77, task.place));
        assert_ne!(number, of(77, TaskKey { id: task.id + 1, ..task }));
    }
}
