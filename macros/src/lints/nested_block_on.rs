//! `nested_block_on`: a thread that waits for a future while it polls another. See `docs/lints/nested_block_on.md`.

use super::{Level, Lint};
use crate::facts::{Call, Facts, Place};
use crate::probe::{Class, Probe, Question, Report};
use crate::syntax;
use syn::Expr;

pub(crate) const LINT: Lint = Lint { name: "nested_block_on", default: Level::Deny, check };

/// Functions that run a future, their last argument, to its end.
const RUN_FUTURE: &[&str] = &["block_on"];

/// Methods that wait as the async methods of their names do: those of tokio's locks and channels, and their like.
const WAIT: &[&str] = &[
    "blocking_lock",
    "blocking_lock_owned",
    "blocking_read",
    "blocking_read_owned",
    "blocking_recv",
    "blocking_recv_many",
    "blocking_send",
    "blocking_write",
    "blocking_write_owned",
];

/// Does the lint look at calls of this name?
pub(super) fn looks_for(name: &str) -> bool {
    RUN_FUTURE.contains(&name) || WAIT.contains(&name)
}

fn check(facts: &Facts<'_>, report: &mut Report) {
    for call in &facts.calls {
        let level = call.levels.of(LINT.name);
        if level == Level::Allow || call.awaited {
            continue;
        }
        if call.callee.is_one_of(WAIT) && belongs_to_type(call) {
            let question = Question::Class { class: Class::NOT_A_FUTURE, finding: LINT.name };
            report.probes.push(Probe::new(Place::of(call.expr), question, level));
        } else if call.is_one_of(RUN_FUTURE)
            && let Some(future) = last_argument(call)
            // A function of this name may take a condition.
            && !matches!(future, Expr::Closure(_))
        {
            let question = Question::Class { class: Class::FUTURE, finding: LINT.name };
            report.probes.push(Probe::in_expr(future, question, level, call.expr));
        }
    }
}

/// Is it a method, or called as one by its type's name? A function of such a name may be anything.
fn belongs_to_type(call: &Call<'_>) -> bool {
    let Some(meaning) = &call.meaning else { return true };
    matches!(meaning.written(), [.., ty, _] if ty.starts_with(char::is_uppercase))
}

fn last_argument<'ast>(call: &Call<'ast>) -> Option<&'ast Expr> {
    match call.expr {
        Expr::Call(call) => call.args.last(),
        Expr::MethodCall(call) => call.args.last(),
        _ => None,
    }
    .map(syntax::peel)
}
