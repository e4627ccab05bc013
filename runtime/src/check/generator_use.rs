//! `generator_outside_loop`, `generator_after_shutdown` and `generator_reentered`: a generator is used where, or when, it
//! should not be.
//!
//! All three are about generators with a `defer!` only: others have nothing to close. Whether one that begins on another
//! executor is going to be closed by its own code cannot be known, so that the first is off unless it is asked for.

use crate::check::{Kind, Level, level};
use crate::future::Function;
use crate::report;

/// Reports a generator that begins where no task would close it.
pub(crate) fn outside_loop(function: &Function) {
    raise(Kind::GeneratorOutsideLoop, function, level(Kind::GeneratorOutsideLoop));
}

/// Reports a generator that begins after those of its loop were shut down.
pub(crate) fn after_shutdown(function: &Function) {
    raise(Kind::GeneratorAfterShutdown, function, level(Kind::GeneratorAfterShutdown));
}

/// Reports a generator that is not closed by a shutdown, since it is in use. No panic: the shutdown goes on.
pub(crate) fn reentered(function: &Function) {
    let level = match level(Kind::GeneratorReentered) {
        Level::Off => Level::Off,
        Level::Log | Level::Panic => Level::Log,
    };
    raise(Kind::GeneratorReentered, function, level);
}

fn raise(kind: Kind, function: &Function, level: Level) {
    if level != Level::Off {
        report::raise(report::generator_use(kind, function, level));
    }
}
