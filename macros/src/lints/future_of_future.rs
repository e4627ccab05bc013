//! `future_of_future`: async code whose output is itself a future. See `docs/lints/future_of_future.md`.

use super::unawaited_future::starts_or_drops;
use super::{Level, Lint};
use crate::facts::Facts;
use crate::probe::{Probe, Question};

pub(crate) const LINT: Lint = Lint { name: "future_of_future", default: Level::Deny, check };

fn check(facts: &Facts, probes: &mut Vec<Probe>) {
    for output in &facts.outputs {
        let level = output.levels.of(LINT.name);
        let task = output.callee.as_ref().is_some_and(starts_or_drops);
        if level != Level::Allow && !task {
            probes.push(Probe { place: output.place, question: Question::FutureOutput, level });
        }
    }
}
