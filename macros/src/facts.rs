//! What a body does that lints ask about: values it discards, names it never mentions again, what its async blocks yield.
//!
//! Read-only. A fact names its expression by [`Place`], which the rewrite finds again as long as nothing is moved
//! between the two.

mod mentions;
mod sometimes_awaited;

use crate::args::statement_levels;
use crate::diagnostics::Sink;
use crate::lints::Levels;
use crate::syntax::{self, Callee};
use std::collections::HashMap;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Macro, Pat, Stmt};

/// Where a node of the syntax tree is in memory: its identity between reading and rewriting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place(usize);

impl Place {
    pub(crate) fn of<T>(node: &T) -> Self {
        Self(std::ptr::from_ref(node).addr())
    }
}

/// All facts about one body.
#[derive(Default)]
pub(crate) struct Facts {
    pub(crate) discards: Vec<Discard>,
    pub(crate) unmentioned: Vec<Discard>,
    pub(crate) outputs: Vec<Output>,
    /// Calls whose future is bound and awaited on some ways only, with the line and column at which it will be made.
    pub(crate) sometimes_awaited: HashMap<Place, (u32, u32)>,
    /// The levels at each macro call, whose arguments are looked at on their own.
    pub(crate) macros: HashMap<Place, Levels>,
}

/// A value that is dropped where it was made, or at the end of the scope of a name that nothing mentions.
pub(crate) struct Discard {
    pub(crate) place: Place,
    /// What made the value, where that has a name.
    pub(crate) callee: Option<Callee>,
    /// Was it awaited? The value is then the output of the call, not what was called.
    pub(crate) awaited: bool,
    pub(crate) levels: Levels,
}

/// An async block whose output comes from a call or a name.
pub(crate) struct Output {
    pub(crate) place: Place,
    pub(crate) callee: Option<Callee>,
    pub(crate) levels: Levels,
}

impl Facts {
    /// Reads a block of statements.
    pub(crate) fn of_block(block: &Block, levels: Levels, sink: &Sink) -> Self {
        Self::read(levels, sink, 0, |reader| reader.visit_block(block))
    }

    /// Reads an expression that stands in a macro's arguments.
    pub(crate) fn of_expr(expr: &Expr, levels: Levels, sink: &Sink) -> Self {
        Self::read(levels, sink, 1, |reader| reader.visit_expr(expr))
    }

    fn read(levels: Levels, sink: &Sink, nesting: usize, visit: impl FnOnce(&mut Reader<'_>)) -> Self {
        let mut reader = Reader { facts: Self::default(), levels, nesting, sink };
        visit(&mut reader);
        reader.facts
    }
}

struct Reader<'a> {
    facts: Facts,
    levels: Levels,
    /// How many closures and async blocks, which may be dropped on their own, stand around the place being read.
    nesting: usize,
    sink: &'a Sink,
}

impl Reader<'_> {
    /// Goes on with the levels that `#[checked(…)]` among these attributes sets.
    fn with_levels(&mut self, attributes: &[syn::Attribute], visit: impl FnOnce(&mut Self)) {
        let outer = self.levels;
        for attribute in attributes.iter().filter(|attribute| syntax::is_checked(attribute)) {
            self.levels = statement_levels(attribute, self.levels, self.sink);
        }
        visit(self);
        self.levels = outer;
    }

    /// Notes that the value of this expression is discarded: the call in it that makes the value, in each branch.
    fn discard(&mut self, expr: &Expr) {
        match syntax::attributes(expr) {
            [] => self.discard_unattributed(expr),
            attributes => self.with_levels(attributes, |reader| reader.discard_unattributed(expr)),
        }
    }

    fn discard_unattributed(&mut self, expr: &Expr) {
        match expr {
            Expr::Paren(paren) => self.discard(&paren.expr),
            Expr::Group(group) => self.discard(&group.expr),
            Expr::Reference(reference) => self.discard(&reference.expr),
            Expr::Tuple(tuple) => tuple.elems.iter().for_each(|element| self.discard(element)),
            Expr::Array(array) => array.elems.iter().for_each(|element| self.discard(element)),
            Expr::Block(block) if block.label.is_none() => self.discard_tail(&block.block),
            Expr::Unsafe(block) => self.discard_tail(&block.block),
            Expr::If(if_) => {
                self.discard_tail(&if_.then_branch);
                if let Some((_, otherwise)) = &if_.else_branch {
                    self.discard(otherwise);
                }
            }
            Expr::Match(match_) => match_.arms.iter().for_each(|arm| self.discard(&arm.body)),
            _ => {
                if let Some(fact) = self.probed(expr) {
                    self.facts.discards.push(fact);
                }
            }
        }
    }

    fn discard_tail(&mut self, block: &Block) {
        if let Some(tail) = syntax::tail(block) {
            self.discard(tail);
        }
    }

    fn discard_macro(&mut self, mac: &Macro) {
        let (place, levels) = (Place::of(mac), self.levels);
        self.facts.discards.push(Discard { place, callee: None, awaited: false, levels });
    }

    /// The fact about an expression that makes a value, as a call does; a name or a literal makes none.
    fn probed(&self, expr: &Expr) -> Option<Discard> {
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
            levels: self.levels,
        })
    }

    /// Looks at what a `let` does with a value: discards it, or gives it a name that may never be mentioned again.
    fn bind(&mut self, pattern: &Pat, init: &Expr, rest: &[Stmt]) {
        match (pattern, syntax::peel(init)) {
            (Pat::Wild(_), _) => self.discard(init),
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
                if let Some(fact) = self.probed(init)
                    && !extends_temporaries(init)
                {
                    if !mentions::mentions(rest, &name.ident) {
                        self.facts.unmentioned.push(fact);
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

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_block(&mut self, block: &'ast Block) {
        for (index, statement) in block.stmts.iter().enumerate() {
            let rest = &block.stmts[index + 1..];
            match statement {
                Stmt::Local(local) => self.with_levels(&local.attrs, |reader| {
                    if let Some(init) = &local.init
                        && init.diverge.is_none()
                    {
                        reader.bind(&local.pat, &init.expr, rest);
                    }
                    visit::visit_local(reader, local);
                }),
                Stmt::Expr(expr, semicolon) => self.with_levels(syntax::attributes(expr), |reader| {
                    if semicolon.is_some() {
                        reader.discard_unattributed(expr);
                    }
                    visit::visit_expr(reader, expr);
                }),
                Stmt::Macro(mac) => self.with_levels(&mac.attrs, |reader| {
                    // A plain `pin!(future);` may be tokio's, which makes a `let` of it.
                    let is_std_pin = mac.mac.path.segments.len() > 2 && syntax::is_macro(&mac.mac, "pin");
                    if mac.semi_token.is_some() && (syntax::is_macro(&mac.mac, "vec") || is_std_pin) {
                        reader.discard_macro(&mac.mac);
                    }
                    reader.visit_macro(&mac.mac);
                }),
                _ => {}
            }
        }
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        match syntax::attributes(expr) {
            [] => visit::visit_expr(self, expr),
            attributes => self.with_levels(attributes, |reader| visit::visit_expr(reader, expr)),
        }
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        match (syntax::peel(&assign.left), syntax::peel(&assign.right)) {
            (Expr::Infer(_), _) => self.discard(&assign.right),
            (Expr::Tuple(left), Expr::Tuple(right)) if left.elems.len() == right.elems.len() => {
                for (left, right) in left.elems.iter().zip(&right.elems) {
                    if matches!(left, Expr::Infer(_)) {
                        self.discard(right);
                    }
                }
            }
            _ => {}
        }
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let Some(value) = dropped_argument(call) {
            self.discard(value);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_async(&mut self, block: &'ast syn::ExprAsync) {
        if let Some(value) = syntax::tail(&block.block).map(output_value)
            && matches!(
                value,
                Expr::Call(_) | Expr::MethodCall(_) | Expr::Path(_) | Expr::If(_) | Expr::Match(_) | Expr::Async(_)
            )
        {
            self.facts.outputs.push(Output { place: Place::of(block), callee: Callee::of(value), levels: self.levels });
        }
        self.nesting += 1;
        visit::visit_expr_async(self, block);
        self.nesting -= 1;
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.nesting += 1;
        visit::visit_expr_closure(self, closure);
        self.nesting -= 1;
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.facts.macros.insert(Place::of(mac), self.levels);
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
    let constructor = Callee::of(init).is_some_and(|callee| callee.name.to_string().starts_with(char::is_uppercase));
    constructor && call.args.iter().any(|argument| !matches!(argument, Expr::Path(_) | Expr::Lit(_) | Expr::Call(_)))
}
