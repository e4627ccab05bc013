//! `large_future`: a checked future is so large that keeping it by value costs stack and copying.
//!
//! Whether a type may be large is a constant: in the calls that make small futures nothing is left of this check. Whoever
//! makes one in the arguments of `Box::pin` has done what the report would ask for.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::check::level::read_environment;
use crate::check::{Kind, Level, level};
use crate::future::Function;
use crate::report::{self, limit};
use crate::trace;

/// No future smaller than this is ever reported, whatever is set.
const SMALLEST: usize = 1024;

/// From which size on futures are reported.
static LARGE_FROM: AtomicUsize = AtomicUsize::new(16 * 1024);

/// Sets from which size on a future is reported as [`Kind::LargeFuture`], for the whole program, from now on.
///
/// It is 16 KiB otherwise, or what `CHECKED_ASYNC=large_from=…` says. Less than 1 KiB is taken for 1 KiB.
///
/// # Examples
///
/// ```
/// checked_async::set_large_from(4096);
/// ```
pub fn set_large_from(bytes: usize) {
    read_environment();
    store(bytes);
}

/// As [`set_large_from`], for the environment.
pub(super) fn store(bytes: usize) {
    LARGE_FROM.store(bytes.max(SMALLEST), Relaxed);
}

/// Whether futures of this size may be large.
pub(crate) const fn may_be_large(size: usize) -> bool {
    size >= SMALLEST
}

/// Called when a future is made that may be large.
#[inline(never)]
pub(crate) fn made(function: &Function, size: usize) {
    // First the level: it reads the environment, which may set the size.
    let level = level(Kind::LargeFuture);
    if level == Level::Off || size < LARGE_FROM.load(Relaxed) || trace::is_boxing() {
        return;
    }
    if level == Level::Log && !report::is_captured() && !limit::is_first(Kind::LargeFuture, &function.place()) {
        return limit::count(Kind::LargeFuture);
    }
    report::raise(report::large_future(function, level, size));
}
