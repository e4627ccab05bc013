//! `polled_after_completion`: a checked future was polled again after it had returned `Ready`.
//!
//! Only the compiler's futures are judged: those panic anyway, without a word on where they were made. A hand-written
//! one may allow it, so it is left to decide for itself.

use crate::check::{Kind, Level, level};
use crate::future::Function;
use crate::report;

/// Reports a poll of a finished future of the compiler's. At levels below `Panic` the poll goes on,
/// into the panic of the future itself.
#[cold]
pub(crate) fn polled(function: &Function) {
    let level = level(Kind::PolledAfterCompletion);
    if level != Level::Off {
        report::raise(report::polled_after_completion(function, level));
    }
}
