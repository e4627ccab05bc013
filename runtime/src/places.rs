//! Where the checked futures of a suspended task stand: noted while the task is polled, kept until it is polled again.
//!
//! ```text
//! poll of a task: cleared ─▶ a future pends ─▶ it is noted, with the address of the one below it on the stack of frames
//!                                               a future that pended is dropped in the same poll ─▶ it is forgotten
//! ```
//! Those below pend next, if they wait for it: so each is noted once, and nothing is walked through unless futures are polled
//! side by side.
//!
//! A call of a checked function is known by its place, and that is where the function that awaits it stands. So no place is
//! written down while a future runs, and a poll that is not noted pays one instruction where it pends.
//!
//! Futures that are polled on their own, as those in a `FuturesUnordered`, are noted in the polls in which they are polled:
//! one that is not woken is missing until it is.
//!
//! Invariants:
//! - what is noted are addresses that are compared and never followed, and what lives for ever;
//! - the memory is bounded, whatever the task does: see [`LEAVES`] and [`DEPTH`];
//! - no code of the user's runs while the notes are borrowed.

#![cfg_attr(
    not(any(feature = "event-loop", feature = "tokio")),
    allow(dead_code, reason = "without tasks nobody asks")
)]

#[cfg(feature = "tokio")]
mod kept;

use std::cell::Cell;

#[cfg(feature = "tokio")]
pub(crate) use kept::Kept;

use crate::future::{Function, Head};
use crate::raw;

/// For how many futures of a task that wait by themselves it is noted where they stand.
const LEAVES: u32 = 32;
/// How many calls are noted of each, from the inside.
const DEPTH: u32 = 32;

/// Where the futures of a task stood when it was last polled.
#[derive(Default)]
pub(crate) struct Places {
    /// Each behind those that it awaits.
    frames: Vec<Frame>,
    /// How many of them await none of the others.
    leaves: u32,
    /// How many calls were left out.
    left_out: u32,
    /// The address of the call that awaits the last one.
    next: usize,
    /// The depth of the last one.
    depth: u32,
    /// How many frames were noted before those that await each other up to the last one.
    others: usize,
}

/// A call that is awaited.
#[derive(Clone, Copy)]
struct Frame {
    /// What tells it from other calls of the same function, as long as it lives.
    address: usize,
    /// The address of the call that awaits it, if any does.
    below: usize,
    function: Function,
    /// How many calls there are from it to the innermost that it awaits, itself included.
    depth: u32,
}

/// A call that is awaited, and the calls that it awaits.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// The function that was called, without its type arguments.
    pub(crate) function: String,
    /// Where it was called, as far as known, or else where it is defined.
    pub(crate) place: crate::report::Place,
    pub(crate) awaits: Vec<Call>,
}

impl Call {
    /// A call that is no future of any task.
    #[cfg(test)]
    pub(crate) fn new(function: &'static str, place: crate::report::Place, awaits: Vec<Call>) -> Self {
        Call { function: function.into(), place, awaits }
    }
}

thread_local! {
    /// The notes on the task that is being polled on this thread; `None` if there are none, nor memory for them.
    static NOTES: Cell<Option<Box<Places>>> = const { Cell::new(None) };
}

thread_local! {
    /// The address of the future within whose poll it is polled, which is none of its own; 0 if there is none.
    static BOTTOM: Cell<usize> = const { Cell::new(0) };
}

impl Places {
    /// Forgets all but the memory.
    fn clear(&mut self) {
        self.frames.clear();
        (self.leaves, self.left_out) = (0, 0);
        (self.next, self.depth, self.others) = (0, 0, 0);
    }

    /// Takes note of a call that pends.
    fn note(&mut self, address: usize, head: &Head) {
        let below = head.below().addr();
        let is_next = address == self.next;
        if (!is_next || self.others > 0) && self.has_noted(address, below, is_next) {
            return;
        }
        self.next = below;
        if self.depth == DEPTH && !self.awaits_noted(address) {
            self.left_out += 1;
            return;
        }
        self.depth += 1;
        self.frames.push(Frame { address, below, function: *head.function(), depth: self.depth });
    }

    /// Looks for a call among those noted. One that was polled before in this poll of the task is; otherwise it is, if not the
    /// `next`, a leaf, or awaits some of them.
    fn has_noted(&mut self, address: usize, below: usize, is_next: bool) -> bool {
        // Most often there are none, and to look for it in vain is not free where nothing is optimised.
        if !self.frames.is_empty()
            && let Some(frame) = self.frames.iter_mut().find(|frame| frame.address == address)
        {
            frame.below = below;
            // Whatever comes next may have been noted, too.
            (self.next, self.depth, self.others) = (below, frame.depth, usize::MAX);
            return true;
        }
        if !is_next && (self.frames.is_empty() || !self.awaits_noted(address)) {
            self.others = self.frames.len();
            self.depth = if self.leaves == LEAVES { DEPTH } else { 0 };
            self.leaves += u32::from(self.depth == 0);
        }
        false
    }

    /// Whether a call awaits some of those that were noted; then it is that deep.
    fn awaits_noted(&mut self, address: usize) -> bool {
        let depth = self.frames.iter().filter(|frame| frame.below == address).map(|frame| frame.depth).max();
        if let Some(depth) = depth.filter(|depth| *depth < DEPTH) {
            (self.depth, self.others) = (depth, usize::MAX);
        }
        depth.is_some_and(|depth| depth < DEPTH)
    }

    /// Forgets a call.
    fn remove(&mut self, address: usize) {
        self.frames.retain(|frame| {
            let is_gone = frame.address == address;
            self.leaves -= u32::from(is_gone && frame.depth == 1);
            !is_gone
        });
        (self.next, self.others) = (0, usize::MAX);
    }

    /// How many calls were left out.
    pub(crate) fn left_out(&self) -> u32 {
        self.left_out
    }

    /// As trees: the outermost calls, each with those that it awaits.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let is_noted = |address| self.frames.iter().any(|frame| frame.address == address);
        self.frames
            .iter()
            .filter(|frame| !is_noted(frame.below))
            .map(|frame| self.call(frame, self.frames.len()))
            .collect()
    }

    /// A call with those that it awaits, in so many levels at most.
    fn call(&self, frame: &Frame, levels: usize) -> Call {
        let is_awaited = |other: &&Frame| levels > 0 && other.below == frame.address;
        let awaits = self.frames.iter().filter(is_awaited).map(|other| self.call(other, levels - 1));
        Call {
            function: without_arguments(frame.function.name()),
            place: frame.function.place(),
            awaits: awaits.collect(),
        }
    }
}

/// The poll of a task: while it lasts it is noted where its futures stand.
pub(crate) struct Poll {
    /// What was noted of the task within whose poll this one is, if there is one.
    outer: Option<Box<Outer>>,
}

/// The notes on a task within whose poll another is polled.
struct Outer {
    notes: Option<Box<Places>>,
    bottom: usize,
}

impl Poll {
    /// Begins it.
    #[cfg(feature = "tokio")]
    #[inline]
    pub(crate) fn begin() -> Self {
        let poll = Poll::begin_all(true);
        kept::lend();
        poll
    }

    /// Begins many, one after the other, which are noted if `noting`: each ends with [`end_step`].
    #[inline]
    pub(crate) fn begin_all(noting: bool) -> Self {
        let outer = if raw::set_noting(noting) { Some(Box::new(Outer::leave())) } else { None };
        BOTTOM.set(top());
        Poll { outer }
    }

    /// Ends it, and keeps what was noted of the task in the place of what was kept before.
    #[cfg(feature = "tokio")]
    #[inline]
    pub(crate) fn end(self, keep: &mut Kept) {
        keep.replace(end_step());
    }
}

/// Begins one of [many polls](Poll::begin_all), of a task of which something was noted before: that is forgotten, but for its
/// memory. [Attention](raw::call_attention) is called to what is noted without.
#[cfg(feature = "event-loop")]
#[inline]
pub(crate) fn begin_step(mut before: Box<Places>) {
    before.clear();
    let _ = NOTES.try_with(|notes| notes.set(Some(before)));
}

/// Ends one of [many polls](Poll::begin_all), or what was in between; returns what was noted.
#[inline]
pub(crate) fn end_step() -> Option<Box<Places>> {
    NOTES.try_with(Cell::take).ok().flatten()
}

impl Drop for Poll {
    #[inline]
    fn drop(&mut self) {
        raw::set_noting(self.outer.is_some());
        if let Some(places) = end_step() {
            #[cfg(feature = "tokio")]
            kept::give_back(places);
            #[cfg(not(feature = "tokio"))]
            drop(places);
        }
        if let Some(outer) = self.outer.take() {
            outer.come_back();
        }
    }
}

impl Outer {
    #[cold]
    fn leave() -> Self {
        Outer { notes: end_step(), bottom: BOTTOM.get() }
    }

    #[cold]
    fn come_back(self) {
        BOTTOM.set(self.bottom);
        let _ = NOTES.try_with(|notes| notes.set(self.notes));
    }
}

fn address(head: &Head) -> usize {
    std::ptr::from_ref(head).addr()
}

/// The address of the innermost future that is being polled, or 0.
fn top() -> usize {
    raw::with_top(|top| top.map_or(0, address))
}

/// Takes note of a future that pends, while it is on top of the stack.
pub(crate) fn pending(head: &Head) {
    // The task itself is no call of its own.
    if head.function().is_task() {
        return;
    }
    let _ = NOTES.try_with(|notes| {
        let mut places = notes.take().unwrap_or_else(|| {
            raw::call_attention();
            Box::default()
        });
        places.note(address(head), head);
        notes.set(Some(places));
    });
}

/// Takes note that a future is dropped.
#[cold]
pub(crate) fn forget(head: &Head) {
    let _ = NOTES.try_with(|notes| {
        if let Some(mut places) = notes.take() {
            places.remove(address(head));
            notes.set(Some(places));
        }
    });
}

/// Where the task stands that is being polled, of those whose polls are noted.
pub(crate) fn here() -> Vec<Call> {
    let mut places = Places::default();
    let bottom = BOTTOM.get();
    if raw::is_noting() {
        raw::for_each_while(|head| {
            let is_own = address(head) != bottom && !head.function().is_task();
            if is_own {
                places.note(address(head), head);
            }
            is_own
        });
    }
    places.calls()
}

/// A function's name without the types that it was called with: those of futures fill lines.
pub(crate) fn without_arguments(name: &str) -> String {
    let mut short = String::new();
    // How many brackets are open; those of `<Type as Trait>::function` stay, as there is nothing before them.
    let mut open = 0_u32;
    let mut last = ' ';
    for c in name.chars() {
        match c {
            '<' if open > 0 || short.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') => open += 1,
            '>' if last == '-' => {}
            '>' if open > 0 => {
                open -= 1;
                last = c;
                continue;
            }
            _ => {}
        }
        if open == 0 {
            short.push(c);
        }
        last = c;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short() {
        for (name, short) in [
            ("shop::serve", "shop::serve"),
            ("shop::leaf<(), core::future::Pending<()>>", "shop::leaf"),
            ("shop::call<fn(u8) -> u8>::inner", "shop::call::inner"),
            ("shop::Table<K, Vec<V>>::get<Q>", "shop::Table::get"),
            ("<shop::Table<K> as shop::Get>::get<Q>", "<shop::Table as shop::Get>::get"),
            ("a name of the user's", "a name of the user's"),
        ] {
            assert_eq!(without_arguments(name), short);
        }
    }
}
