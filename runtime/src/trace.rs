//! The stack of frames as the checks see it: what is expected of futures created now, when to be silent, and the
//! logical backtrace.
//!
//! A frame is a checked future that is being polled. What the generated code announces ([`expect_awaited`],
//! [`handing_over`]) is kept in the frame, not in a thread-local, so that it survives a suspension in between and moves
//! to another thread with its future. Outside of any frame there is one word per thread for it.
//!
//! Invariants:
//! - an announcement ends where it was made: in another frame, or on another thread, its end does nothing;
//! - ending restores what was announced before, so announcements nest.

use std::cell::Cell;
use std::panic::Location;
use std::ptr;

use crate::future::Head;
use crate::raw;

thread_local! {
    /// The announcements outside of any frame.
    static WATCH: Cell<u64> = const { Cell::new(0) };
    /// How many drops are under way in which unpolled futures are no fault.
    static SILENCE: Cell<u32> = const { Cell::new(0) };
}

/// Set in a watch word while futures are created in order to be handed to someone who drops them rightly.
const HANDING: u64 = 1 << 63;

/// What is known at its creation about how a future will be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mark {
    /// Nothing.
    None,
    /// It is awaited, or dropped unpolled by its creator by mistake.
    Certain,
    /// It may be dropped unpolled.
    Excused,
}

/// Decides the mark of a future that is created now; if that is `Certain`, also returns its creator.
#[inline(always)]
pub(crate) fn mark(created: &'static Location<'static>) -> (Mark, *const Head) {
    raw::with_top(|top| match top {
        Some(frame) if frame.watch() == 0 => (Mark::None, ptr::null()),
        Some(frame) => mark_watched(frame, created),
        None if WATCH.get() & HANDING == 0 => (Mark::None, ptr::null()),
        None => (Mark::Excused, ptr::null()),
    })
}

#[cold]
fn mark_watched(frame: &Head, created: &'static Location<'static>) -> (Mark, *const Head) {
    let watch = frame.watch();
    if watch & !HANDING == position(created.line(), created.column()) && created.file() == frame.site().file {
        (Mark::Certain, frame)
    } else if watch & HANDING != 0 {
        (Mark::Excused, ptr::null())
    } else {
        (Mark::None, ptr::null())
    }
}

#[inline]
fn position(line: u32, column: u32) -> u64 {
    (u64::from(line) << 32 | u64::from(column)) & !HANDING
}

/// An announcement in force, until it is dropped.
pub(crate) struct Watching {
    /// The address of the frame, or of the thread's own word: an identity, never followed.
    place: usize,
    before: u64,
}

impl Watching {
    #[inline]
    fn begin(change: impl FnOnce(u64) -> u64) -> Self {
        raw::with_top(|top| match top {
            Some(frame) => {
                let before = frame.watch();
                frame.set_watch(change(before));
                Watching { place: ptr::from_ref(frame).addr(), before }
            }
            None => WATCH.with(|watch| {
                let before = watch.get();
                watch.set(change(before));
                Watching { place: ptr::from_ref(watch).addr(), before }
            }),
        })
    }
}

impl Drop for Watching {
    #[inline]
    fn drop(&mut self) {
        raw::with_top(|top| match top {
            Some(frame) => {
                if ptr::from_ref(frame).addr() == self.place {
                    frame.set_watch(self.before);
                }
            }
            None => WATCH.with(|watch| {
                if ptr::from_ref(watch).addr() == self.place {
                    watch.set(self.before);
                }
            }),
        });
    }
}

/// Announces that the future created at this place in the current frame will be awaited by that frame.
#[inline]
pub(crate) fn expect_awaited(line: u32, column: u32) -> Watching {
    Watching::begin(|before| {
        // Outside of a frame nobody would look for it.
        (before & HANDING) | position(line, column)
    })
}

/// Announces that futures created from now on will be handed to someone who drops them rightly.
#[inline]
pub(crate) fn handing_over() -> Watching {
    Watching::begin(|before| before | HANDING)
}

/// From now on, futures dropped unpolled on this thread are no fault.
#[inline]
pub(crate) fn begin_silence() {
    SILENCE.set(SILENCE.get().wrapping_add(1));
}

/// Ends one [`begin_silence`].
#[inline]
pub(crate) fn end_silence() {
    SILENCE.set(SILENCE.get().wrapping_sub(1));
}

/// Whether unpolled futures are being dropped for a good reason.
pub(crate) fn is_silent() -> bool {
    SILENCE.get() != 0
}

/// Runs `run` in silence.
#[inline]
pub(crate) fn silently<R>(run: impl FnOnce() -> R) -> R {
    struct End;
    impl Drop for End {
        fn drop(&mut self) {
            end_silence();
        }
    }
    begin_silence();
    let _end = End;
    run()
}

/// Begins a silence when dropped.
pub(crate) struct BeginSilence;

impl Drop for BeginSilence {
    fn drop(&mut self) {
        begin_silence();
    }
}

/// Whether this is the innermost frame now.
pub(crate) fn is_top(frame: *const Head) -> bool {
    raw::with_top(|top| top.is_some_and(|top| ptr::eq(top, frame)))
}
