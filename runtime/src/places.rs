//! Where the checked futures of a suspended task stand: noted while the task is polled, kept until it is polled again.
//!
//! ```text
//! poll of a task: cleared ─▶ a future pends, with none pending in it ─▶ the stack of frames is copied
//!                                                       a frame pends that was copied ─▶ nothing
//!                                          a future that pended is dropped in the same poll ─▶ its copy is
//! ```
//! A call of a checked function is known by its place, and that is where the function that awaits it stands. So no place is
//! written down while a future runs, and a poll that is not noted pays one instruction where it pends.
//!
//! Futures that are polled on their own, as those in a `FuturesUnordered`, are noted in the polls in which they are polled:
//! one that is not woken is missing until it is.
//!
//! Invariants:
//! - what is noted are addresses that are compared and never followed, and what lives for ever;
//! - the memory is bounded, whatever the task does: see [`CHAINS`] and [`FRAMES`];
//! - no code of the user's runs while the notes are borrowed.

#![cfg_attr(
    not(any(feature = "event-loop", feature = "tokio")),
    allow(dead_code, reason = "without tasks nobody asks")
)]

use std::cell::{Cell, RefCell};
use std::mem;

use crate::future::{Function, Head};
use crate::raw;

/// For how many futures of a task it is noted where they stand.
const CHAINS: usize = 32;
/// How many frames are noted of each, from the inside.
const FRAMES: usize = 32;

/// Where the futures of a task stood when it was last polled.
#[derive(Clone)]
pub(crate) struct Places {
    /// The frames of all chains, each from the inside to the outside.
    frames: Vec<Frame>,
    /// Where each chain ends.
    ends: Vec<End>,
    /// How many calls were left out.
    left_out: u32,
}

/// Where a chain ends.
#[derive(Clone, Copy)]
struct End {
    /// In `frames`.
    at: usize,
    /// The address of the first frame that was left out, outside of those noted, or 0.
    beyond: usize,
}

/// A call that is awaited.
#[derive(Clone, Copy)]
struct Frame {
    /// What tells it from other calls of the same function, as long as it lives.
    address: usize,
    function: Function,
}

/// A call that is awaited, and the calls that it awaits.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    address: usize,
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
        Call { address: 0, function: function.into(), place, awaits }
    }
}

thread_local! {
    /// The notes on the task that is being polled on this thread.
    static NOTES: RefCell<Places> = const { RefCell::new(Places::new()) };
}

// Without destructors, and so cheap to reach: most polls need nothing else.
thread_local! {
    /// Whether anything was noted of that task.
    static NOTED: Cell<bool> = const { Cell::new(false) };
    /// The address of the future within whose poll it is polled, which is none of its own; 0 if there is none.
    static BOTTOM: Cell<usize> = const { Cell::new(0) };
}

impl Places {
    const fn new() -> Self {
        Places { frames: Vec::new(), ends: Vec::new(), left_out: 0 }
    }

    pub(crate) fn clear(&mut self) {
        self.frames.clear();
        self.ends.clear();
        self.left_out = 0;
    }

    fn chains(&self) -> impl Iterator<Item = &[Frame]> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let chain = &self.frames[start..end.at];
            start = end.at;
            chain
        })
    }

    /// Forgets the chains for which this holds.
    fn remove(&mut self, is_gone: impl Fn(&[Frame]) -> bool) {
        let (mut read, mut written) = (0, 0);
        let frames = &mut self.frames;
        self.ends.retain_mut(|end| {
            let chain = read..end.at;
            read = chain.end;
            if is_gone(&frames[chain.clone()]) {
                return false;
            }
            let length = chain.len();
            frames.copy_within(chain, written);
            written += length;
            end.at = written;
            true
        });
        self.frames.truncate(written);
    }

    /// Takes note of the stack of frames down to this address.
    fn note(&mut self, bottom: usize) {
        if self.ends.len() == CHAINS {
            self.left_out += 1;
            return;
        }
        let limit = self.frames.len() + FRAMES;
        let mut beyond = 0;
        raw::for_each_while(|head| {
            let address = address(head);
            // The task itself is no call of its own.
            let is_own = address != bottom && !head.function().is_task();
            if is_own && self.frames.len() == limit {
                beyond = address;
            }
            let goes_on = is_own && beyond == 0;
            if goes_on {
                self.frames.push(Frame { address, function: *head.function() });
            }
            goes_on
        });
        self.ends.push(End { at: self.frames.len(), beyond });
    }

    /// Whether a frame pends that a chain was cut off before; from now on it is cut off before the next.
    fn is_beyond(&mut self, head: &Head, bottom: usize) -> bool {
        let here = address(head);
        let mut found = false;
        for end in self.ends.iter_mut().filter(|end| end.beyond == here) {
            let below = head.below().addr();
            end.beyond = if below == bottom { 0 } else { below };
            found = true;
        }
        self.left_out += u32::from(found);
        found
    }

    /// How many calls were left out.
    pub(crate) fn left_out(&self) -> u32 {
        self.left_out
    }

    /// As trees: the outermost calls, each with those that it awaits.
    pub(crate) fn calls(&self) -> Vec<Call> {
        let mut calls = Vec::new();
        for chain in self.chains() {
            let mut level = &mut calls;
            for frame in chain.iter().rev() {
                let at = level.iter().position(|call: &Call| call.address == frame.address).unwrap_or_else(|| {
                    let (function, place) = (without_arguments(frame.function.name()), frame.function.place());
                    level.push(Call { address: frame.address, function, place, awaits: Vec::new() });
                    level.len() - 1
                });
                level = &mut level[at].awaits;
            }
        }
        calls
    }
}

/// The poll of a task: while it lasts it is noted where its futures stand.
pub(crate) struct Poll {
    /// What was noted of the task within whose poll this one is, if there is one.
    outer: Option<Box<Outer>>,
}

/// The notes on a task within whose poll another is polled.
struct Outer {
    places: Places,
    noted: bool,
    bottom: usize,
}

impl Poll {
    /// Begins it.
    #[cfg(feature = "tokio")]
    #[inline]
    pub(crate) fn begin() -> Self {
        Poll::begin_all(true)
    }

    /// Begins many, one after the other, which are noted if `noting`: each ends with [`end_step`].
    #[inline]
    pub(crate) fn begin_all(noting: bool) -> Self {
        let outer = if raw::set_noting(noting) { Some(Box::new(Outer::leave())) } else { None };
        BOTTOM.set(top());
        Poll { outer }
    }

    /// Ends it: replaces what was noted of the task before, or returns what is noted of it for the first time.
    #[cfg(feature = "tokio")]
    #[inline]
    pub(crate) fn end(self, before: Option<&mut Places>) -> Option<Box<Places>> {
        if NOTED.get() {
            return copy(before);
        }
        if let Some(before) = before {
            before.clear();
        }
        None
    }
}

/// Forgets what was noted in between [many polls](Poll::begin_all): it belongs to no task.
#[cfg(feature = "event-loop")]
#[inline]
pub(crate) fn forget_strays() {
    if NOTED.get() {
        clear();
    }
}

/// Ends one of [many polls](Poll::begin_all). If anything was noted of the task, it replaces what was noted before, or is put into the empty place that `before`
/// gives; whether there was.
#[cfg(feature = "event-loop")]
#[inline]
pub(crate) fn end_step<'a>(before: impl FnOnce() -> Option<&'a mut Option<Box<Places>>>) -> bool {
    NOTED.get() && {
        if let Some(before) = before() {
            let first = copy(before.as_deref_mut());
            if first.is_some() {
                *before = first;
            }
        }
        clear();
        true
    }
}

/// Forgets what was noted.
#[inline(never)]
fn clear() {
    NOTED.set(false);
    let _ = NOTES.try_with(|places| places.borrow_mut().clear());
}

/// Moves what was noted to what was noted before, or copies it.
#[inline(never)]
fn copy(before: Option<&mut Places>) -> Option<Box<Places>> {
    let copied = NOTES.try_with(|places| match before {
        Some(before) => {
            mem::swap(before, &mut *places.borrow_mut());
            None
        }
        None => Some(Box::new(places.borrow().clone())),
    });
    copied.ok().flatten()
}

impl Drop for Poll {
    #[inline]
    fn drop(&mut self) {
        raw::set_noting(self.outer.is_some());
        if NOTED.get() {
            clear();
        }
        if let Some(outer) = self.outer.take() {
            outer.come_back();
        }
    }
}

impl Outer {
    #[cold]
    fn leave() -> Self {
        let places = NOTES.try_with(|places| mem::replace(&mut *places.borrow_mut(), Places::new()));
        let places = places.unwrap_or_else(|_| Places::new());
        Outer { places, noted: NOTED.replace(false), bottom: BOTTOM.get() }
    }

    #[cold]
    fn come_back(self) {
        NOTED.set(self.noted);
        BOTTOM.set(self.bottom);
        let _ = NOTES.try_with(|places| *places.borrow_mut() = self.places);
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
    if head.function().is_task() {
        return;
    }
    let address = address(head);
    let bottom = BOTTOM.get();
    let _ = NOTES.try_with(|places| {
        let Ok(mut places) = places.try_borrow_mut() else { return };
        if !NOTED.replace(true) {
            raw::call_attention();
        }
        let mut again = false;
        for chain in places.chains() {
            match chain.iter().position(|frame| frame.address == address) {
                // It was polled before in this poll of the task, and stands elsewhere now.
                Some(0) => again = true,
                // It waits for one that is noted.
                Some(_) => return,
                None => {}
            }
        }
        if places.is_beyond(head, bottom) {
            return;
        }
        if again {
            places.remove(|chain| chain[0].address == address);
        }
        places.note(bottom);
    });
}

/// Takes note that a future is dropped.
#[cold]
pub(crate) fn forget(head: &Head) {
    if !NOTED.get() {
        return;
    }
    let address = address(head);
    let _ = NOTES.try_with(|places| {
        if let Ok(mut places) = places.try_borrow_mut() {
            places.remove(|chain| chain.iter().any(|frame| frame.address == address));
        }
    });
}

/// Where the task stands that is being polled, of those whose polls are noted, and how much was left out.
pub(crate) fn here() -> Vec<Call> {
    let mut places = Places::new();
    if raw::is_noting() {
        places.note(BOTTOM.get());
    }
    // Without a frame there is a chain without any.
    places.calls()
}

/// A function's name without the types that it was called with: those of futures fill lines.
fn without_arguments(name: &str) -> String {
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
