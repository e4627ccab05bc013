//! The stack of frames as the checks see it: what is expected of futures created now, when to be silent, and the
//! logical backtrace.
//!
//! A frame is a checked future that is being polled. What the generated code announces ([`expect_awaited`],
//! [`handing_over`]) is kept in the frame, not in a thread-local, so that it survives a suspension in between and moves
//! to another thread with its future. Outside of any frame there is one word per thread for it.
//!
//! Invariants:
//! - an announcement ends where it is in force: in another frame, or on another thread, its end does nothing;
//! - ending restores what was announced before, so announcements nest.

use std::cell::Cell;
use std::panic::Location;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::future::{ANNOUNCEMENT, Head, Identity};
use crate::raw;

thread_local! {
    /// How many drops are under way in which unpolled futures are no fault.
    static SILENCE: Cell<u32> = const { Cell::new(0) };
    /// How many announcements were made.
    static NUMBER: Cell<u16> = const { Cell::new(0) };
}

thread_local! {
    /// How many calls are under way in whose arguments futures are made in order to be boxed.
    static BOXING: Cell<u32> = const { Cell::new(0) };
}

/// Whether futures that are made now are to be boxed.
pub(crate) fn is_boxing() -> bool {
    BOXING.get() != 0
}

/// Until it is dropped, on the same thread, futures are made in order to be boxed.
pub(crate) struct Boxing(());

impl Boxing {
    #[inline]
    pub(crate) fn begin() -> Self {
        BOXING.set(BOXING.get().wrapping_add(1));
        Boxing(())
    }
}

impl Drop for Boxing {
    #[inline]
    fn drop(&mut self) {
        BOXING.set(BOXING.get().wrapping_sub(1));
    }
}

/// Set in an announcement while futures are created in order to be handed to someone who drops them rightly.
const HANDING: u64 = 1 << 62;
/// The bits of an announcement for its number, which tells it from others.
const NUMBERS: u64 = (1 << 62) - (1 << 49);
/// The bits of an announcement for the [`position`] of a call whose future will be awaited.
const POSITION: u64 = (1 << 49) - 1;

const _: () = assert!(HANDING | NUMBERS | POSITION == ANNOUNCEMENT);

/// How many announcements are in force in the program, on a cache line of its own. Relaxed: whoever creates a future under
/// an announcement has made it, or was handed the frame that has.
static IN_FORCE: Lonely = Lonely(AtomicUsize::new(0));

#[repr(align(64))]
struct Lonely(AtomicUsize);

/// What is known at its creation about how a future will be used.
pub(crate) enum Mark {
    Nothing,
    /// It may be dropped unpolled.
    Excused,
    /// It is awaited by the function with this identity, or dropped unpolled there by mistake.
    Expected {
        awaiter: Identity,
    },
}

/// Whether anything may be announced for a future that is created now: whether there is any announcement, anywhere.
///
/// One load. Which one is in force here is asked of the thread only then: announcements last no longer than the arguments of
/// a call, as a rule.
#[inline(always)]
pub(crate) fn is_anything_announced() -> bool {
    IN_FORCE.0.load(Relaxed) != 0
}

/// Decides the mark of a future that is created now by this call.
pub(crate) fn mark(called: &'static Location<'static>) -> Mark {
    let announcement = announcement();
    let awaiter = raw::with_top(|top| {
        let function = top.ok()?.function();
        let expected = announcement & POSITION == position(called.line(), called.column());
        (expected && called.file() == function.file()).then(|| function.identity())
    });
    match awaiter {
        Some(awaiter) => Mark::Expected { awaiter },
        None if announcement & HANDING != 0 => Mark::Excused,
        None => Mark::Nothing,
    }
}

/// A place in a file; those beyond all reason are as good as unknown.
#[inline]
fn position(line: u32, column: u32) -> u64 {
    (u64::from(line) << 24 | u64::from(column)) & POSITION
}

/// An announcement in force, until it is dropped.
pub(crate) struct Watching {
    before: u64,
    /// What was announced. Where something else is in force when this ends, it is not where it began.
    announced: u64,
}

impl Watching {
    #[inline]
    fn begin(change: impl FnOnce(u64) -> u64) -> Self {
        IN_FORCE.0.fetch_add(1, Relaxed);
        let number = NUMBER.get().wrapping_add(1);
        NUMBER.set(number);
        let before = announcement();
        let announced = change(before) & !NUMBERS | u64::from(number) << NUMBERS.trailing_zeros() & NUMBERS;
        announce(announced);
        Watching { before, announced }
    }
}

impl Drop for Watching {
    #[inline]
    fn drop(&mut self) {
        if announcement() == self.announced {
            announce(self.before);
        }
        IN_FORCE.0.fetch_sub(1, Relaxed);
    }
}

/// What is announced now.
fn announcement() -> u64 {
    raw::with_top(|top| top.map_or_else(Cell::get, Head::announcement))
}

fn announce(announcement: u64) {
    raw::with_top(|top| match top {
        Ok(frame) => frame.announce(announcement),
        Err(outside) => outside.set(announcement),
    });
}

/// Announces that the future created at this place in the current frame will be awaited by that frame.
#[inline]
pub(crate) fn expect_awaited(line: u32, column: u32) -> Watching {
    Watching::begin(|before| before & HANDING | position(line, column))
}

/// Announces that futures created from now on will be handed to someone who drops them rightly.
#[inline]
pub(crate) fn handing_over() -> Watching {
    Watching::begin(|before| before | HANDING)
}

/// From now on, futures dropped unpolled on this thread are no fault.
#[inline]
fn begin_silence() {
    SILENCE.set(SILENCE.get().wrapping_add(1));
}

/// Ends one [`begin_silence`].
#[inline]
fn end_silence() {
    SILENCE.set(SILENCE.get().wrapping_sub(1));
}

/// Whether unpolled futures are being dropped for a good reason.
pub(crate) fn is_silent() -> bool {
    SILENCE.get() != 0
}

/// Until what this returns is dropped, futures dropped unpolled on this thread are no fault.
#[inline(always)]
pub(crate) fn silence() -> EndSilence {
    begin_silence();
    EndSilence
}

/// Runs `run` in silence.
#[inline]
pub(crate) fn silently<R>(run: impl FnOnce() -> R) -> R {
    let _end = silence();
    run()
}

/// Ends a silence when dropped.
pub(crate) struct EndSilence;

impl Drop for EndSilence {
    #[inline]
    fn drop(&mut self) {
        end_silence();
    }
}

/// Begins a silence when dropped.
pub(crate) struct BeginSilence;

impl Drop for BeginSilence {
    fn drop(&mut self) {
        begin_silence();
    }
}

/// Whether the future of the function with this identity is the innermost being polled.
pub(crate) fn is_top(function: Identity) -> bool {
    raw::with_top(|top| top.is_ok_and(|frame| frame.function().identity() == function))
}
