//! What is kept of the notes on a suspended task: most tasks are one call within the other, and are kept as a list of these.
//!
//! The notes themselves are in memory of the thread, which it uses again and again. So a task that stands where it stood after
//! its last poll costs a comparison, and no more memory than the list.

use std::cell::Cell;

use super::{Call, Frame, NOTES, Places, without_arguments};
use crate::future::Function;

thread_local! {
    /// Memory for notes that nobody uses now.
    static SPARE: Cell<Option<Box<Places>>> = const { Cell::new(None) };
}

/// Has this thread's memory used for what is noted next.
#[inline]
pub(super) fn lend() {
    if let Ok(Some(spare)) = SPARE.try_with(Cell::take) {
        let _ = NOTES.try_with(|notes| notes.set(Some(spare)));
    }
}

/// Takes the memory back that is not needed any more.
#[inline]
pub(super) fn give_back(mut places: Box<Places>) {
    places.clear();
    let _ = SPARE.try_with(|spare| spare.set(Some(places)));
}

/// Where a task stood when it was last polled.
#[derive(Default)]
pub(crate) enum Kept {
    #[default]
    Nowhere,
    /// In these calls, each behind that which it awaits.
    Chain(Box<[Function]>),
    /// In several places at once, or too deep for all to be noted.
    Tree(Box<Places>),
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.calls()).finish()
    }
}

impl Kept {
    /// Keeps what was noted, instead of what is kept.
    pub(super) fn replace(&mut self, noted: Option<Box<Places>>) {
        let Some(mut places) = noted else {
            *self = Kept::Nowhere;
            return;
        };
        if places.frames.is_empty() {
            *self = Kept::Nowhere;
        } else if places.is_chain() {
            if !self.is_chain_of(&places.frames) {
                *self = Kept::Chain(places.frames.iter().map(|frame| frame.function).collect());
            }
        } else if let Kept::Tree(before) = self {
            std::mem::swap(before, &mut places);
        } else {
            *self = Kept::Tree(places);
            return;
        }
        give_back(places);
    }

    fn is_chain_of(&self, frames: &[Frame]) -> bool {
        let Kept::Chain(chain) = self else { return false };
        chain.len() == frames.len() && chain.iter().zip(frames).all(|(kept, frame)| kept.is(&frame.function))
    }

    /// How many calls were left out.
    pub(crate) fn left_out(&self) -> u32 {
        match self {
            Kept::Tree(places) => places.left_out(),
            _ => 0,
        }
    }

    /// As trees: the outermost calls, each with those that it awaits.
    pub(crate) fn calls(&self) -> Vec<Call> {
        match self {
            Kept::Nowhere => Vec::new(),
            Kept::Chain(chain) => chain.iter().fold(Vec::new(), |awaits, function| {
                vec![Call { function: without_arguments(function.name()), place: function.place(), awaits }]
            }),
            Kept::Tree(places) => places.calls(),
        }
    }
}

impl Places {
    /// Whether each call is awaited by the next one, and none was left out.
    fn is_chain(&self) -> bool {
        self.left_out == 0 && self.frames.windows(2).all(|pair| pair[0].below == pair[1].address)
    }
}
