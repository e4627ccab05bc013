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
use std::ptr;

use crate::future::Head;
use crate::private::Site;
use crate::raw;

thread_local! {
    /// The announcements outside of any frame.
    static WATCH: Cell<u64> = const { Cell::new(0) };
    /// How many drops are under way in which unpolled futures are no fault.
    static SILENCE: Cell<u32> = const { Cell::new(0) };
    /// How many announcements were made.
    static NUMBER: Cell<u16> = const { Cell::new(0) };
}

/// Set in a watch word while futures are created in order to be handed to someone who drops them rightly.
const HANDING: u64 = 1 << 63;
/// The bits of a watch word for the announcement's number.
const NUMBERS: u64 = (1 << 63) - (1 << 48);
/// The bits of a watch word for a [`position`].
const POSITION: u64 = (1 << 48) - 1;

/// What is known at its creation about how a future will be used.
pub(crate) enum Mark {
    Nothing,
    /// It may be dropped unpolled.
    Excused,
    /// It is awaited by the function with this identity, or dropped unpolled there by mistake.
    Expected {
        awaiter: u64,
    },
}

/// A number that tells a function from all others.
fn identity(site: &'static Site) -> u64 {
    ptr::from_ref(site).addr() as u64
}

/// Decides the mark of a future that is created now by this call.
#[inline]
pub(crate) fn mark(called: &'static Location<'static>) -> Mark {
    raw::with_top(|top| match top {
        Some(frame) if frame.watch() == 0 => Mark::Nothing,
        Some(frame) => mark_watched(frame, called),
        None if WATCH.with(|watch| watch.get()) & HANDING == 0 => Mark::Nothing,
        None => Mark::Excused,
    })
}

#[cold]
#[inline(never)]
fn mark_watched(frame: &Head, called: &'static Location<'static>) -> Mark {
    let watch = frame.watch();
    let site = frame.function().site();
    if watch & POSITION == position(called.line(), called.column()) && called.file() == site.file {
        Mark::Expected { awaiter: identity(site) }
    } else if watch & HANDING != 0 {
        Mark::Excused
    } else {
        Mark::Nothing
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
    /// The word that was announced. Where another is in force when this ends, this one's is not there.
    announced: u64,
}

impl Watching {
    #[inline]
    fn begin(change: impl FnOnce(u64) -> u64) -> Self {
        let number = NUMBER.get().wrapping_add(1);
        NUMBER.set(number);
        let before = watch();
        let announced = change(before) & !NUMBERS | u64::from(number) << NUMBERS.trailing_zeros() & NUMBERS;
        set_watch(announced);
        Watching { before, announced }
    }
}

impl Drop for Watching {
    #[inline]
    fn drop(&mut self) {
        if watch() == self.announced {
            set_watch(self.before);
        }
    }
}

/// What is announced now.
#[inline]
fn watch() -> u64 {
    raw::with_top(|top| top.map_or_else(|| WATCH.get(), Head::watch))
}

#[inline]
fn set_watch(watch: u64) {
    raw::with_top(|top| match top {
        Some(frame) => frame.set_watch(watch),
        None => WATCH.set(watch),
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

/// Runs `run` in silence.
#[inline]
pub(crate) fn silently<R>(run: impl FnOnce() -> R) -> R {
    begin_silence();
    let _end = EndSilence;
    run()
}

/// Ends a silence when dropped.
pub(crate) struct EndSilence;

impl Drop for EndSilence {
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
pub(crate) fn is_top(awaiter: u64) -> bool {
    raw::with_top(|top| top.is_some_and(|frame| identity(frame.function().site()) == awaiter))
}
