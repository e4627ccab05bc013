//! `blocking_wait`: a thread that waits for another while it polls a future. See `docs/lints/blocking_wait.md`.

use super::{Level, Lint};
use crate::facts::{Call, Facts, Place};
use crate::probe::{Class, Probe, Question, Report};
use crate::syntax;
use syn::Expr;

pub(crate) const LINT: Lint = Lint { name: "blocking_wait", default: Level::Warn, check };

/// Methods of the standard library that wait: what they return tells whether they are.
const METHODS: &[&str] =
    &["join", "recv", "recv_deadline", "recv_timeout", "wait", "wait_timeout", "wait_timeout_while", "wait_while"];

const QUESTION: Question = Question::Class { class: Class::THREAD_WAIT, finding: LINT.name };

/// Does the lint look at calls of this name?
pub(super) fn looks_for(name: &str) -> bool {
    METHODS.contains(&name)
}

fn check(facts: &Facts<'_>, report: &mut Report) {
    for call in &facts.calls {
        let level = call.levels.of(LINT.name);
        if level != Level::Allow
            && !call.awaited
            && !call.alone
            && may_wait(call)
            && !facts.lists.frees_method(&call.callee.name)
        {
            report.probes.push(Probe::new(Place::of(call.expr), QUESTION, level));
        }
    }
    for iterated in &facts.iterated {
        let level = iterated.levels.of(LINT.name);
        if level != Level::Allow && is_receiver(&iterated.name) {
            report.probes.push(Probe::new(Place::of(iterated.expr), QUESTION, level));
        }
    }
}

fn may_wait(call: &Call<'_>) -> bool {
    match call.expr {
        Expr::MethodCall(method) => match &call.callee.name[..] {
            "join" => method.args.is_empty(),
            "iter" => method.args.is_empty() && last_name(&method.receiver).is_some_and(|name| is_receiver(&name)),
            name => METHODS.contains(&name),
        },
        _ => call.callee.is_one_of(METHODS) && call.meaning.as_ref().is_some_and(|meaning| meaning.written().len() > 1),
    }
}

/// Is it called as the receiving end of a channel is? Everything has an `iter`, and most `for` loops run over something
/// else: those that are not need not be asked about.
fn is_receiver(name: &str) -> bool {
    name.contains("rx") || name.contains("recv") || name.contains("receiver")
}

fn last_name(expr: &Expr) -> Option<String> {
    match syntax::peel(expr) {
        Expr::Path(path) => path.path.get_ident().map(ToString::to_string),
        Expr::Field(field) => match &field.member {
            syn::Member::Named(name) => Some(name.to_string()),
            syn::Member::Unnamed(_) => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        assert!(METHODS.is_sorted());
    }
}
