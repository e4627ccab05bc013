//! A walk over a body in the order of evaluation, which knows at each `.await` what guards may be alive.
//!
//! A guard lives as long as the [`Binding`] that it is in: a variable's until the end of its block, a temporary's until the
//! end of its statement, condition or body. It ends before where it is moved: by any use of its name other than to look at
//! it. Where ways part, each is walked on its own; where they meet, alive is what is alive on one of them. In doubt, a
//! guard is not alive:
//! - the temporaries of a block's last expression and those of `if let` before its `else` end as in edition 2024;
//! - a loop's body is walked once;
//! - where a value is matched that may hold a guard, `None`, `Err` and `_` hold none.

use super::makers::{Made, Makers, consumes};
use super::{Guard, Kind, macros, patterns};
use crate::facts::{Place, mentions};
use crate::select::{Handler, Select};
use crate::syntax::{self, Callee};
use crate::well_known;
use proc_macro2::Span;
use syn::{Arm, BinOp, Block, Expr, Ident, Label, Lifetime, Local, Macro, Pat, Stmt};

/// What becomes of an expression's value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Used {
    /// It is moved, be it into a call or out of the function.
    Moved,
    /// It is called, compared, printed …: where it is a temporary, it stays until the end of the statement.
    LookedAt,
}

/// The guards that may be alive on the way that led here.
#[derive(Clone)]
struct Way {
    alive: Vec<usize>,
    /// Is there such a way? After `return` there is none.
    open: bool,
}

impl Way {
    const NONE: Self = Self { alive: Vec::new(), open: false };

    fn meet(&mut self, other: Self) {
        if !self.open {
            *self = other;
        } else if other.open {
            self.alive.extend(other.alive);
            self.alive.sort_unstable();
            self.alive.dedup();
        }
    }

    fn end(&mut self, guards: &[usize]) {
        self.alive.retain(|guard| !guards.contains(guard));
    }
}

/// What ends guards when it goes out of scope: a variable, or what has no name.
struct Binding {
    name: Option<Ident>,
    guards: Vec<usize>,
}

/// A loop or block that a `break` may leave.
struct Target {
    label: Option<Label>,
    is_loop: bool,
    /// How many bindings there were before it.
    scope: usize,
    left: Way,
}

/// A guard, and whether it was found alive at an `.await`.
struct Found {
    place: Place,
    ends: (Span, Span),
    made: Made,
    held: bool,
}

/// The walk over one body.
pub(in crate::facts) struct Walk<'m> {
    makers: &'m Makers,
    found: Vec<Found>,
    way: Way,
    scope: Vec<Binding>,
    targets: Vec<Target>,
    /// How many closures and async blocks, which have awaits and guards of their own, stand around this place.
    nesting: usize,
}

impl<'m> Walk<'m> {
    pub(super) fn new(makers: &'m Makers) -> Self {
        let way = Way { alive: Vec::new(), open: true };
        Self { makers, found: Vec::new(), way, scope: Vec::new(), targets: Vec::new(), nesting: 0 }
    }

    pub(super) fn into_guards(self) -> impl Iterator<Item = Guard> {
        let held = self.found.into_iter().filter(|found| found.held);
        held.map(|Found { place, ends, made, .. }| {
            let Made { kind, levels, certain, .. } = made;
            Guard { place, ends, kind, certain, levels }
        })
    }

    /// Walks over an argument of a macro, whose temporaries may live until another one is awaited.
    pub(in crate::facts) fn macro_argument(&mut self, expr: &Expr, awaits_later: bool) {
        self.scoped(|walk| {
            walk.expr(expr, Used::LookedAt);
            if awaits_later {
                walk.wait(&[]);
            }
        });
    }

    /// Walks over the body of a closure, or a future or handler of a `select!`.
    pub(in crate::facts) fn argument(&mut self, expr: &Expr) {
        self.macro_argument(expr, false);
    }

    /// Walks over the arms of a `select!`, each on its own: what stands around it sees the `select!` itself.
    pub(in crate::facts) fn select(&mut self, select: &Select) {
        for arm in &select.arms {
            if let Some(future) = arm.future() {
                self.on_one_way(|walk| walk.argument(future));
            }
            self.on_one_way(|walk| walk.handler(&arm.handler));
        }
    }

    pub(super) fn handler(&mut self, handler: &Handler) {
        match handler {
            Handler::Block(block) => self.block(block),
            Handler::Expr(expr) => self.argument(expr),
        }
    }

    pub(in crate::facts) fn block(&mut self, block: &Block) {
        self.scoped(|walk| block.stmts.iter().for_each(|statement| walk.statement(statement)));
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::Local(local) => self.local(local),
            Stmt::Expr(expr, _) => self.scoped(|walk| walk.expr(expr, Used::Moved)),
            Stmt::Macro(mac) => self.macro_call(&mac.mac),
            Stmt::Item(_) => {}
        }
    }

    /// Walks what ends the guards that are made in it.
    pub(super) fn scoped(&mut self, walk: impl FnOnce(&mut Self)) {
        let outer = self.scope.len();
        walk(self);
        self.leave(outer);
    }

    fn leave(&mut self, outer: usize) {
        for binding in self.scope.drain(outer..) {
            self.way.end(&binding.guards);
        }
    }

    /// Walks one of several ways that part here, and comes back.
    pub(super) fn on_one_way(&mut self, walk: impl FnOnce(&mut Self)) -> OneWay {
        let before = self.way.clone();
        self.scoped(walk);
        OneWay(std::mem::replace(&mut self.way, before))
    }

    pub(super) fn meet(&mut self, way: OneWay) {
        self.way.meet(way.0);
    }

    /// Leaves these bindings, here and on another way.
    fn outside(&mut self, mut way: OneWay, outer: usize) -> OneWay {
        self.scope[outer..].iter().for_each(|binding| way.0.end(&binding.guards));
        self.leave(outer);
        way
    }

    pub(super) fn end_way(&mut self) {
        self.way = Way::NONE;
    }
}

/// Where one of several ways led.
pub(super) struct OneWay(Way);

/// Bindings.
impl Walk<'_> {
    fn local(&mut self, local: &Local) {
        let Some(init) = &local.init else {
            return self.bind_names(&local.pat, &[]);
        };
        let outer = self.scope.len();
        let mut bound = Vec::new();
        self.init(&local.pat, &init.expr, &mut bound);
        self.leave(outer);
        if let Some((_, otherwise)) = &init.diverge {
            let kept = std::mem::take(&mut self.way.alive);
            self.way.alive = kept.iter().copied().filter(|guard| !holds(&bound, *guard)).collect();
            self.on_one_way(|walk| walk.expr(otherwise, Used::Moved));
            self.way.alive = kept;
        }
        self.scope.extend(bound);
    }

    /// Walks what a `let` binds. The bindings come into scope when the temporaries have left it.
    fn init(&mut self, pattern: &Pat, init: &Expr, bound: &mut Vec<Binding>) {
        match (pattern, syntax::peel(init)) {
            (Pat::Paren(paren), init) => self.init(&paren.pat, init, bound),
            (Pat::Type(typed), init) if patterns::may_be_guard(&typed.ty) => self.init(&typed.pat, init, bound),
            (Pat::Tuple(patterns), Expr::Tuple(values)) if patterns.elems.len() == values.elems.len() => {
                for (pattern, value) in patterns.elems.iter().zip(&values.elems) {
                    self.init(pattern, value, bound);
                }
            }
            // `let _ = guard;` moves nothing.
            (Pat::Wild(_), Expr::Path(_)) => {}
            (Pat::Wild(_) | Pat::Type(_), init) => {
                self.expr(init, Used::Moved);
                self.extend_temporary(pattern, init, bound);
                bound.extend(patterns::names(pattern).into_iter().filter_map(|name| self.hiding(name)));
            }
            (_, init) => {
                let guards = self.value(init, Used::Moved);
                let names = patterns::names(pattern);
                if names.is_empty() {
                    self.way.end(&guards);
                }
                let binding = |name: &Ident| Binding { name: Some(name.clone()), guards: guards.clone() };
                if guards.is_empty() {
                    bound.extend(names.into_iter().filter_map(|name| self.hiding(name)));
                    self.extend_temporary(pattern, init, bound);
                } else {
                    bound.extend(names.into_iter().map(binding));
                }
            }
        }
    }

    /// A binding that hides one of the same name, if there is one to hide.
    fn hiding(&self, name: &Ident) -> Option<Binding> {
        self.find(name).map(|_| Binding { name: Some(name.clone()), guards: Vec::new() })
    }

    /// Keeps the temporary that a reference points into, as `let x = &*m.lock();` does.
    fn extend_temporary(&mut self, pattern: &Pat, init: &Expr, bound: &mut Vec<Binding>) {
        let referred = match init {
            Expr::Reference(reference) => place_root(&reference.expr),
            _ if patterns::binds_by_reference(pattern) => place_root(init),
            _ => return,
        };
        if let Some(guard) = self.found.iter().rposition(|found| found.place == Place::of(referred)) {
            bound.push(Binding { name: None, guards: vec![guard] });
            // It is bound now, and no temporary any more.
            self.scope.iter_mut().for_each(|binding| binding.guards.retain(|other| *other != guard));
        }
    }

    fn bind_names(&mut self, pattern: &Pat, guards: &[usize]) {
        for name in patterns::names(pattern) {
            self.scope.push(Binding { name: Some(name.clone()), guards: guards.to_vec() });
        }
    }

    fn find(&self, name: &Ident) -> Option<usize> {
        self.scope.iter().rposition(|binding| binding.name.as_ref() == Some(name))
    }

    /// The guards that a variable may hold.
    fn held_by(&self, expr: &Expr) -> Option<&Binding> {
        match expr {
            Expr::Path(path) => self.find(path.path.get_ident()?).map(|index| &self.scope[index]),
            _ => None,
        }
    }

    /// The guards that an expression's value is or holds; they stay alive.
    fn value(&mut self, expr: &Expr, otherwise: Used) -> Vec<usize> {
        let expr = syntax::peel(expr);
        match expr {
            Expr::Path(_) => self.held_by(expr).map(|binding| binding.guards.clone()).unwrap_or_default(),
            Expr::Tuple(tuple) => tuple.elems.iter().flat_map(|element| self.value(element, Used::Moved)).collect(),
            Expr::Call(call) if is_wrapper(&call.func) && call.args.len() == 1 => self.value(&call.args[0], otherwise),
            _ => match self.makers.made_by(expr) {
                Some(made) => {
                    self.parts(expr);
                    self.make(expr, made).into_iter().collect()
                }
                None => {
                    self.expr(expr, otherwise);
                    Vec::new()
                }
            },
        }
    }

    fn make(&mut self, expr: &Expr, made: Made) -> Option<usize> {
        if self.nesting > 0 || !self.way.open {
            return None;
        }
        let ends = syntax::ends(expr);
        self.found.push(Found { place: Place::of(expr), ends, made, held: false });
        self.way.alive.push(self.found.len() - 1);
        Some(self.found.len() - 1)
    }
}

/// Does one of the bindings end this guard?
fn holds(bindings: &[Binding], guard: usize) -> bool {
    bindings.iter().any(|binding| binding.guards.contains(&guard))
}

/// Is it `Some`, `Ok` or the like, whose value is its content's?
fn is_wrapper(function: &Expr) -> bool {
    matches!(function, Expr::Path(path) if path.path.is_ident("Some") || path.path.is_ident("Ok"))
}

/// `m.lock()` of `(*m.lock()).field[0]`.
fn place_root(expr: &Expr) -> &Expr {
    match syntax::peel(expr) {
        Expr::Field(field) => place_root(&field.base),
        Expr::Index(index) => place_root(&index.expr),
        Expr::Reference(reference) => place_root(&reference.expr),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => place_root(&unary.expr),
        other => other,
    }
}

/// Expressions.
impl Walk<'_> {
    pub(super) fn expr(&mut self, expr: &Expr, used: Used) {
        let expr = syntax::peel(expr);
        if let Expr::Path(_) = expr {
            return self.variable(expr, used);
        }
        self.parts(expr);
        // An async lock's temporary is there for what is called on it.
        if used == Used::LookedAt
            && let Some(made) = self.makers.made_by(expr)
            && made.kind == Kind::Thread
            && let Some(guard) = self.make(expr, made)
        {
            self.scope.push(Binding { name: None, guards: vec![guard] });
        }
    }

    fn variable(&mut self, expr: &Expr, used: Used) {
        if used == Used::Moved
            && let Some(guards) = self.held_by(expr).map(|binding| binding.guards.clone())
        {
            self.way.end(&guards);
        }
    }

    /// Walks what an expression evaluates before it has a value itself.
    fn parts(&mut self, expr: &Expr) {
        use Used::{LookedAt, Moved};
        match expr {
            Expr::MethodCall(call) => {
                // `take` of a variable leaves an empty `Option` behind.
                let taken = call.method == "take" && matches!(syntax::peel(&call.receiver), Expr::Path(_));
                self.expr(&call.receiver, if taken || consumes(&call.method) { Moved } else { LookedAt });
                call.args.iter().for_each(|argument| self.expr(argument, Moved));
            }
            Expr::Call(call) => {
                self.expr(&call.func, LookedAt);
                call.args.iter().for_each(|argument| self.expr(argument, Moved));
                if is_exit(&call.func) {
                    self.end_way();
                }
            }
            Expr::Await(await_) => {
                self.expr(&await_.base, Moved);
                self.wait(&[&await_.base]);
            }
            Expr::Binary(binary) => self.binary(binary),
            Expr::Assign(assign) => self.assign(assign),
            Expr::Block(block) => match &block.label {
                Some(label) => self.labelled(label, |walk| walk.block(&block.block)),
                None => self.block(&block.block),
            },
            Expr::Unsafe(block) => self.block(&block.block),
            Expr::If(if_) => self.if_(if_),
            Expr::Match(match_) => self.match_(match_),
            Expr::Loop(loop_) => self.repeated(loop_.label.as_ref(), |walk| walk.block(&loop_.body)),
            Expr::While(loop_) => self.while_(loop_),
            Expr::ForLoop(loop_) => self.for_loop(loop_),
            Expr::Closure(closure) => self.captured(closure.capture.is_some(), &closure.body, |walk| {
                closure.inputs.iter().for_each(|input| walk.bind_names(input, &[]));
                walk.expr(&closure.body, Moved);
            }),
            Expr::Async(block) => self.captured(block.capture.is_some(), expr, |walk| walk.block(&block.block)),
            Expr::Return(return_) => {
                return_.expr.iter().for_each(|value| self.expr(value, Moved));
                self.end_way();
            }
            Expr::Break(jump) => {
                jump.expr.iter().for_each(|value| self.expr(value, Moved));
                self.leave_target(jump.label.as_ref());
            }
            Expr::Continue(_) => self.end_way(),
            Expr::Let(_) => self.condition(expr),
            Expr::Macro(mac) => self.macro_call(&mac.mac),
            Expr::Reference(reference) => self.expr(&reference.expr, LookedAt),
            Expr::RawAddr(reference) => self.expr(&reference.expr, LookedAt),
            Expr::Unary(unary) => self.expr(&unary.expr, LookedAt),
            Expr::Field(field) => self.expr(&field.base, LookedAt),
            Expr::Cast(cast) => self.expr(&cast.expr, LookedAt),
            Expr::Index(index) => {
                self.expr(&index.expr, LookedAt);
                self.expr(&index.index, Moved);
            }
            Expr::Try(try_) => self.expr(&try_.expr, Moved),
            Expr::Array(array) => array.elems.iter().for_each(|element| self.expr(element, Moved)),
            Expr::Tuple(tuple) => tuple.elems.iter().for_each(|element| self.expr(element, Moved)),
            Expr::Repeat(repeat) => self.expr(&repeat.expr, Moved),
            Expr::Range(range) => range.start.iter().chain(&range.end).for_each(|end| self.expr(end, Moved)),
            Expr::Struct(struct_) => {
                let fields = struct_.fields.iter().map(|field| &field.expr).chain(struct_.rest.as_deref());
                fields.for_each(|field| self.expr(field, Moved));
            }
            _ => {}
        }
    }

    fn binary(&mut self, binary: &syn::ExprBinary) {
        let (left, right) = (&binary.left, &binary.right);
        match binary.op {
            // The temporaries of each operand end with it, and the right one may not be evaluated.
            BinOp::And(_) | BinOp::Or(_) => {
                self.scoped(|walk| walk.expr(left, Used::LookedAt));
                let both = self.on_one_way(|walk| walk.expr(right, Used::LookedAt));
                self.meet(both);
            }
            _ if is_assignment(&binary.op) => {
                self.expr(right, Used::LookedAt);
                self.expr(left, Used::LookedAt);
            }
            _ => {
                self.expr(left, Used::LookedAt);
                self.expr(right, Used::LookedAt);
            }
        }
    }

    fn assign(&mut self, assign: &syn::ExprAssign) {
        let left = syntax::peel(&assign.left);
        let variable = match left {
            Expr::Path(path) => path.path.get_ident().and_then(|name| self.find(name)),
            _ => None,
        };
        let Some(variable) = variable else {
            self.expr(&assign.right, Used::Moved);
            return self.expr(left, Used::LookedAt);
        };
        let guards = self.value(&assign.right, Used::Moved);
        let before = std::mem::replace(&mut self.scope[variable].guards, guards);
        self.way.end(&before);
        // On another way the variable may still hold what it held before.
        self.scope[variable].guards.extend(before);
    }

    /// A closure or an async block: what it awaits it awaits when somebody polls it, and what it moves is moved into it.
    fn captured(&mut self, moves: bool, body: &Expr, walk: impl FnOnce(&mut Self)) {
        if moves {
            for index in 0..self.scope.len() {
                if self.scope[index].name.as_ref().is_some_and(|name| is_mentioned(name, body)) {
                    let guards = self.scope[index].guards.clone();
                    self.way.end(&guards);
                }
            }
            return;
        }
        let was_open = self.way.open;
        let alive = self.way.alive.clone();
        let targets = std::mem::take(&mut self.targets);
        self.nesting += 1;
        self.scoped(walk);
        self.nesting -= 1;
        self.targets = targets;
        if was_open && !self.way.open {
            self.way = Way { alive, open: true };
        }
    }

    /// Notes which guards are alive at an `.await`, of these futures.
    pub(super) fn wait(&mut self, futures: &[&Expr]) {
        if self.nesting > 0 {
            return;
        }
        for index in 0..self.way.alive.len() {
            let guard = self.way.alive[index];
            let held = match self.found[guard].made.kind {
                Kind::Thread => true,
                Kind::Task => !self.is_used_by(guard, futures),
            };
            self.found[guard].held |= held;
        }
    }

    /// Do the futures do something with what the guard guards?
    fn is_used_by(&self, guard: usize, futures: &[&Expr]) -> bool {
        let names = self.scope.iter().filter(|binding| binding.guards.contains(&guard));
        names
            .filter_map(|binding| binding.name.as_ref())
            .any(|name| futures.iter().any(|future| works_on(future, name)))
    }

    fn macro_call(&mut self, mac: &Macro) {
        if !self.way.alive.is_empty() || well_known::diverges(mac) {
            macros::walk(mac, self);
        }
    }

    /// Ends all guards whose variables a macro mentions: what it does with them nobody knows.
    pub(super) fn end_mentioned(&mut self, mac: &Macro) {
        for index in 0..self.scope.len() {
            if self.scope[index].name.as_ref().is_some_and(|name| mentions::in_macro(mac, name)) {
                let guards = self.scope[index].guards.clone();
                self.way.end(&guards);
            }
        }
    }
}

fn is_mentioned(name: &Ident, expr: &Expr) -> bool {
    mentions::mentions(&[Stmt::Expr(expr.clone(), None)], name)
}

/// Does a future work on what a variable guards: `g.query()`, `ping(&mut g)`? `f(g.len())` does not.
fn works_on(future: &Expr, name: &Ident) -> bool {
    match syntax::peel(future) {
        Expr::MethodCall(call) => {
            works_on(&call.receiver, name) || call.args.iter().any(|argument| lends(argument, name))
        }
        Expr::Call(call) => {
            let is_timeout = Callee::of(future).is_some_and(|callee| callee.name.starts_with("timeout"));
            call.args.iter().any(|argument| lends(argument, name) || is_timeout && works_on(argument, name))
        }
        Expr::Await(await_) => works_on(&await_.base, name),
        Expr::Try(try_) => works_on(&try_.expr, name),
        Expr::Async(_) | Expr::Macro(_) => is_mentioned(name, future),
        other => lends(other, name),
    }
}

/// Does an argument hand on the guard, or a reference to what it guards?
fn lends(argument: &Expr, name: &Ident) -> bool {
    match argument {
        Expr::MethodCall(call) => call.method.to_string().starts_with("as_") && lends(&call.receiver, name),
        other => matches!(place_root(other), Expr::Path(path) if path.path.is_ident(name)),
    }
}

/// `process::exit`, which never returns.
fn is_exit(function: &Expr) -> bool {
    let Expr::Path(path) = function else { return false };
    let mut names = path.path.segments.iter().rev().map(|segment| &segment.ident);
    names.next().is_some_and(|last| last == "exit" || last == "abort") && names.next().is_some_and(|of| of == "process")
}

fn is_assignment(operator: &BinOp) -> bool {
    matches!(
        operator,
        BinOp::AddAssign(_)
            | BinOp::SubAssign(_)
            | BinOp::MulAssign(_)
            | BinOp::DivAssign(_)
            | BinOp::RemAssign(_)
            | BinOp::BitXorAssign(_)
            | BinOp::BitAndAssign(_)
            | BinOp::BitOrAssign(_)
            | BinOp::ShlAssign(_)
            | BinOp::ShrAssign(_)
    )
}

/// Branches and loops.
impl Walk<'_> {
    /// A condition; what its `let`s bind, and what they look at, stays in scope.
    fn condition(&mut self, condition: &Expr) {
        match syntax::peel(condition) {
            Expr::Let(let_) => {
                let guards = self.matched(&let_.expr);
                self.enter_pattern(&let_.pat, &guards);
            }
            Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => {
                self.condition(&binary.left);
                self.condition(&binary.right);
            }
            other => self.scoped(|walk| walk.expr(other, Used::LookedAt)),
        }
    }

    /// Walks a value that patterns are matched with, and gives the guards that it holds.
    fn matched(&mut self, value: &Expr) -> Vec<usize> {
        let guards = self.value(value, Used::LookedAt);
        self.scope.push(Binding { name: None, guards: guards.clone() });
        guards
    }

    /// Goes where a pattern fits a value that may hold these guards.
    fn enter_pattern(&mut self, pattern: &Pat, guards: &[usize]) {
        if patterns::is_without_guard(pattern) {
            self.way.end(guards);
        }
        self.bind_names(pattern, guards);
    }

    fn if_(&mut self, if_: &syn::ExprIf) {
        let outer = self.scope.len();
        self.condition(&if_.cond);
        let then = self.on_one_way(|walk| walk.block(&if_.then_branch));
        let then = self.outside(then, outer);
        if let Some((_, otherwise)) = &if_.else_branch {
            self.expr(otherwise, Used::Moved);
        }
        self.meet(then);
    }

    fn match_(&mut self, match_: &syn::ExprMatch) {
        let outer = self.scope.len();
        let guards = self.matched(&match_.expr);
        let mut met = OneWay(Way::NONE);
        for arm in &match_.arms {
            let way = self.on_one_way(|walk| walk.arm(arm, &guards));
            met.0.meet(way.0);
        }
        self.way = met.0;
        self.leave(outer);
    }

    fn arm(&mut self, arm: &Arm, guards: &[usize]) {
        self.enter_pattern(&arm.pat, guards);
        if let Pat::Guard(guarded) = &arm.pat {
            self.scoped(|walk| walk.expr(&guarded.guard, Used::LookedAt));
        }
        self.scoped(|walk| walk.expr(&arm.body, Used::Moved));
    }

    fn while_(&mut self, loop_: &syn::ExprWhile) {
        self.conditional_loop(loop_.label.as_ref(), |walk| walk.condition(&loop_.cond), &loop_.body);
    }

    fn for_loop(&mut self, loop_: &syn::ExprForLoop) {
        let waits = loop_
            .attrs
            .iter()
            .any(|attribute| attribute.path().segments.last().is_some_and(|last| last.ident == "for_await"));
        let head = |walk: &mut Self| {
            walk.expr(&loop_.expr, Used::LookedAt);
            walk.bind_names(&loop_.pat, &[]);
            if waits {
                walk.wait(&[&loop_.expr]);
            }
        };
        self.conditional_loop(loop_.label.as_ref(), head, &loop_.body);
    }

    /// A loop that ends where its head says so. What the head leaves in scope the body sees.
    fn conditional_loop(&mut self, label: Option<&Label>, head: impl FnOnce(&mut Self), body: &Block) {
        self.repeated(label, |walk| {
            let outer = walk.scope.len();
            head(walk);
            let turn = walk.on_one_way(|walk| walk.block(body));
            let turn = walk.outside(turn, outer);
            walk.meet(turn);
            walk.leave_target(None);
        });
    }

    /// A loop that only a `break` leaves.
    fn repeated(&mut self, label: Option<&Label>, body: impl FnOnce(&mut Self)) {
        self.target(label.cloned(), true, body);
    }

    fn labelled(&mut self, label: &Label, body: impl FnOnce(&mut Self)) {
        self.target(Some(label.clone()), false, body);
    }

    fn target(&mut self, label: Option<Label>, is_loop: bool, body: impl FnOnce(&mut Self)) {
        self.targets.push(Target { label, is_loop, scope: self.scope.len(), left: Way::NONE });
        body(self);
        if is_loop {
            self.end_way();
        }
        if let Some(target) = self.targets.pop() {
            self.way.meet(target.left);
        }
    }

    fn leave_target(&mut self, label: Option<&Lifetime>) {
        let mut way = std::mem::replace(&mut self.way, Way::NONE);
        let is_it = |target: &&mut Target| match label {
            Some(label) => target.label.as_ref().is_some_and(|of| of.name == *label),
            None => target.is_loop,
        };
        if let Some(target) = self.targets.iter_mut().rev().find(is_it) {
            self.scope[target.scope..].iter().for_each(|binding| way.end(&binding.guards));
            target.left.meet(way);
        }
    }
}
