//! `guard_across_await`: a guard that lives on while the function waits. See `docs/lints/guard_across_await.md`.

use super::{Level, Lint};
use crate::facts::{Facts, Kind};
use crate::finding::{Finding, Text};
use crate::probe::{Probe, Question, Report};

pub(crate) const LINT: Lint = Lint { name: "guard_across_await", default: Level::Warn, check };

/// What is said of an entered span, which no type tells from other values.
static TEXT: Text = Text {
    lint: LINT.name,
    problem: "guard is held across an `.await`",
    help: "drop it before, or narrow its scope with a block",
};

/// May a macro whose arguments hold this name have something to say of a guard? Without an `.await` none is held there.
pub(super) fn looks_for(name: &str) -> bool {
    name == "await"
}

fn check(facts: &Facts<'_>, report: &mut Report) {
    for guard in &facts.guards {
        let level = guard.levels.of(LINT.name);
        if guard.kind != Kind::Thread || level == Level::Allow {
            continue;
        }
        if guard.certain {
            report.findings.push(Finding { text: &TEXT, level, ends: guard.ends });
        } else {
            report.probes.push(Probe::new(guard.place, Question::Guard, level));
        }
    }
}
