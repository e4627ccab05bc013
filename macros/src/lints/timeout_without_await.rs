//! `timeout_without_await`: a timeout around a block that never waits. See `docs/lints/timeout_without_await.md`.

use super::{Level, Lint};
use crate::facts::{Call, Facts, Flow};
use crate::finding::{Finding, Text};
use crate::probe::Report;
use crate::syntax;
use syn::Expr;

pub(crate) const LINT: Lint = Lint { name: "timeout_without_await", default: Level::Warn, check };

static TEXT: Text = Text {
    lint: LINT.name,
    problem: "timeout can never fire: its future never awaits",
    help: "move blocking work to `spawn_blocking` and time out its handle",
};

/// Functions that take a limit and a future.
const FUNCTIONS: &[&str] = &["timeout", "timeout_at"];

fn check(facts: &Facts<'_>, report: &mut Report) {
    for call in &facts.calls {
        let level = call.levels.of(LINT.name);
        if level != Level::Allow && never_fires(call) {
            let ends = syntax::ends(call.expr);
            report.findings.push(Finding { text: &TEXT, level, ends });
        }
    }
}

fn never_fires(call: &Call<'_>) -> bool {
    let (Expr::Call(expr), Some(meaning)) = (call.expr, &call.meaning) else { return false };
    let is_timeout = !meaning.is_own() && call.is_one_of(FUNCTIONS) && expr.args.len() == 2;
    is_timeout && matches!(syntax::peel(&expr.args[1]), Expr::Async(block) if !Flow::of_block(&block.block).awaits)
}
