//! `async_guard_across_await`: a lock held while something else is awaited. See `docs/lints/async_guard_across_await.md`.

use super::{Level, Lint};
use crate::facts::{Facts, Kind};
use crate::probe::{Class, Probe, Question, Report};

pub(crate) const LINT: Lint = Lint { name: "async_guard_across_await", default: Level::Allow, check };

const QUESTION: Question = Question::Class { class: Class::ASYNC_GUARD, finding: LINT.name };

fn check(facts: &Facts<'_>, report: &mut Report) {
    for guard in &facts.guards {
        let level = guard.levels.of(LINT.name);
        if guard.kind == Kind::Task && level != Level::Allow {
            report.probes.push(Probe::new(guard.place, QUESTION, level));
        }
    }
}
