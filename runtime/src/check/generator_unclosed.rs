//! `generator_unclosed`: a generator was dropped while it had cleanup to do.
//!
//! Only the cleanup counts: a generator that waits at a `yield_!` outside of every `defer!` and `#[for_await]` may be
//! dropped, since dropping its variables is all that leaving would do. The drop itself may be part of a cancellation, which
//! is nobody's mistake, so that no report is certain enough to panic; but that the cleanup did not run is certain.

use crate::check::{Kind, Level, level};
use crate::future::Function;
use crate::report;

/// Reports a generator that was dropped, and whose cleanup a task has to run.
#[cold]
pub(crate) fn adopted(function: &Function) {
    let level = level(Kind::GeneratorUnclosed);
    if level != Level::Off {
        report::raise(report::generator_adopted(function, level));
    }
}

/// Reports a generator that is being dropped with cleanup to do.
#[cold]
pub(crate) fn dropped(function: &Function) {
    let level = level(Kind::GeneratorUnclosed);
    if level != Level::Off {
        report::raise(report::generator_unclosed(function, level));
    }
}
