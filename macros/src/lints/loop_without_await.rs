//! `loop_without_await`: an endless loop that keeps its thread. See `docs/lints/loop_without_await.md`.

use super::{Level, Lint};
use crate::facts::{Facts, Flow, Loop};
use crate::finding::{Finding, Text};
use crate::probe::Report;
use crate::syntax;

pub(crate) const LINT: Lint = Lint { name: "loop_without_await", default: Level::Warn, check };

static TEXT: Text = Text {
    lint: LINT.name,
    problem: "endless loop never awaits",
    help: "`.await` something in it, such as `yield_now()`, or move it to a thread",
};

fn check(facts: &Facts<'_>, report: &mut Report) {
    for (loop_, levels) in &facts.loops {
        let level = levels.of(LINT.name);
        if level == Level::Allow {
            continue;
        }
        let (label, ends, body) = match loop_ {
            Loop::Endless(endless) => {
                (&endless.label, (endless.loop_token.span, endless.loop_token.span), &endless.body)
            }
            Loop::While(while_) if syntax::is_literal(&while_.cond, true) => {
                (&while_.label, (while_.while_token.span, syntax::last_span(&while_.cond)), &while_.body)
            }
            Loop::While(_) => continue,
        };
        let flow = Flow::of_loop(label.as_ref(), body);
        if !flow.awaits && !flow.leaves {
            report.findings.push(Finding { text: &TEXT, level, ends });
        }
    }
}
