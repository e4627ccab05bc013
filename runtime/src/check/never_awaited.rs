//! `never_awaited`: a checked future was dropped without ever being polled.
//!
//! Most such drops are a forgotten `.await`, some are right: the loser of a race, a timeout, a task aborted before its
//! first turn. Hence the order of questions, cheapest first: was it excused when it was made, is it part of a
//! cancellation or of unwinding, is the kind off, did its site say enough already, and only then who is dropping it.

use crate::check::{Kind, Level, level_in_force};
use crate::future::{Function, Identity};
use crate::report::{self, Dropper, limit};
use crate::trace;

/// Looks at a future that is being dropped unpolled. Its awaiter is the identity of the function that is certain to
/// await it, if there is one.
#[cold]
pub(crate) fn dropped(function: &Function, awaiter: Option<Identity>) {
    if trace::is_silent() || std::thread::panicking() {
        return;
    }
    if awaiter.is_some_and(|awaiter| !trace::is_top(awaiter)) {
        // Its creator, who alone would await it, is not running: this is a cancellation.
        return;
    }
    let certain = awaiter.is_some();
    let default = if certain { Level::Panic } else { Kind::NeverAwaited.default_level() };
    let mut level = level_in_force(Kind::NeverAwaited, default);
    if level == Level::Off {
        return;
    }
    let place = function.place();
    // Whether the site's earlier drops decide this one, because looking at every one would be slow.
    let mut known = None;
    if level == Level::Log && !report::is_captured() {
        known = limit::verdict(Kind::NeverAwaited, &place);
    }
    match known {
        Some(limit::Verdict::Innocent) => return,
        Some(limit::Verdict::Guilty) => return limit::count(Kind::NeverAwaited),
        None => {}
    }
    let dropper = Dropper::find(function);
    let guilty = match dropper {
        Dropper::User(_) => true,
        Dropper::Library => false,
        Dropper::ThreadExit => {
            // A panic in a thread-local's destructor would abort the process.
            level = Level::Log;
            true
        }
        Dropper::Unknown => {
            // Only the generated code knows, and nothing bears it out: too little for a panic, unless that is asked for.
            level = level_in_force(Kind::NeverAwaited, Kind::NeverAwaited.default_level());
            certain
        }
    };
    if guilty {
        limit::set_verdict(Kind::NeverAwaited, &place, limit::Verdict::Guilty);
        report::raise(report::never_awaited(function, level, &dropper));
    } else {
        limit::set_verdict(Kind::NeverAwaited, &place, limit::Verdict::Innocent);
    }
}
