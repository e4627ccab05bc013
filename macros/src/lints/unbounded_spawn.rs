//! `unbounded_spawn`: a task in every turn of a loop, without a limit. See `docs/lints/unbounded_spawn.md`.

use super::{Level, Lint};
use crate::facts::{Facts, Loop, Place};
use crate::probe::{Class, Probe, Question, Report};
use crate::syntax;
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::HashMap;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Ident, Pat, Stmt};

pub(crate) const LINT: Lint = Lint { name: "unbounded_spawn", default: Level::Allow, check };

/// Words in the names of what keeps tasks from getting too many.
const LIMITS: &[&str] = &["acquire", "capacity", "join_next", "len", "limit", "permit", "semaphore"];

fn check(facts: &Facts<'_>, report: &mut Report) {
    let mut spawns: HashMap<Place, Level> = facts
        .calls
        .iter()
        .filter(|call| call.callee.name.starts_with("spawn") || call.callee.is("start"))
        .map(|call| (Place::of(call.expr), call.levels.of(LINT.name)))
        .filter(|(_, level)| *level != Level::Allow)
        .collect();
    if spawns.is_empty() {
        return;
    }
    for (loop_, _) in &facts.loops {
        let body = match loop_ {
            Loop::Endless(endless) => &endless.body,
            Loop::While(while_) => &while_.body,
        };
        if !speaks_of_limit(body.to_token_stream()) {
            Spawns { report, spawns: &mut spawns }.visit_block(body);
        }
    }
}

fn speaks_of_limit(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => speaks_of_limit(group.stream()),
        TokenTree::Ident(word) => {
            let word = word.to_string();
            LIMITS.iter().any(|limit| word.contains(limit))
        }
        _ => false,
    })
}

/// Asks about each spawn: a task's handle is a future, while what a set of tasks gives is none, and neither is what other
/// things that are called `spawn` give.
struct Spawns<'a> {
    report: &'a mut Report,
    /// The spawns of the function that were not asked about yet, with the level that holds at each.
    spawns: &'a mut HashMap<Place, Level>,
}

impl<'ast> Visit<'ast> for Spawns<'_> {
    fn visit_block(&mut self, block: &'ast Block) {
        // What leaves the loop afterwards does not spawn again.
        let leaves =
            block.stmts.iter().any(|statement| matches!(statement, Stmt::Expr(Expr::Break(_) | Expr::Return(_), _)));
        for (index, statement) in block.stmts.iter().enumerate() {
            match statement {
                Stmt::Local(local) if is_awaited(&local.pat, &block.stmts[index + 1..]) => {}
                statement if !leaves => self.visit_stmt(statement),
                _ => {}
            }
        }
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            // Its task ends before the next one is spawned.
            Expr::Await(_) | Expr::Async(_) | Expr::Closure(_) => return,
            Expr::Call(_) | Expr::MethodCall(_) => {
                if let Some(level) = self.spawns.remove(&Place::of(expr)) {
                    let question = Question::Class { class: Class::FUTURE, finding: LINT.name };
                    self.report.probes.push(Probe::new(Place::of(expr), question, level));
                }
            }
            _ => {}
        }
        visit::visit_expr(self, expr);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Is the variable awaited in one of the statements?
fn is_awaited(pattern: &Pat, statements: &[Stmt]) -> bool {
    let Pat::Ident(name) = pattern else { return false };
    let mut search = Awaited { name: &name.ident, found: false };
    statements.iter().for_each(|statement| search.visit_stmt(statement));
    search.found
}

struct Awaited<'a> {
    name: &'a Ident,
    found: bool,
}

impl<'ast> Visit<'ast> for Awaited<'_> {
    fn visit_expr_await(&mut self, await_: &'ast syn::ExprAwait) {
        let is_name = matches!(syntax::peel(&await_.base), Expr::Path(path) if path.path.is_ident(self.name));
        self.found |= is_name;
        visit::visit_expr_await(self, await_);
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.found |= syntax::holds_word(mac.tokens.clone(), &["await"])
            && syntax::holds_word(mac.tokens.clone(), &[&self.name.to_string()]);
    }
}
