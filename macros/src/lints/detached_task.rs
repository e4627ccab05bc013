//! `detached_task`: a task whose `Result` nobody will see. See `docs/lints/detached_task.md`.

use super::{Level, Lint};
use crate::facts::{Discard, Facts, How};
use crate::probe::{Class, Probe, Question, Report};
use crate::syntax::{self, Callee};
use syn::Expr;

pub(crate) const LINT: Lint = Lint { name: "detached_task", default: Level::Warn, check };

/// Functions whose handles give the task's output itself, and not whether the task ended as well.
const PLAIN_HANDLES: &[&str] = &[
    "async_global_executor::spawn",
    "async_std::task::spawn",
    "async_std::task::spawn_blocking",
    "async_std::task::spawn_local",
];

fn check(facts: &Facts<'_>, report: &mut Report) {
    for discard in facts.discards.iter().chain(&facts.unmentioned) {
        let level = discard.levels.of(LINT.name);
        let (Some(callee), Some(expr)) = (&discard.callee, discard.expr) else { continue };
        if level == Level::Allow || discard.awaited || discard.how == How::Drop {
            continue;
        }
        if callee.name.contains("spawn") {
            let class = if is_plain(facts, discard) { Class::RESULT_FUTURE } else { Class::JOIN_OF_RESULT };
            let question = Question::Class { class, finding: LINT.name };
            report.probes.push(Probe::new(discard.place, question, level));
        } else if callee.is_method
            && callee.is("detach")
            && let Expr::MethodCall(call) = syntax::peel(expr)
            // Handles of other origin may give whether the task ended, and not what it gave.
            && Callee::of(&call.receiver).is_some_and(|made| made.name.contains("spawn") || made.is("unblock"))
        {
            let question = Question::Class { class: Class::RESULT_FUTURE, finding: LINT.name };
            report.probes.push(Probe::in_expr(syntax::peel(&call.receiver), question, level, expr));
        }
    }
}

fn is_plain(facts: &Facts<'_>, discard: &Discard<'_>) -> bool {
    let Some(Expr::Call(call)) = discard.expr.map(syntax::peel) else { return false };
    let Expr::Path(path) = syntax::peel(&call.func) else { return false };
    let meaning = facts.names.meaning(&path.path);
    PLAIN_HANDLES.iter().any(|function| meaning.is(function))
}
