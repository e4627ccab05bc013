//! `blocking_sleep`: a thread put to sleep while it polls a future. See `docs/lints/blocking_sleep.md`.

use super::{Level, Lint};
use crate::facts::{Facts, Place};
use crate::probe::{Class, Probe, Question, Report};

pub(crate) const LINT: Lint = Lint { name: "blocking_sleep", default: Level::Deny, check };

const FUNCTIONS: &[&str] = &[
    "std::thread::park",
    "std::thread::park_timeout",
    "std::thread::park_timeout_ms",
    "std::thread::sleep",
    "std::thread::sleep_ms",
    "std::thread::sleep_until",
];

/// Does the lint look at calls of this name?
pub(super) fn looks_for(name: &str) -> bool {
    name.starts_with("sleep") || name.starts_with("park")
}

fn check(facts: &Facts<'_>, report: &mut Report) {
    for call in &facts.calls {
        let level = call.levels.of(LINT.name);
        if level != Level::Allow
            && !call.alone
            && let Some(meaning) = &call.meaning
            && FUNCTIONS.iter().any(|function| meaning.may_be(function))
            && !facts.lists.frees(meaning)
        {
            let question = Question::Class { class: Class::NOT_A_FUTURE, finding: LINT.name };
            report.probes.push(Probe::new(Place::of(call.expr), question, level));
        }
    }
    for passed in &facts.passed {
        let level = passed.levels.of(LINT.name);
        if level != Level::Allow
            && FUNCTIONS.iter().any(|function| passed.meaning.may_be(function))
            && !facts.lists.frees(&passed.meaning)
        {
            let question = Question::Class { class: Class::SLEEP, finding: LINT.name };
            report.probes.push(Probe::new(Place::of(passed.expr), question, level));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        assert!(FUNCTIONS.is_sorted());
    }
}
