//! Is a variable iterated by hand, left before its end, and mentioned in no other way?
//!
//! A *step* is `x.next()`, `x.start()` or `x.asend(v)`. Whoever mentions the variable otherwise may close it, or hand it on:
//! in doubt, it is not left early. So it is where the code leaves a loop of steps for another reason than that there are no
//! items, and does not come back to it; and where it takes a single step. An item that is an error is the last one: to leave
//! by its `?` is to leave at the end.

use super::mentions;
use crate::syntax;
use proc_macro2::Ident;
use syn::visit::{self, Visit};
use syn::{Expr, Lifetime, Macro, Pat, Stmt};

const STEPS: &[&str] = &["asend", "next", "start"];

/// Macros that hide a `return Err(…)`.
const RETURNING: &[&str] = &["bail", "ensure"];

/// Is this variable left early by these statements, until one binds its name anew?
pub(super) fn is_left_early(statements: &[Stmt], name: &Ident) -> bool {
    let mut search = Search {
        name,
        mentioned: false,
        steps: 0,
        single: true,
        left: false,
        broken: false,
        loops: Vec::new(),
        items: Vec::new(),
    };
    for statement in statements {
        search.visit_stmt(statement);
        if let Stmt::Local(local) = statement
            && binds(&local.pat, name)
        {
            break;
        }
    }
    !search.mentioned && (search.left || search.broken || search.single && search.steps == 1)
}

/// A loop or a labelled block around the place that is being read.
struct Around {
    label: Option<Lifetime>,
    is_loop: bool,
    /// Does each turn of it take a step?
    steps: bool,
}

struct Search<'a> {
    name: &'a Ident,
    /// Is it mentioned but for a step?
    mentioned: bool,
    steps: usize,
    /// Are all steps outside of loops?
    single: bool,
    /// Does the code leave a loop of steps for good?
    left: bool,
    /// Does it break out of one, without a step after that?
    broken: bool,
    loops: Vec<Around>,
    /// The names of items.
    items: Vec<Ident>,
}

impl Search<'_> {
    fn step_in<'e>(&self, expr: &'e Expr) -> Option<&'e syn::ExprMethodCall> {
        match syntax::peel(expr) {
            Expr::MethodCall(call) => {
                (STEPS.iter().any(|step| call.method == step) && self.is_it(&call.receiver)).then_some(call)
            }
            Expr::Await(await_) => self.step_in(&await_.base),
            _ => None,
        }
    }

    fn is_it(&self, expr: &Expr) -> bool {
        matches!(syntax::peel(expr), Expr::Path(path) if path.path.is_ident(self.name))
    }

    fn in_steps(&self) -> bool {
        self.loops.iter().any(|around| around.steps)
    }

    /// Takes note of a jump to a label or out of a loop.
    fn jump(&mut self, label: Option<&Lifetime>) {
        let target = self.loops.iter().rposition(|around| match label {
            Some(label) => around.label.as_ref() == Some(label),
            None => around.is_loop,
        });
        // What is around the statements that are read is left for good.
        let Some(target) = target else {
            self.left |= self.in_steps();
            return;
        };
        self.broken |= self.loops[target..].iter().any(|around| around.steps);
    }

    fn within(&mut self, around: Around, visit: impl FnOnce(&mut Self)) {
        self.loops.push(around);
        visit(self);
        self.loops.pop();
    }

    /// Reads a loop whose condition, if it has one, is a step: `while let Some(x) = rows.next().await`.
    fn stepping(&mut self, label: Option<&syn::Label>, visit: impl FnOnce(&mut Self)) {
        let around = Around { label: label.map(|label| label.name.clone()), is_loop: true, steps: true };
        self.within(around, visit);
    }

    /// Reads a loop that may hold steps further inside.
    fn other_loop(&mut self, label: Option<&syn::Label>, holds_step: bool, visit: impl FnOnce(&mut Self)) {
        let label = label.map(|label| label.name.clone());
        self.within(Around { label, is_loop: true, steps: holds_step }, visit);
    }

    /// Does a block take a step, not counting those of loops that only end with the items?
    fn holds_step(&self, block: &syn::Block) -> bool {
        let mut steps = Steps { search: self, found: false };
        steps.visit_block(block);
        steps.found
    }

    fn note_items(&mut self, pattern: &Pat) {
        let mut names = Names(Vec::new());
        names.visit_pat(pattern);
        self.items.extend(names.0);
    }
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Path(_) if self.is_it(expr) => self.mentioned = true,
            Expr::Closure(_) | Expr::Async(_) => {
                // Its ways out are its own.
                self.mentioned |= mentions::mentions(&[Stmt::Expr(expr.clone(), None)], self.name);
                return;
            }
            Expr::Verbatim(_) => self.mentioned |= mentions::mentions(&[Stmt::Expr(expr.clone(), None)], self.name),
            Expr::MethodCall(_) if self.step_in(expr).is_some() => {
                self.steps += 1;
                self.broken = false;
                self.single &= self.loops.iter().all(|around| !around.is_loop);
                let call = self.step_in(expr).expect("it was there just now");
                call.args.iter().for_each(|argument| self.visit_expr(argument));
                return;
            }
            Expr::Return(_) => self.left |= self.in_steps(),
            Expr::Try(try_) => {
                let of_item = matches!(syntax::peel(&try_.expr), Expr::Path(path)
                    if path.path.get_ident().is_some_and(|name| self.items.contains(name)));
                self.left |= !of_item && self.step_in(&try_.expr).is_none() && self.in_steps();
            }
            Expr::Break(jump) => self.jump(jump.label.as_ref()),
            Expr::Continue(jump) if jump.label.is_some() => {
                let own = self.loops.iter().rev().find(|around| around.is_loop);
                if own.is_none_or(|own| own.label != jump.label) {
                    self.jump(jump.label.as_ref());
                }
            }
            _ => {}
        }
        visit::visit_expr(self, expr);
    }

    fn visit_expr_while(&mut self, loop_: &'ast syn::ExprWhile) {
        let (label, body) = (loop_.label.as_ref(), &loop_.body);
        if let Expr::Let(let_) = syntax::peel(&loop_.cond)
            && self.step_in(&let_.expr).is_some()
        {
            self.note_items(&let_.pat);
            // The step is in a loop, however it looks.
            self.stepping(label, |search| {
                search.visit_expr(&let_.expr);
                search.visit_block(body);
            });
            return;
        }
        let holds_step = self.holds_step(body);
        self.other_loop(label, holds_step, |search| visit::visit_expr_while(search, loop_));
        self.left |= holds_step;
    }

    fn visit_expr_loop(&mut self, loop_: &'ast syn::ExprLoop) {
        let holds_step = self.holds_step(&loop_.body);
        self.other_loop(loop_.label.as_ref(), holds_step, |search| search.visit_block(&loop_.body));
    }

    fn visit_expr_for_loop(&mut self, loop_: &'ast syn::ExprForLoop) {
        self.visit_expr(&loop_.expr);
        let holds_step = self.holds_step(&loop_.body);
        self.other_loop(loop_.label.as_ref(), holds_step, |search| search.visit_block(&loop_.body));
        // It ends for a reason of its own.
        self.left |= holds_step;
    }

    fn visit_expr_block(&mut self, block: &'ast syn::ExprBlock) {
        let label = block.label.as_ref().map(|label| label.name.clone());
        self.within(Around { label, is_loop: false, steps: false }, |search| visit::visit_expr_block(search, block));
    }

    fn visit_local(&mut self, local: &'ast syn::Local) {
        let Some(init) = &local.init else { return };
        self.visit_expr(&init.expr);
        if self.step_in(&init.expr).is_some() {
            self.note_items(&local.pat);
            // Where there is no item it is at its end.
        } else if let Some((_, otherwise)) = &init.diverge {
            self.visit_expr(otherwise);
        }
    }

    fn visit_expr_if(&mut self, if_: &'ast syn::ExprIf) {
        let Expr::Let(let_) = syntax::peel(&if_.cond) else { return visit::visit_expr_if(self, if_) };
        if self.step_in(&let_.expr).is_none() {
            return visit::visit_expr_if(self, if_);
        }
        self.visit_expr(&let_.expr);
        self.note_items(&let_.pat);
        self.visit_block(&if_.then_branch);
    }

    fn visit_expr_match(&mut self, match_: &'ast syn::ExprMatch) {
        if self.step_in(&match_.expr).is_none() {
            return visit::visit_expr_match(self, match_);
        }
        self.visit_expr(&match_.expr);
        // Only where there is an item is it not at its end.
        for arm in match_.arms.iter().filter(|arm| is_some(&arm.pat)) {
            self.note_items(&arm.pat);
            self.visit_arm(arm);
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.mentioned |= mentions::in_macro(mac, self.name);
        self.left |= syntax::is_macro_of(mac, RETURNING) && self.in_steps();
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Looks for a step.
struct Steps<'s, 'a> {
    search: &'s Search<'a>,
    found: bool,
}

impl<'ast> Visit<'ast> for Steps<'_, '_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        self.found |= self.search.step_in(expr).is_some();
        if let Expr::While(loop_) = expr
            && let Expr::Let(let_) = syntax::peel(&loop_.cond)
            && self.search.step_in(&let_.expr).is_some()
        {
            return;
        }
        if !matches!(expr, Expr::Closure(_) | Expr::Async(_)) {
            visit::visit_expr(self, expr);
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// The names that a pattern binds.
struct Names(Vec<Ident>);

impl<'ast> Visit<'ast> for Names {
    fn visit_pat_ident(&mut self, name: &'ast syn::PatIdent) {
        self.0.push(name.ident.clone());
        visit::visit_pat_ident(self, name);
    }
}

fn binds(pattern: &Pat, name: &Ident) -> bool {
    matches!(pattern, Pat::Ident(bound) if bound.ident == *name)
}

/// Is it the pattern of an item?
fn is_some(pattern: &Pat) -> bool {
    match pattern {
        Pat::TupleStruct(some) => some.path.segments.last().is_some_and(|last| last.ident == "Some"),
        Pat::Guard(guarded) => is_some(&guarded.pat),
        Pat::Paren(paren) => is_some(&paren.pat),
        _ => false,
    }
}
