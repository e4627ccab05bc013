//! `busy_wait`: a loop that asks again and again instead of waiting. See `docs/lints/busy_wait.md`.

use super::{Level, Lint};
use crate::facts::{Facts, Loop, Names};
use crate::finding::{Finding, Text};
use crate::probe::Report;
use crate::syntax;
use crate::well_known::{self, LOGS};
use syn::{Expr, Macro, Stmt};

pub(crate) const LINT: Lint = Lint { name: "busy_wait", default: Level::Warn, check };

static TEXT: Text = Text {
    lint: LINT.name,
    problem: "loop polls a condition instead of waiting for it",
    help: "wait with `Notify`, a `watch` channel, or await the task's handle",
};

/// Functions whose futures let time pass, or the other tasks run.
const PAUSES: &[&str] = &["after", "delay_for", "sleep", "yield_now"];

/// Functions that let nothing run.
const SPINS: &[&str] = &["spin_loop", "yield_now"];

/// Macros that only write.
const WRITE: &[&[&str]] = &[LOGS, &["log"]];

/// Methods that look at state of this process, without arguments.
const LOOKS: &[&str] = &[
    "as_ref",
    "borrow",
    "get",
    "is_empty",
    "is_finished",
    "is_none",
    "is_some",
    "len",
    "lock",
    "read",
    "unwrap",
    "write",
];

fn check(facts: &Facts<'_>, report: &mut Report) {
    for (loop_, levels) in &facts.loops {
        let level = levels.of(LINT.name);
        if level != Level::Allow
            && let Some(condition) = polled_condition(loop_, &facts.names)
        {
            let ends = syntax::ends(condition);
            report.findings.push(Finding { text: &TEXT, level, ends });
        }
    }
}

/// The condition of a loop that does nothing but look at it.
fn polled_condition<'ast>(loop_: &Loop<'ast>, names: &Names) -> Option<&'ast Expr> {
    match loop_ {
        Loop::While(while_) => {
            (looks_at_state(&while_.cond) && only_pauses(while_.body.stmts.iter(), names)).then_some(&while_.cond)
        }
        Loop::Endless(endless) => {
            let mut exits = endless.body.stmts.iter().filter_map(exit);
            let condition = exits.next()?;
            let others = endless.body.stmts.iter().filter(|statement| exit(statement).is_none());
            // An endless loop without a pause at all is `loop_without_await`'s, or does something.
            let pauses = others.clone().count() > 0 && only_pauses(others, names);
            (exits.next().is_none() && looks_at_state(condition) && pauses).then_some(condition)
        }
    }
}

/// The condition of `if condition { break; }`.
fn exit(statement: &Stmt) -> Option<&Expr> {
    let Stmt::Expr(Expr::If(if_), _) = statement else { return None };
    let leaves = matches!(&if_.then_branch.stmts[..], [Stmt::Expr(Expr::Break(_) | Expr::Return(_), _)]);
    (leaves && if_.else_branch.is_none()).then_some(&if_.cond)
}

/// Is there nothing but pauses and log lines?
fn only_pauses<'a>(mut statements: impl Iterator<Item = &'a Stmt>, names: &Names) -> bool {
    statements.all(|statement| match statement {
        Stmt::Expr(expr, _) => is_pause(expr, names),
        Stmt::Macro(mac) => is_log(&mac.mac),
        _ => false,
    })
}

fn is_pause(expr: &Expr, names: &Names) -> bool {
    match syntax::peel(expr) {
        Expr::Await(await_) => is_call_of(&await_.base, PAUSES, names),
        Expr::Macro(mac) => is_log(&mac.mac),
        Expr::Block(block) => only_pauses(block.block.stmts.iter(), names),
        expr => is_call_of(expr, SPINS, names),
    }
}

fn is_call_of(expr: &Expr, functions: &[&str], names: &Names) -> bool {
    let Expr::Call(call) = syntax::peel(expr) else { return false };
    match syntax::peel(&call.func) {
        Expr::Path(path) => names.meaning(&path.path).names().any(|name| functions.contains(&name)),
        _ => false,
    }
}

fn is_log(mac: &Macro) -> bool {
    well_known::is_in(mac, WRITE) && !syntax::holds_word(mac.tokens.clone(), &["await"])
}

/// Does the condition read state of this process, and nothing else?
fn looks_at_state(condition: &Expr) -> bool {
    match syntax::peel(condition) {
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => is_state(&unary.expr),
        Expr::Unary(unary) => looks_at_state(&unary.expr),
        Expr::Binary(binary) => {
            // A device's register is read as a cell is: what is compared must be told apart by more than `get`.
            let is_operand = |operand: &Expr| looks_at_state(operand) && !may_be_device(operand);
            let operands = [&*binary.left, &*binary.right];
            operands.iter().any(|operand| is_operand(operand))
                && operands.iter().all(|operand| is_operand(operand) || is_constant(operand))
        }
        Expr::Field(field) => is_state(&field.base),
        Expr::Index(index) => is_state(&index.expr),
        Expr::MethodCall(call) if call.method == "load" => call.args.len() == 1 && is_ordering(&call.args[0]),
        Expr::MethodCall(call) => {
            call.args.is_empty() && LOOKS.iter().any(|name| call.method == name) && is_state(&call.receiver)
        }
        _ => false,
    }
}

/// As above, but a variable, a static or a constant will do: what is read is behind it.
fn is_state(expr: &Expr) -> bool {
    matches!(syntax::peel(expr), Expr::Path(_)) || looks_at_state(expr)
}

/// `pin.read()` and `register.get()`.
fn may_be_device(expr: &Expr) -> bool {
    matches!(syntax::peel(expr), Expr::MethodCall(call) if call.method == "read" || call.method == "get")
}

fn is_constant(expr: &Expr) -> bool {
    matches!(syntax::peel(expr), Expr::Lit(_) | Expr::Path(_))
}

fn is_ordering(expr: &Expr) -> bool {
    const ORDERINGS: &[&str] = &["Acquire", "Relaxed", "SeqCst"];
    match syntax::peel(expr) {
        Expr::Path(path) => {
            path.path.segments.last().is_some_and(|last| ORDERINGS.iter().any(|name| last.ident == name))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        for names in [PAUSES, SPINS, LOOKS] {
            assert!(names.is_sorted(), "{names:?}");
        }
    }
}
