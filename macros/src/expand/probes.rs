//! Writes type probes into a body, and takes the attributes `#[checked(…)]` out of it.
//!
//! A value keeps its drop, its temporaries and its type inference. In a statement `f(x);` it also stays what rustc's
//! `unused_must_use` sees, the last expression of a block:
//!
//! Input:  `f(x);`
//! Output: `'value: { if false { #[allow(…)] { loop {} break 'value (discarded_value(0, 0, 0, 0, 0)); } } f(x) };`
//!
//! where the labelled `break` gives the probe the type of `f(x)`, and is never reached: the borrow checker must not take it
//! for a way on which `f(x)` is left out, and has not moved what must be gone afterwards. (Its value is in parentheses
//! because other macros, which may see this output, take `'value ::path` for a label and a colon.) In edition 2024 that
//! would end the temporaries of `f(x)` too early. And where `f` never returns and the statement ends a block without a
//! value, a block with a `break` in it would no longer be of any type. There the value is passed to a function, which drops
//! it, and its type stands for it before `unused_must_use`:
//!
//! Input:  `f(x);` at the end of a block
//! Output: `#[allow(unreachable_code)] end(f(x), { let probe = …; if false { value_of(&probe); } probe });`
//!
//! In all other positions it is passed through a function:
//!
//! Input:  `let _ = f(x);`
//! Output: `let _ = pass(f(x), discarded(0, 0, 0, 0, 0));`

use super::questions::{Position, Questions};
use super::spans::located;
use super::{Runtime, generated};
use crate::facts::{Context, Place, Start};
use crate::probe::Probe;
use crate::syntax::{self, Callee};
use quote::quote_spanned;
use std::collections::{HashMap, HashSet};
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Macro, Stmt};

type CheckMacro<'a> = Box<dyn Fn(&mut Macro, Context) + 'a>;

/// Rewrites one body.
pub(super) struct Rewrite<'a> {
    probes: HashMap<Place, Vec<Probe>>,
    sometimes_awaited: HashMap<Place, (u32, u32)>,
    tasks: Tasks,
    macros: HashMap<Place, Context>,
    check_macro: CheckMacro<'a>,
    runtime: &'a Runtime,
}

/// The calls that start tasks, and the `.await`s of their handles.
pub(super) struct Tasks {
    pub(super) starts: HashMap<Place, Start>,
    pub(super) joins: HashSet<Place>,
}

impl<'a> Rewrite<'a> {
    pub(super) fn new(
        probes: Vec<Probe>,
        sometimes_awaited: HashMap<Place, (u32, u32)>,
        tasks: Tasks,
        macros: HashMap<Place, Context>,
        check_macro: impl Fn(&mut Macro, Context) + 'a,
        runtime: &'a Runtime,
    ) -> Self {
        let mut by_place: HashMap<Place, Vec<Probe>> = HashMap::new();
        for probe in probes {
            by_place.entry(probe.place).or_default().push(probe);
        }
        Self { probes: by_place, sometimes_awaited, tasks, macros, check_macro: Box::new(check_macro), runtime }
    }

    /// Takes the questions about the expression, before anything in it moves.
    fn take(&mut self, expr: &Expr) -> Option<Questions> {
        if self.probes.is_empty() {
            return None;
        }
        let mut asked = self.probes.remove(&Place::of(expr)).unwrap_or_default();
        if let Expr::Async(block) = expr {
            asked.extend(self.probes.remove(&Place::of(block)).unwrap_or_default());
        }
        (!asked.is_empty()).then(|| Questions::new(asked, expr))
    }
}

impl Rewrite<'_> {
    /// Input:  `vec![f(x)];`, which syn takes for a statement of its own kind
    /// Output: `pass(vec![f(x)], …);`
    fn statement_macro(&mut self, statement: &mut Stmt) {
        let Stmt::Macro(mac) = statement else { return };
        let asked = self.probes.remove(&Place::of(&mac.mac)).unwrap_or_default();
        self.visit_macro_mut(&mut mac.mac);
        let mut expr = Expr::Macro(syn::ExprMacro { attrs: std::mem::take(&mut mac.attrs), mac: mac.mac.clone() });
        Questions::new(asked, &expr).ask(&mut expr, Position::Value, self.runtime);
        *statement = Stmt::Expr(expr, mac.semi_token);
    }
}

impl Rewrite<'_> {
    fn statement(&mut self, statement: &mut Stmt, is_last: bool) {
        if let Some(attributes) = syntax::statement_attributes_mut(statement) {
            attributes.retain(|attribute| !syntax::is_checked(attribute));
        }
        if let Stmt::Macro(mac) = statement
            && self.probes.contains_key(&Place::of(&mac.mac))
        {
            return self.statement_macro(statement);
        }
        let Stmt::Expr(expr, Some(_)) = statement else {
            return visit_mut::visit_stmt_mut(self, statement);
        };
        let Some(questions) = self.take(expr) else {
            return visit_mut::visit_stmt_mut(self, statement);
        };
        let position = if is_last {
            Position::LastStatement
        } else if syntax::may_leave_temporaries(expr) || syntax::may_jump(expr) {
            Position::StatementWithTemporaries
        } else {
            Position::Statement
        };
        let start = self.tasks.starts.remove(&Place::of(expr));
        visit_mut::visit_expr_mut(self, expr);
        excuse(expr, self.runtime);
        self.join(expr);
        start_task(expr, start, self.runtime);
        questions.ask(expr, position, self.runtime);
    }
}

impl Rewrite<'_> {
    /// Says of an `.await` of a task's handle which task it awaits, if it is one.
    ///
    /// Input:  `handle.await`
    /// Output: `joining(handle, 0).await`
    fn join(&mut self, expr: &mut Expr) {
        let Expr::Await(await_) = expr else { return };
        if !self.tasks.joins.remove(&Place::of(await_)) {
            return;
        }
        let span = generated(syntax::first_span(&await_.base));
        let private = self.runtime.private(span);
        // An argument needs no parentheses, and rustc would say so.
        let handle = syntax::peel(&await_.base);
        *await_.base = Expr::Verbatim(quote_spanned!(span=> #private::joining(#handle, 0)));
    }
}

impl VisitMut for Rewrite<'_> {
    fn visit_block_mut(&mut self, block: &mut Block) {
        let count = block.stmts.len();
        for (index, statement) in block.stmts.iter_mut().enumerate() {
            self.statement(statement, index + 1 == count);
        }
    }

    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        if let Some(attributes) = syntax::attributes_mut(expr) {
            attributes.retain(|attribute| !syntax::is_checked(attribute));
        }
        let questions = self.take(expr);
        let sometimes_awaited = self.sometimes_awaited.remove(&Place::of(expr));
        let start = self.tasks.starts.remove(&Place::of(expr));
        visit_mut::visit_expr_mut(self, expr);
        excuse(expr, self.runtime);
        self.join(expr);
        start_task(expr, start, self.runtime);
        if let Some((line, column)) = sometimes_awaited {
            expect_awaited(expr, line, column, self.runtime);
        }
        if let Some(questions) = questions {
            questions.ask(expr, Position::Value, self.runtime);
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if let Some(context) = self.macros.remove(&Place::of(mac)) {
            (self.check_macro)(mac, context);
        }
    }

    fn visit_arm_mut(&mut self, arm: &mut syn::Arm) {
        arm.attrs.retain(|attribute| !syntax::is_checked(attribute));
        visit_mut::visit_arm_mut(self, arm);
    }

    fn visit_pat_mut(&mut self, pattern: &mut syn::Pat) {
        if let syn::Pat::Guard(guarded) = pattern {
            self.visit_expr_mut(&mut guarded.guard);
        }
    }

    // As for facts: not part of this body.
    fn visit_expr_const_mut(&mut self, _: &mut syn::ExprConst) {}
    fn visit_expr_repeat_mut(&mut self, repeat: &mut syn::ExprRepeat) {
        self.visit_expr_mut(&mut repeat.expr);
    }
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
    fn visit_generic_argument_mut(&mut self, _: &mut syn::GenericArgument) {}
}

/// Tells the run-time checks what is done on purpose: the thread blocks, having made room for others, so that its poll is not
/// slow; a future goes to the heap, where it may be large; or the task waits until it is cancelled.
///
/// Input:  `block_in_place(f)`, `Box::pin(g(x))`, `pending().await`
/// Output: `blocked(blocking(), block_in_place(f))`, `Box::pin(boxed(boxing(), g(x)))`, `endless(pending()).await`
fn excuse(expr: &mut Expr, runtime: &Runtime) {
    let span = generated(syntax::first_span(expr));
    if let Expr::Await(await_) = expr {
        if let Expr::Call(call) = &*await_.base
            && call.args.is_empty()
            && Callee::of(&await_.base).is_some_and(|callee| callee.is("pending"))
        {
            let private = runtime.private(span);
            *await_.base = Expr::Verbatim(quote_spanned!(span=> #private::endless(#call)));
        }
        return;
    }
    let Expr::Call(call) = expr else { return };
    let Expr::Path(path) = &*call.func else { return };
    let mut names = path.path.segments.iter().rev().map(|segment| &segment.ident);
    let (Some(name), outer) = (names.next(), names.next()) else { return };
    if name == "block_in_place" {
        let private = runtime.private(span);
        *expr = Expr::Verbatim(quote_spanned!(span=> #private::blocked(#private::blocking(), #expr)));
    } else if name == "pin"
        && outer.is_some_and(|outer| outer == "Box")
        && call.args.len() == 1
        && let Some(made) = call.args.first_mut()
        && matches!(made, Expr::Call(_) | Expr::MethodCall(_))
        && !syntax::may_suspend(made)
    {
        let private = runtime.private(span);
        *made = Expr::Verbatim(quote_spanned!(span=> #private::boxed(#private::boxing(), #made)));
    }
}

/// Wraps the future that a task is started with, so that the task is known by this place.
///
/// Input:  `tokio::spawn(f(x))`, `set.spawn(async { … })`
/// Output: `tokio::spawn(task(f(x)))`, `set.spawn(task(async { … }))`
///
/// The wrapping call stands where the user's does: there it learns its place from.
fn start_task(expr: &mut Expr, start: Option<Start>, runtime: &Runtime) {
    let Some(start) = start else { return };
    let first = syntax::first_span(expr);
    let (arguments, ends) = match expr {
        Expr::Call(call) => (&mut call.args, (first, call.paren_token.span.close())),
        Expr::MethodCall(call) => (&mut call.args, (call.method.span(), call.paren_token.span.close())),
        _ => return,
    };
    let Some(future) = arguments.first_mut() else { return };
    let span = generated(ends.0);
    let private = runtime.private(span);
    let (function, arguments) = match start {
        Start::Task => (quote_spanned!(span=> #private::task), quote_spanned!(span=> #future)),
        Start::Detached => (quote_spanned!(span=> #private::detached), quote_spanned!(span=> #future, 0, 0)),
        Start::Supervised => (quote_spanned!(span=> #private::telling), quote_spanned!(span=> #future, 0, 0)),
    };
    *future = located(function, &arguments, ends);
}

/// Tells the run-time checks that this call's future, made at this line and column, is only there to be awaited.
///
/// Input:  `f(x)` in `let y = f(x); if ready { y.await }`
/// Output: `bound(expect_awaited(1, 9), f(x))`
fn expect_awaited(expr: &mut Expr, line: u32, column: u32, runtime: &Runtime) {
    let span = generated(syntax::first_span(expr));
    let private = runtime.private(span);
    *expr = Expr::Verbatim(quote_spanned! {span=>
        #private::bound(#private::expect_awaited(#line, #column), #expr)
    });
}
