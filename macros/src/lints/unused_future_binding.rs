//! `unused_future_binding`: a future bound to a name that nothing mentions. See `docs/lints/unused_future_binding.md`.

use super::unawaited_future::starts_or_drops;
use super::unawaited_in_container::takes_out;
use super::{Level, Lint};
use crate::facts::Facts;
use crate::probe::{Probe, Question, Report};

pub(crate) const LINT: Lint = Lint { name: "unused_future_binding", default: Level::Deny, check };

fn check(facts: &Facts<'_>, report: &mut Report) {
    for binding in &facts.unmentioned {
        let level = binding.levels.of(LINT.name);
        let kept_on_purpose =
            binding.callee.as_ref().is_some_and(|callee| starts_or_drops(callee) || takes_out(callee));
        if level != Level::Allow && !kept_on_purpose {
            report.probes.push(Probe::new(binding.place, Question::BoundFuture, level));
        }
    }
}
