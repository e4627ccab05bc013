//! `lost_result`: `Result`s that a combinator gave, and nobody looks at. See `docs/lints/lost_result.md`.

use super::{Level, Lint};
use crate::facts::{Discard, Facts, How, Matched};
use crate::probe::{Class, Probe, Question, Report};
use crate::syntax;
use syn::{Expr, Pat};

pub(crate) const LINT: Lint = Lint { name: "lost_result", default: Level::Warn, check };

const SEVERAL: Question = Question::Class { class: Class::RESULTS, finding: LINT.name };
const NESTED: Question = Question::Class { class: Class::NESTED_RESULT, finding: "lost_inner_result" };

// `assert!(f().await.is_err())` says what it expects, as of a timeout in a test, and ends the function otherwise.

/// What gives the outputs of several futures.
const COLLECT: &[&str] = &["collect", "join", "join_all", "join_next", "try_join_all"];

/// Does the lint look at calls of this name?
pub(super) fn looks_for(name: &str) -> bool {
    ["is_err", "is_ok"].contains(&name)
}

fn check(facts: &Facts<'_>, report: &mut Report) {
    for discard in &facts.discards {
        let level = discard.levels.of(LINT.name);
        if level == Level::Allow || discard.how != How::Statement {
            continue;
        }
        if discard.awaited && collects(facts, discard) {
            report.probes.push(Probe::new(discard.place, SEVERAL, level));
        }
    }
    for call in &facts.calls {
        let level = call.levels.of(LINT.name);
        if level != Level::Allow
            && (call.callee.is("is_ok") || call.callee.is("is_err") && !facts.in_assert)
            && let Some(output) = awaited_receiver(call.expr)
        {
            report.probes.push(Probe::in_expr(output, NESTED, level, call.expr));
        }
    }
    for matched in &facts.matches {
        let level = matched.levels.of(LINT.name);
        if level != Level::Allow && ignores_inner(matched) {
            let value = syntax::peel(matched.value);
            report.probes.push(Probe::in_expr(value, NESTED, level, value));
        }
    }
}

/// Does it await what gives the outputs of several futures, perhaps by another name?
fn collects(facts: &Facts<'_>, discard: &Discard<'_>) -> bool {
    let Some(Expr::Await(await_)) = discard.expr.map(syntax::peel) else { return false };
    match syntax::peel(&await_.base) {
        Expr::MethodCall(call) => COLLECT.iter().any(|name| call.method == name),
        Expr::Call(call) => match syntax::peel(&call.func) {
            Expr::Path(path) => facts.names.meaning(&path.path).names().any(|name| COLLECT.contains(&name)),
            _ => false,
        },
        _ => false,
    }
}

/// `f().await` of `f().await.is_err()`.
fn awaited_receiver(expr: &Expr) -> Option<&Expr> {
    match syntax::peel(expr) {
        Expr::MethodCall(call) => {
            let receiver = syntax::peel(&call.receiver);
            matches!(receiver, Expr::Await(_)).then_some(receiver)
        }
        _ => None,
    }
}

/// Does some pattern take `Ok(_)`, and none look into an `Ok`? `if let Err(_)` alone is the same.
fn ignores_inner(matched: &Matched<'_>) -> bool {
    let mut content = matched.patterns.iter().filter_map(|pattern| content_of(pattern, "Ok")).peekable();
    match (content.peek(), &matched.patterns[..]) {
        (Some(_), _) => content.all(|content| matches!(content, Pat::Wild(_) | Pat::Rest(_))),
        (None, [only]) => content_of(only, "Err").is_some(),
        (None, _) => false,
    }
}

/// What a pattern of this name holds: `x` of `Ok(x)`.
fn content_of<'a>(pattern: &'a Pat, name: &str) -> Option<&'a Pat> {
    match pattern {
        Pat::TupleStruct(pattern) if pattern.path.segments.last().is_some_and(|last| last.ident == name) => {
            pattern.elems.first()
        }
        _ => None,
    }
}
