//! `unawaited_in_container`: a discarded value with a future inside. See `docs/lints/unawaited_in_container.md`.

use super::unawaited_future::starts_or_drops;
use super::{Level, Lint};
use crate::facts::{Discard, Facts};
use crate::probe::{Probe, Question, Report};
use crate::syntax::Callee;

pub(crate) const LINT: Lint = Lint { name: "unawaited_in_container", default: Level::Deny, check };

fn check(facts: &Facts<'_>, report: &mut Report) {
    for discard in &facts.discards {
        let level = discard.levels.of(LINT.name);
        // What a thread returns is in its handle, which is discarded even where it can be printed, and says so by its name.
        let strict = discard.callee.as_ref().is_some_and(|callee| callee.is_in("thread", "spawn"));
        if level != Level::Allow && (strict || !is_rightly_discarded(discard)) {
            let question = Question::DiscardedContainer { strict };
            report.probes.push(Probe::new(discard.place, question, level));
        }
    }
}

fn is_rightly_discarded(discard: &Discard) -> bool {
    discard.callee.as_ref().is_some_and(|callee| {
        starts_or_drops(callee) || takes_out(callee) || discard.awaited && returns_the_rest(callee)
    })
}

/// Names of functions that hand back what was stored before: the future is removed on purpose.
pub(super) fn takes_out(callee: &Callee) -> bool {
    const NAMES: &[&str] = &[
        "dequeue",
        "drain",
        "get_or_insert",
        "get_or_insert_with",
        "insert",
        "into_inner",
        "last",
        "next",
        "peek",
        "push",
        "put",
        "recv",
        "remove",
        "replace",
        "set",
        "swap",
        "take",
        "truncate",
        "try_recv",
        "update",
    ];
    const PREFIXES: &[&str] = &["pop", "push_", "remove_", "swap_", "take_", "try_next", "try_pop"];
    let name = callee.name.as_str();
    NAMES.contains(&name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Names of combinators that give back the futures which have not finished: futures' `select`, `select_all`, `select_ok`.
fn returns_the_rest(callee: &Callee) -> bool {
    callee.name.starts_with("select") || callee.is("into_future")
}
