//! What a body does that lints ask about: values it discards, names it never mentions again, what its async blocks yield.
//!
//! Read-only. A fact names its expression by [`Place`], which the rewrite finds again as long as nothing is moved
//! between the two.

mod calls;
mod flow;
mod guards;
mod left_early;
mod mentions;
mod names;
mod selects;
mod sometimes_awaited;
mod spawns;

pub(crate) use calls::{Call, Iterated, Matched, Passed};
pub(crate) use flow::Flow;
pub(crate) use guards::{Guard, Kind, holds_await};
pub(crate) use names::Names;
pub(crate) use selects::{Polled, Referred, SelectFact, named_place, others};
pub(crate) use spawns::{Start, may_start};

use crate::args::{Lists, statement_levels};
use crate::diagnostics::Sink;
use crate::lints::Levels;
use crate::select::{Handler, Select};
use crate::syntax::{self, Callee};
use selects::Turn;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Ident, Macro, Pat, Stmt};

/// Where a node of the syntax tree is in memory: its identity between reading and rewriting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place(usize);

impl Place {
    pub(crate) fn of<T>(node: &T) -> Self {
        Self(std::ptr::from_ref(node).addr())
    }
}

/// What is known of the place where some code stands.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) levels: Levels,
    /// Does it run while a future is polled?
    pub(crate) asynchronous: bool,
    /// Does a loop run it again and again?
    pub(crate) in_loop: bool,
    /// Is it what an `assert!` takes for true?
    pub(crate) in_assert: bool,
    /// Is it an argument of a macro that awaits another one, while the temporaries of this one live?
    pub(crate) awaits_later: bool,
    /// Is it the only future that its thread has to poll?
    pub(crate) alone: bool,
    pub(crate) names: Rc<Names>,
    pub(crate) lists: Rc<Lists>,
}

/// All facts about one body.
pub(crate) struct Facts<'ast> {
    pub(crate) names: Rc<Names>,
    /// Is it what an `assert!` takes for true?
    pub(crate) in_assert: bool,
    /// The calls that run while a future is polled.
    pub(crate) calls: Vec<Call<'ast>>,
    /// The functions that are passed by name to what calls them while a future is polled.
    pub(crate) passed: Vec<Passed<'ast>>,
    /// The patterns that values are matched with: those of `if let` and `while let`, and of each `match`.
    pub(crate) matches: Vec<Matched<'ast>>,
    /// The variables that `for` loops run over: `for x in values`, `for x in &values`.
    pub(crate) iterated: Vec<Iterated<'ast>>,
    /// The project's own additions to the lists of lints.
    pub(crate) lists: Rc<Lists>,
    /// The loops that run while a future is polled.
    pub(crate) loops: Vec<(Loop<'ast>, Levels)>,
    pub(crate) discards: Vec<Discard<'ast>>,
    pub(crate) unmentioned: Vec<Discard<'ast>>,
    /// Values that are iterated by hand, left early, and mentioned nowhere else.
    pub(crate) left_early: Vec<Discard<'ast>>,
    pub(crate) outputs: Vec<Output>,
    /// Calls whose future is bound and awaited on some ways only, with the line and column at which it will be made.
    pub(crate) sometimes_awaited: HashMap<Place, (u32, u32)>,
    /// Each `select!`, and what is around it.
    pub(crate) selects: Vec<SelectFact<'ast>>,
    /// What the arms of the `select!` that is being read poll by reference.
    pub(crate) polled: Vec<Polled<'ast>>,
    /// What is alive at an `.await`, and may be a guard.
    pub(crate) guards: Vec<Guard>,
    /// The calls that start a task with a future.
    pub(crate) starts: HashMap<Place, Start>,
    /// The `.await`s of what may be the handle of such a task.
    pub(crate) joins: HashSet<Place>,
    /// The context of each macro call, whose arguments are looked at on their own.
    pub(crate) macros: HashMap<Place, Context>,
}

/// A value that is dropped where it was made, or at the end of the scope of a name that nothing mentions.
pub(crate) struct Discard<'ast> {
    pub(crate) place: Place,
    /// What made the value, where that has a name.
    pub(crate) callee: Option<Callee>,
    /// Was it awaited? The value is then the output of the call, not what was called.
    pub(crate) awaited: bool,
    pub(crate) how: How,
    /// None for a macro that stands as a statement.
    pub(crate) expr: Option<&'ast Expr>,
    pub(crate) levels: Levels,
}

/// A loop.
#[derive(Clone, Copy)]
pub(crate) enum Loop<'ast> {
    Endless(&'ast syn::ExprLoop),
    While(&'ast syn::ExprWhile),
}

/// How a value is discarded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// `f();`
    Statement,
    /// `let _ = f();`
    Underscore,
    /// `drop(f());`
    Drop,
    /// `let x = f();` without a later mention of `x`.
    Unmentioned,
}

/// An async block whose output comes from a call or a name.
pub(crate) struct Output {
    pub(crate) place: Place,
    pub(crate) callee: Option<Callee>,
    pub(crate) levels: Levels,
}

impl<'ast> Facts<'ast> {
    /// Reads a block of statements.
    pub(crate) fn of_block(block: &'ast Block, context: Context, sink: &'ast Sink) -> Self {
        Self::read(context, sink, 0, |reader| {
            reader.visit_block(block);
            reader.note_guards(0, |walk| walk.block(block));
        })
    }

    /// Reads an expression that stands in a macro's arguments.
    pub(crate) fn of_expr(expr: &'ast Expr, context: Context, sink: &'ast Sink) -> Self {
        Self::read(context, sink, 1, |reader| {
            let awaits_later = reader.context.awaits_later;
            reader.visit_expr(expr);
            reader.note_guards(0, |walk| walk.macro_argument(expr, awaits_later));
        })
    }

    /// Reads the futures and handlers of a `select!`.
    pub(crate) fn of_select(select: &'ast Select, context: Context, sink: &'ast Sink) -> Self {
        Self::read(context, sink, 0, |reader| {
            reader.turn = Some(Turn::Select(select));
            for (index, arm) in select.arms.iter().enumerate() {
                reader.note_polled(select, index);
                if let Some(future) = arm.future() {
                    reader.nesting += 1;
                    reader.awaited.insert(Place::of(syntax::peel(future)));
                    reader.visit_expr(future);
                    reader.nesting -= 1;
                }
                match &arm.handler {
                    Handler::Block(block) => reader.visit_block(block),
                    Handler::Expr(expr) => reader.visit_expr(expr),
                }
            }
            reader.note_guards(0, |walk| walk.select(select));
        })
    }

    fn read(context: Context, sink: &'ast Sink, nesting: usize, visit: impl FnOnce(&mut Reader<'ast>)) -> Self {
        let facts = Self {
            names: context.names.clone(),
            in_assert: context.in_assert,
            calls: Vec::new(),
            passed: Vec::new(),
            matches: Vec::new(),
            iterated: Vec::new(),
            loops: Vec::new(),
            lists: context.lists.clone(),
            discards: Vec::new(),
            unmentioned: Vec::new(),
            left_early: Vec::new(),
            outputs: Vec::new(),
            sometimes_awaited: HashMap::new(),
            selects: Vec::new(),
            polled: Vec::new(),
            guards: Vec::new(),
            starts: HashMap::new(),
            joins: HashSet::new(),
            macros: HashMap::new(),
        };
        let (in_place, alone, awaited) = (HashSet::new(), HashSet::new(), HashSet::new());
        let (makers, looped, guards) = (HashMap::new(), HashSet::new(), guards::Makers::default());
        let mut reader =
            Reader { facts, context, nesting, in_place, alone, awaited, turn: None, makers, looped, guards, sink };
        visit(&mut reader);
        reader.facts.note_detached();
        reader.facts
    }
}

struct Reader<'ast> {
    facts: Facts<'ast>,
    context: Context,
    /// How many closures and async blocks, which may be dropped on their own, stand around the place being read.
    nesting: usize,
    /// The closures that run where they stand.
    in_place: HashSet<Place>,
    /// The async blocks that a thread runs by themselves.
    alone: HashSet<Place>,
    /// The expressions to which `.await` is appended.
    awaited: HashSet<Place>,
    /// The innermost loop.
    turn: Option<Turn<'ast>>,
    /// What made the variables that were bound so far.
    makers: HashMap<Ident, &'ast Expr>,
    /// The variables that loops have bound so far.
    looped: HashSet<&'ast Ident>,
    /// The calls that may make a guard.
    guards: guards::Makers,
    sink: &'ast Sink,
}

impl<'ast> Reader<'ast> {
    /// Goes on with the levels that `#[checked(…)]` among these attributes sets.
    fn with_levels(&mut self, attributes: &[syn::Attribute], visit: impl FnOnce(&mut Self)) {
        let outer = self.context.levels;
        for attribute in attributes.iter().filter(|attribute| syntax::is_checked(attribute)) {
            self.context.levels = statement_levels(attribute, self.context.levels, self.sink);
        }
        visit(self);
        self.context.levels = outer;
    }

    /// Reads the inside of a closure or an async block.
    fn nested(&mut self, asynchronous: bool, visit: impl FnOnce(&mut Self)) {
        let outer = self.context.clone();
        (self.context.asynchronous, self.context.in_loop) = (asynchronous, false);
        self.nesting += 1;
        visit(self);
        self.nesting -= 1;
        self.context = outer;
    }

    fn note_loop(&mut self, loop_: Loop<'ast>) {
        if self.context.asynchronous {
            self.facts.loops.push((loop_, self.context.levels));
        }
    }

    fn in_loop(&mut self, turn: Turn<'ast>, visit: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.context.in_loop, true);
        let outer_turn = self.turn.replace(turn);
        visit(self);
        self.context.in_loop = outer;
        self.turn = outer_turn;
    }

    /// Notes that the value of this expression is discarded: the call in it that makes the value, in each branch.
    fn discard(&mut self, expr: &'ast Expr, how: How) {
        match syntax::attributes(expr) {
            [] => self.discard_unattributed(expr, how),
            attributes => self.with_levels(attributes, |reader| reader.discard_unattributed(expr, how)),
        }
    }

    fn discard_unattributed(&mut self, expr: &'ast Expr, how: How) {
        match expr {
            Expr::Paren(paren) => self.discard(&paren.expr, how),
            Expr::Group(group) => self.discard(&group.expr, how),
            Expr::Reference(reference) => self.discard(&reference.expr, how),
            Expr::Tuple(tuple) => tuple.elems.iter().for_each(|element| self.discard(element, how)),
            Expr::Array(array) => array.elems.iter().for_each(|element| self.discard(element, how)),
            Expr::Block(block) if block.label.is_none() => self.discard_tail(&block.block, how),
            Expr::Unsafe(block) => self.discard_tail(&block.block, how),
            Expr::If(if_) => {
                self.discard_tail(&if_.then_branch, how);
                if let Some((_, otherwise)) = &if_.else_branch {
                    self.discard(otherwise, how);
                }
            }
            Expr::Match(match_) => match_.arms.iter().for_each(|arm| self.discard(&arm.body, how)),
            _ => {
                if let Some(fact) = self.probed(expr, how) {
                    self.facts.discards.push(fact);
                }
            }
        }
    }

    fn discard_tail(&mut self, block: &'ast Block, how: How) {
        if let Some(tail) = syntax::tail(block) {
            self.discard(tail, how);
        }
    }

    fn discard_macro(&mut self, mac: &Macro) {
        let (place, levels) = (Place::of(mac), self.context.levels);
        self.facts.discards.push(Discard {
            place,
            callee: None,
            awaited: false,
            how: How::Statement,
            expr: None,
            levels,
        });
    }

    /// The fact about an expression that makes a value, as a call does; a name or a literal makes none.
    fn probed(&self, expr: &'ast Expr, how: How) -> Option<Discard<'ast>> {
        let makes_value = match expr {
            Expr::Call(_) if Callee::of(expr).is_some_and(|callee| callee.is_one_of(NEVER_RETURN)) => false,
            // What an async block yields is `future_of_future`'s.
            Expr::Await(await_) => !matches!(syntax::peel(&await_.base), Expr::Async(_)),
            Expr::Call(_) | Expr::MethodCall(_) | Expr::Try(_) | Expr::Async(_) => true,
            Expr::Macro(mac) => is_value_macro(&mac.mac),
            _ => false,
        };
        makes_value.then(|| Discard {
            place: Place::of(expr),
            callee: Callee::of(expr),
            awaited: is_awaited(expr),
            how,
            expr: Some(expr),
            levels: self.context.levels,
        })
    }

    /// Looks at what a `let` does with a value: discards it, or gives it a name that may never be mentioned again.
    fn bind(&mut self, pattern: &'ast Pat, init: &'ast Expr, rest: &'ast [Stmt]) {
        match (pattern, syntax::peel(init)) {
            (Pat::Wild(_), _) => self.discard(init, How::Underscore),
            (Pat::Paren(paren), _) => self.bind(&paren.pat, init, rest),
            (Pat::Tuple(patterns), Expr::Tuple(values)) if patterns.elems.len() == values.elems.len() => {
                let rest_pattern = patterns.elems.iter().any(|element| matches!(element, Pat::Rest(_)));
                if !rest_pattern {
                    for (pattern, value) in patterns.elems.iter().zip(&values.elems) {
                        self.bind(pattern, value, rest);
                    }
                }
            }
            (Pat::Ident(name), init) if name.by_ref.is_none() && name.subpat.is_none() => {
                if let Some(fact) = self.probed(init, How::Unmentioned)
                    && !extends_temporaries(init)
                {
                    if !mentions::mentions(rest, &name.ident) {
                        self.facts.unmentioned.push(fact);
                    } else if self.context.asynchronous && left_early::is_left_early(rest, &name.ident) {
                        self.facts.left_early.push(fact);
                    } else if self.nesting == 0
                        && let Some(made_at) = call_site(init)
                        && sometimes_awaited::sometimes_awaited(&name.ident, rest)
                    {
                        self.facts.sometimes_awaited.insert(fact.place, made_at);
                    }
                }
            }
            _ => {}
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'ast> {
    fn visit_block(&mut self, block: &'ast Block) {
        for (index, statement) in block.stmts.iter().enumerate() {
            let rest = &block.stmts[index + 1..];
            match statement {
                Stmt::Local(local) => self.with_levels(&local.attrs, |reader| {
                    if let Some(init) = &local.init
                        && init.diverge.is_none()
                    {
                        reader.bind(&local.pat, &init.expr, rest);
                        reader.note_variable(&local.pat, &init.expr, rest);
                        reader.note_span(&local.pat, &init.expr);
                    }
                    visit::visit_local(reader, local);
                    if let Some(init) = &local.init {
                        reader.note_maker(&local.pat, &init.expr);
                    }
                }),
                Stmt::Expr(expr, semicolon) => self.with_levels(syntax::attributes(expr), |reader| {
                    if semicolon.is_some() {
                        reader.discard_unattributed(expr, How::Statement);
                    }
                    reader.read_expr(expr);
                }),
                Stmt::Macro(mac) => self.with_levels(&mac.attrs, |reader| {
                    // A plain `pin!(future);` may be tokio's, which makes a `let` of it.
                    let is_std_pin = mac.mac.path.segments.len() > 2 && syntax::is_macro(&mac.mac, "pin");
                    if mac.semi_token.is_some() && (syntax::is_macro(&mac.mac, "vec") || is_std_pin) {
                        reader.discard_macro(&mac.mac);
                    }
                    reader.visit_macro(&mac.mac);
                }),
                Stmt::Item(syn::Item::Use(item)) => self.facts.names.note_use(item),
                Stmt::Item(syn::Item::Fn(item)) => self.facts.names.note_own(&item.sig.ident),
                _ => {}
            }
        }
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        match syntax::attributes(expr) {
            [] => self.read_expr(expr),
            attributes => self.with_levels(attributes, |reader| reader.read_expr(expr)),
        }
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        match (syntax::peel(&assign.left), syntax::peel(&assign.right)) {
            (Expr::Infer(_), _) => self.discard(&assign.right, How::Underscore),
            (Expr::Tuple(left), Expr::Tuple(right)) if left.elems.len() == right.elems.len() => {
                for (left, right) in left.elems.iter().zip(&right.elems) {
                    if matches!(left, Expr::Infer(_)) {
                        self.discard(right, How::Underscore);
                    }
                }
            }
            _ => {}
        }
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Some(value) = dropped_argument(call) {
            self.discard(value, How::Drop);
        }
        self.note_arguments_of_call(call);
        self.note_maker_of_call(call);
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        self.note_arguments_of_method(call);
        self.note_maker_of_method(call);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_await(&mut self, await_: &'ast syn::ExprAwait) {
        self.awaited.insert(Place::of(syntax::peel(&await_.base)));
        visit::visit_expr_await(self, await_);
        self.note_join(await_);
    }

    fn visit_expr_if(&mut self, if_: &'ast syn::ExprIf) {
        // What never runs is there for its types: other attributes write such code.
        if syntax::is_literal(&if_.cond, false) {
            if let Some((_, otherwise)) = &if_.else_branch {
                self.visit_expr(otherwise);
            }
        } else {
            visit::visit_expr_if(self, if_);
        }
    }

    fn visit_expr_let(&mut self, let_: &'ast syn::ExprLet) {
        self.note_matched(&let_.expr, std::iter::once(&*let_.pat));
        visit::visit_expr_let(self, let_);
    }

    fn visit_expr_match(&mut self, match_: &'ast syn::ExprMatch) {
        self.note_matched(&match_.expr, match_.arms.iter().map(|arm| &arm.pat));
        visit::visit_expr_match(self, match_);
    }

    fn visit_expr_loop(&mut self, loop_: &'ast syn::ExprLoop) {
        self.note_loop(Loop::Endless(loop_));
        self.in_loop(Turn::Endless(loop_), |reader| visit::visit_expr_loop(reader, loop_));
    }

    fn visit_expr_while(&mut self, loop_: &'ast syn::ExprWhile) {
        self.note_loop(Loop::While(loop_));
        self.in_loop(Turn::While(loop_), |reader| visit::visit_expr_while(reader, loop_));
    }

    fn visit_expr_for_loop(&mut self, loop_: &'ast syn::ExprForLoop) {
        if !syntax::is_for_await(loop_) {
            self.note_iterated(&loop_.expr);
            if let syn::Pat::Ident(name) = &*loop_.pat {
                self.looped.insert(&name.ident);
            }
        }
        self.visit_expr(&loop_.expr);
        self.in_loop(Turn::For(loop_), |reader| reader.visit_block(&loop_.body));
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        if let Some(value) = syntax::tail(&block.block).map(output_value)
            && matches!(
                value,
                Expr::Call(_) | Expr::MethodCall(_) | Expr::Path(_) | Expr::If(_) | Expr::Match(_) | Expr::Async(_)
            )
        {
            self.facts.outputs.push(Output {
                place: Place::of(block),
                callee: Callee::of(value),
                levels: self.context.levels,
            });
        }
        let alone = self.alone.contains(&Place::of(block));
        self.nested(true, |reader| {
            reader.context.alone = alone;
            let makers = reader.guards.count();
            visit::visit_expr_async(reader, block);
            reader.note_guards(makers, |walk| walk.block(&block.block));
        });
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        let in_place = self.in_place.contains(&Place::of(closure)) && self.context.asynchronous;
        for input in &closure.inputs {
            if let Pat::Ident(name) = input {
                self.facts.names.forget_type(&name.ident);
            }
        }
        self.nested(in_place || closure.asyncness.is_some(), |reader| {
            let makers = reader.guards.count();
            visit::visit_expr_closure(reader, closure);
            reader.note_guards(makers, |walk| walk.argument(&closure.body));
        });
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.facts.macros.insert(Place::of(mac), self.context.clone());
        self.note_select(mac);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.with_levels(&arm.attrs, |reader| visit::visit_arm(reader, arm));
    }

    fn visit_pat(&mut self, pattern: &'ast Pat) {
        if let Pat::Guard(guarded) = pattern {
            self.visit_expr(&guarded.guard);
        }
    }

    // What is evaluated at compile time, or is a function of its own, is not part of this body.
    fn visit_expr_const(&mut self, _: &'ast syn::ExprConst) {}
    fn visit_expr_repeat(&mut self, repeat: &'ast syn::ExprRepeat) {
        self.visit_expr(&repeat.expr);
    }
    fn visit_item(&mut self, _: &'ast syn::Item) {}
    fn visit_type(&mut self, _: &'ast syn::Type) {}
    fn visit_attribute(&mut self, _: &'ast syn::Attribute) {}
    fn visit_generic_argument(&mut self, _: &'ast syn::GenericArgument) {}
}

/// The argument of `drop(…)` or `mem::forget(…)`, if it makes a value on the spot.
fn dropped_argument(call: &syn::ExprCall) -> Option<&Expr> {
    let Expr::Path(path) = syntax::peel(&call.func) else { return None };
    let name = &path.path.segments.last()?.ident;
    let argument = call.args.first()?;
    let drops = name == "drop" || name == "forget";
    (drops && call.args.len() == 1 && !matches!(syntax::peel(argument), Expr::Reference(_))).then_some(argument)
}

/// Functions of the standard library that never return: what comes after them need not be of the right type.
const NEVER_RETURN: &[&str] =
    &["abort", "exit", "handle_alloc_error", "panic_any", "resume_unwind", "unreachable_unchecked"];

/// What an async block's last expression wraps: `x` in `x`, `Ok(x)` and `Some(x)`.
pub(crate) fn output_value(expr: &Expr) -> &Expr {
    match syntax::peel(expr) {
        Expr::Call(call)
            if call.args.len() == 1 && Callee::of(expr).is_some_and(|callee| callee.is_one_of(&["Ok", "Some"])) =>
        {
            output_value(&call.args[0])
        }
        other => other,
    }
}

/// Where a call's `Location::caller()` will say that it stands.
fn call_site(expr: &Expr) -> Option<(u32, u32)> {
    let start = match expr {
        Expr::Call(_) => syntax::first_span(expr).start(),
        Expr::MethodCall(call) => call.method.span().start(),
        _ => return None,
    };
    Some((start.line as u32, start.column as u32 + 1))
}

/// Does the macro's value hold what its arguments make?
fn is_value_macro(mac: &Macro) -> bool {
    syntax::is_macro(mac, "vec") || syntax::is_macro(mac, "pin")
}

fn is_awaited(expr: &Expr) -> bool {
    match syntax::peel(expr) {
        Expr::Await(_) => true,
        Expr::Try(try_) => is_awaited(&try_.expr),
        _ => false,
    }
}

/// Would a `let` prolong the life of temporaries in it, as it does for `Some(&f())`?
fn extends_temporaries(init: &Expr) -> bool {
    let Expr::Call(call) = init else { return false };
    let constructor = Callee::of(init).is_some_and(|callee| callee.name.starts_with(char::is_uppercase));
    constructor && call.args.iter().any(|argument| !matches!(argument, Expr::Path(_) | Expr::Lit(_) | Expr::Call(_)))
}
