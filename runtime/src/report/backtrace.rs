//! The call stack where a fault is found, for those who want it in each report.
//!
//! It has the functions of the program and its dependencies. It is not taken otherwise: that takes milliseconds, and a place and
//! the logical backtrace say as much in most cases.

use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use super::stack;
use crate::check::{self, slow_poll};

/// How many functions of a call stack are shown.
const SHOWN: usize = 64;

static ON: AtomicBool = AtomicBool::new(false);

/// Sets whether each report has the [call stack](super::Violation::call_stack) where its fault was found, for the whole program,
/// from now on.
///
/// It has not otherwise, unless `CHECKED_ASYNC=backtrace` says so. Of a future that was dropped it tells who dropped it, and who
/// called that one; of a poll, what runs the task. A report of a panic then has the [backtrace](super::Violation::panic_backtrace)
/// of that as well. To take it takes some milliseconds, of which those that measure time know.
///
/// # Examples
///
/// ```
/// checked_async::set_backtrace(true);
/// # checked_async::set_backtrace(false);
/// ```
pub fn set_backtrace(on: bool) {
    check::read_environment();
    store(on);
}

/// As [`set_backtrace`], for the environment.
pub(crate) fn store(on: bool) {
    ON.store(on, Relaxed);
}

/// Whether it is wanted.
pub(super) fn is_on() -> bool {
    ON.load(Relaxed)
}

/// The call stack, if it is wanted.
pub(super) fn call_stack() -> Option<String> {
    is_on().then(|| shown(&Backtrace::force_capture()))
}

/// A backtrace without the functions of this crate, of std and of what is no Rust.
pub(super) fn shown(backtrace: &Backtrace) -> String {
    // What this takes is not the poll's fault in which it is made.
    let _reporting = slow_poll::Blocking::begin();
    let backtrace = backtrace.to_string();
    let frames = stack::frames(&backtrace);
    let is_theirs = |frame: &&stack::Frame<'_>| {
        let of_std = frame.krate().is_some_and(|krate| ["std", "core", "alloc", "__rustc"].contains(&&*krate));
        !of_std && !frame.is_own() && !frame.is_foreign()
    };
    // What std has begun a thread or `main` with, and a test harness a test, ends what is of interest.
    let is_within = |frame: &&stack::Frame<'_>| !frame.function.contains("__rust_begin_short_backtrace");
    let mut text = String::new();
    for (n, frame) in frames.iter().take_while(is_within).filter(is_theirs).take(SHOWN).enumerate() {
        let _ = write!(text, "{}{n}: {}", if n == 0 { "" } else { "\n" }, frame.function);
        if let Some(place) = frame.place {
            let _ = write!(text, "\n   at {place}");
        }
    }
    text
}
