//! `select!` and the code around it: what an arm polls by reference, which arms let a loop go on, what its turns make.
//!
//! A `select!` is read twice: as a [`SelectFact`] where it stands, from its macro's tokens, and arm by arm as [`Polled`]
//! when its arms are about to be rewritten. Only the first knows what is around it, only of the second's nodes types can
//! be asked.

use super::{NEVER_RETURN, Reader, extends_temporaries, mentions};
use crate::lints::Levels;
use crate::select::{Arm, Event, Handler, Select};
use crate::syntax::{self, Callee};
use crate::well_known;
use proc_macro2::Ident;
use quote::ToTokens;
use std::collections::{HashMap, HashSet};
use syn::visit::{self, Visit};
use syn::{Block, Expr, Macro, Member, Pat, Stmt};

/// A `select!`, as the code around it sees it.
pub(crate) struct SelectFact<'ast> {
    pub(crate) select: Select,
    /// The levels at the future of each arm.
    levels: Vec<Levels>,
    /// Does it poll what is given by name where that is, as futures' does? tokio's takes it.
    pub(crate) polls_names: bool,
    /// Does a loop run it again and again?
    pub(crate) in_loop: bool,
    /// What each turn of that loop makes anew.
    pub(crate) fresh: Fresh,
    /// What made the variables that the function bound before it.
    makers: HashMap<Ident, &'ast Expr>,
}

impl<'ast> SelectFact<'ast> {
    /// The futures that its arms poll: each with the arm's index and the levels there.
    pub(crate) fn futures(&self) -> impl Iterator<Item = (usize, &Expr, Levels)> {
        let arms = self.select.arms.iter().zip(&self.levels).enumerate();
        arms.filter_map(|(index, (arm, levels))| Some((index, arm.future()?, *levels)))
    }

    /// The value that a variable got where it was bound, if that can be seen.
    pub(crate) fn maker(&self, variable: &Ident) -> Option<&'ast Expr> {
        self.makers.get(variable).copied()
    }

    /// May another arm than this one end, and the loop go on?
    pub(crate) fn begins_again_without(&self, index: usize) -> bool {
        self.in_loop && others(&self.select, index).any(|handler| !ends_loop(handler))
    }
}

/// The handlers that may run while the future of an arm is not ready: those of all others but `else` and `complete`.
pub(crate) fn others(select: &Select, index: usize) -> impl Iterator<Item = &Handler> {
    let may_run = |arm: &Arm| match &arm.event {
        Event::Named(name) => name != "else" && name != "complete",
        Event::Future(_) => true,
    };
    let others = select.arms.iter().enumerate().filter(move |(other, arm)| *other != index && may_run(arm));
    others.map(|(_, arm)| &arm.handler)
}

/// A future that an arm polls by reference: it lives on when another arm ends.
pub(crate) struct Polled<'ast> {
    pub(crate) referred: Referred<'ast>,
    pub(crate) select: &'ast Select,
    /// The arm's index.
    pub(crate) index: usize,
    pub(crate) levels: Levels,
}

/// A reference to a variable or a field.
pub(crate) struct Referred<'a> {
    /// `&mut self.job`
    pub(crate) reference: &'a Expr,
    /// `job`
    pub(crate) name: &'a Ident,
    pub(crate) is_field: bool,
}

impl<'a> Referred<'a> {
    /// What an expression polls by reference: `&mut job`, `job.as_mut()`, `Pin::new(&mut job)`, these with `.fuse()`.
    pub(crate) fn of(expr: &'a Expr) -> Option<Self> {
        match syntax::peel(expr) {
            Expr::Reference(reference) if reference.mutability.is_some() => Self::to(expr, &reference.expr),
            Expr::MethodCall(call) if call.args.is_empty() && call.method == "as_mut" => Self::to(expr, &call.receiver),
            Expr::MethodCall(call) if call.args.is_empty() && call.method == "fuse" => Self::of(&call.receiver),
            Expr::Call(call) if call.args.len() == 1 && Callee::of(expr)?.is_in("Pin", "new") => {
                Self::of(&call.args[0])
            }
            _ => None,
        }
    }

    fn to(reference: &'a Expr, place: &'a Expr) -> Option<Self> {
        let reference = syntax::peel(reference);
        let (name, is_field) = named_place(place)?;
        Some(Self { reference, name, is_field })
    }
}

/// The name of a variable or field, and whether it is a field's.
pub(crate) fn named_place(expr: &Expr) -> Option<(&Ident, bool)> {
    match syntax::peel(expr) {
        Expr::Path(path) => Some((path.path.get_ident()?, false)),
        Expr::Unary(unary) if matches!(unary.op, syn::UnOp::Deref(_)) => named_place(&unary.expr),
        Expr::Field(field) => match &field.member {
            Member::Named(name) => Some((name, true)),
            Member::Unnamed(_) => None,
        },
        _ => None,
    }
}

/// May a value's type be asked where the value is bound, and may it be a future at all?
fn may_be_asked(maker: &Expr) -> bool {
    match maker {
        Expr::Macro(mac) if syntax::is_macro(&mac.mac, "pin") => {
            mac.mac.parse_body::<Expr>().is_ok_and(|pinned| !extends_temporaries(&pinned))
        }
        Expr::Async(_) | Expr::Await(_) | Expr::Call(_) | Expr::MethodCall(_) | Expr::Try(_) => {
            !extends_temporaries(maker)
        }
        _ => false,
    }
}

impl<'ast> Reader<'ast> {
    /// Notes what makes a variable that may be a future.
    pub(super) fn note_maker(&mut self, pattern: &'ast Pat, init: &'ast Expr) {
        match (pattern, syntax::peel(init)) {
            (Pat::Tuple(patterns), Expr::Tuple(values)) if patterns.elems.len() == values.elems.len() => {
                for (pattern, value) in patterns.elems.iter().zip(&values.elems) {
                    self.note_maker(pattern, value);
                }
            }
            (Pat::Ident(name), maker) if name.by_ref.is_none() && name.subpat.is_none() => {
                if may_be_asked(maker) {
                    self.makers.insert(name.ident.clone(), maker);
                } else {
                    self.makers.remove(&name.ident);
                }
            }
            _ => {}
        }
    }

    /// Notes a `select!` where it stands.
    pub(super) fn note_select(&mut self, mac: &'ast Macro) {
        if !Select::is_macro(mac) {
            return;
        }
        let Ok(select) = mac.parse_body::<Select>() else { return };
        let levels = select.arms.iter().map(|arm| self.levels_of(arm)).collect();
        let meaning = self.facts.names.meaning(&mac.path);
        let fact = SelectFact {
            select,
            levels,
            polls_names: ["futures", "futures_util"].iter().any(|name| meaning.is_in(name)),
            in_loop: self.context.in_loop,
            fresh: self.turn.filter(|_| self.context.in_loop).map(Fresh::of).unwrap_or_default(),
            makers: self.makers.clone(),
        };
        self.facts.selects.push(fact);
    }

    /// Notes what an arm that is about to be rewritten polls by reference.
    pub(super) fn note_polled(&mut self, select: &'ast Select, index: usize) {
        let arm = &select.arms[index];
        if let Some(referred) = arm.future().and_then(Referred::of) {
            let levels = self.levels_of(arm);
            self.facts.polled.push(Polled { referred, select, index, levels });
        }
    }

    fn levels_of(&mut self, arm: &Arm) -> Levels {
        let mut levels = self.context.levels;
        if let Some(future) = arm.future() {
            self.with_levels(syntax::attributes(future), |reader| levels = reader.context.levels);
        }
        levels
    }
}

/// What a loop runs again and again.
#[derive(Clone, Copy)]
pub(super) enum Turn<'ast> {
    Endless(&'ast syn::ExprLoop),
    While(&'ast syn::ExprWhile),
    For(&'ast syn::ExprForLoop),
    /// The arms of a `select!` in a loop.
    Select(&'ast Select),
}

/// The variables that get values in each turn of a loop which the next turn cannot make again.
#[derive(Default)]
pub(crate) struct Fresh(HashSet<Ident>);

impl Fresh {
    fn of(turn: Turn<'_>) -> Self {
        let mut fresh = Self::default();
        match turn {
            Turn::Endless(loop_) => fresh.visit_expr_loop(loop_),
            Turn::While(loop_) => fresh.visit_expr_while(loop_),
            Turn::For(loop_) => {
                fresh.visit_pat(&loop_.pat);
                fresh.visit_block(&loop_.body);
            }
            Turn::Select(select) => select.arms.iter().for_each(|arm| fresh.visit_select_arm(arm)),
        }
        fresh
    }

    fn visit_select_arm(&mut self, arm: &Arm) {
        if let Event::Future(future) = &arm.event {
            self.visit_pat(&future.pattern);
        }
        match &arm.handler {
            Handler::Block(block) => self.visit_block(block),
            Handler::Expr(expr) => self.visit_expr(expr),
        }
    }

    /// Does a value hold what the next turn cannot make again: what was received, taken out, or bound from that?
    /// Clones, literals and what was there before the loop can be had again.
    pub(crate) fn holds(&self, value: &Expr) -> bool {
        let mut search = Search { fresh: self, found: false };
        search.visit_expr(value);
        search.found
    }

    fn note(&mut self, name: &Ident) {
        // `None` looks like a name in a pattern.
        if !name.to_string().starts_with(char::is_uppercase) {
            self.0.insert(name.clone());
        }
    }
}

impl<'ast> Visit<'ast> for Fresh {
    fn visit_local(&mut self, local: &'ast syn::Local) {
        let name = match &local.pat {
            Pat::Type(typed) => &typed.pat,
            pattern => pattern,
        };
        if let (Pat::Ident(name), Some(init)) = (name, &local.init) {
            if self.holds(&init.expr) {
                self.note(&name.ident);
            }
            visit::visit_local_init(self, init);
        } else {
            visit::visit_local(self, local);
        }
    }

    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.note(&pattern.ident);
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        if let Some((name, false)) = named_place(&assign.left)
            && self.holds(&assign.right)
        {
            self.note(name);
        }
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        // `n += 1`: the next turn has another one.
        if let Some((name, false)) = named_place(&binary.left)
            && binary.op.to_token_stream().to_string().ends_with('=')
            && !is_comparison(&binary.op)
        {
            self.note(name);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

fn is_comparison(op: &syn::BinOp) -> bool {
    matches!(op, syn::BinOp::Eq(_) | syn::BinOp::Ne(_) | syn::BinOp::Le(_) | syn::BinOp::Ge(_))
}

/// Methods that take something out of what they are called on.
const TAKE: &[&str] = &["next", "pop", "pop_back", "pop_front", "remove", "swap_remove", "take", "try_recv"];

/// Looks for a fresh value in an expression.
struct Search<'a> {
    fresh: &'a Fresh,
    found: bool,
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::MethodCall(call) if call.method == "clone" => {}
            Expr::Call(_) if Callee::of(expr).is_some_and(|callee| callee.is("clone")) => {}
            Expr::Closure(_) | Expr::Async(_) => {}
            Expr::Await(_) => self.found = true,
            Expr::MethodCall(call) if TAKE.iter().any(|name| call.method == name) => self.found = true,
            Expr::Call(_) if Callee::of(expr).is_some_and(|callee| callee.is_in("mem", "take")) => self.found = true,
            Expr::Path(path) => {
                self.found |= path.path.get_ident().is_some_and(|name| self.fresh.0.contains(name));
            }
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.found |= self.fresh.0.iter().any(|name| mentions::in_macro(mac, name));
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

/// Does a handler end the loop around its `select!`, or have a value for which the code after that may?
fn ends_loop(handler: &Handler) -> bool {
    match handler {
        Handler::Block(block) => block_ends_loop(block),
        Handler::Expr(expr) => leaves(expr) || is_outcome(expr),
    }
}

fn block_ends_loop(block: &Block) -> bool {
    block_leaves(block)
        || syntax::tail(block).is_some_and(is_outcome)
        || block.stmts.iter().any(sets_flag)
        || !block.stmts.is_empty() && block.stmts.iter().all(only_leaves)
}

/// `stopped = true;`: the loop's condition, or the code after the `select!`, may be waiting for that.
fn sets_flag(statement: &Stmt) -> bool {
    match statement {
        Stmt::Expr(Expr::Assign(assign), _) => {
            matches!(&*assign.right, Expr::Lit(literal) if matches!(literal.lit, syn::Lit::Bool(_)))
        }
        _ => false,
    }
}

/// `if *stopped.borrow() { break; }`: nothing else is done, so the arm is there to leave the loop.
fn only_leaves(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(Expr::If(if_), _) if if_.else_branch.is_none() && block_leaves(&if_.then_branch))
}

fn block_leaves(block: &Block) -> bool {
    block.stmts.iter().any(|statement| match statement {
        Stmt::Expr(expr, _) => leaves(expr),
        Stmt::Macro(mac) => well_known::diverges(&mac.mac),
        Stmt::Local(_) | Stmt::Item(_) => false,
    })
}

/// Does every way through an expression leave the loop around it? Loops and labelled blocks in it may catch a `break`.
fn leaves(expr: &Expr) -> bool {
    match syntax::peel(expr) {
        Expr::Return(_) | Expr::Break(_) => true,
        Expr::Block(block) => block.label.is_none() && block_leaves(&block.block),
        Expr::Unsafe(block) => block_leaves(&block.block),
        Expr::If(if_) => {
            block_leaves(&if_.then_branch) && if_.else_branch.as_ref().is_some_and(|(_, otherwise)| leaves(otherwise))
        }
        Expr::Match(match_) => !match_.arms.is_empty() && match_.arms.iter().all(|arm| leaves(&arm.body)),
        Expr::Macro(mac) => well_known::diverges(&mac.mac),
        Expr::Call(_) => Callee::of(expr).is_some_and(|callee| callee.is_one_of(NEVER_RETURN)),
        _ => false,
    }
}

/// A value that says how it went: `None`, `Err(x)`, `ControlFlow::Break(x)`, `true`.
fn is_outcome(expr: &Expr) -> bool {
    match syntax::peel(expr) {
        Expr::Call(_) => Callee::of(expr).is_some_and(|callee| callee.is_one_of(&["Break", "Err"])),
        Expr::Path(path) => path.path.segments.last().is_some_and(|last| last.ident == "None"),
        Expr::Lit(literal) => matches!(literal.lit, syn::Lit::Bool(_)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    fn ends(block: &str) -> bool {
        block_ends_loop(&syn::parse_str(block).unwrap())
    }

    #[test]
    fn the_names_are_sorted() {
        assert!(TAKE.is_sorted());
    }

    #[test]
    fn handlers_that_leave_are_known() {
        for handler in [
            "{ break; }",
            "{ f(); return Ok(()); }",
            "{ break 'outer x }",
            "{ if a { break } else { panic!() } }",
            "{ match a { 1 => return, _ => break } }",
            "{ std::process::exit(1) }",
            "{ f(); Err(x) }",
            "{ None }",
            "{ stopped = true; }",
            "{ if *stop.borrow() { break; } }",
        ] {
            assert!(ends(handler), "{handler}");
        }
    }

    #[test]
    fn handlers_that_go_on_are_known() {
        for handler in [
            "{}",
            "{ count = 1; }",
            "{ f(); if a { break; } }",
            "{ if a { break; } else { f(); } }",
            "{ for x in y { break; } }",
            "{ continue; }",
            "{ match a { 1 => return, _ => {} } }",
            "{ f()?; }",
            "{ 'a: { break 'a; } }",
        ] {
            assert!(!ends(handler), "{handler}");
        }
    }

    #[test]
    fn what_a_turn_makes_is_known() {
        let loop_: syn::ExprWhile = parse_quote! {
            while let Some(event) = source.recv().await {
                let copy = config.clone();
                let ping = Message::Ping(Vec::new());
                let answer = format!("{event:?}");
                let (a, b) = pair;
                let taken = queue.pop_front();
                count += 1;
                current = source.recv().await;
                if x == 3 {}
            }
        };
        let fresh = Fresh::of(Turn::While(&loop_));
        for name in ["event", "answer", "a", "b", "taken", "count", "current"] {
            assert!(fresh.holds(&syn::parse_str(name).unwrap()), "{name}");
        }
        for name in ["copy", "ping", "source", "pair", "x"] {
            assert!(!fresh.holds(&syn::parse_str(name).unwrap()), "{name}");
        }
        assert!(fresh.holds(&parse_quote!(Event { count })));
        assert!(fresh.holds(&parse_quote!(Event::new(count))));
        assert!(fresh.holds(&parse_quote!(self.queue.pop_front().unwrap())));
        assert!(fresh.holds(&parse_quote!(format!("{count}"))));
        assert!(!fresh.holds(&parse_quote!(event.clone())));
        assert!(!fresh.holds(&parse_quote!(Arc::clone(&event))));
        assert!(!fresh.holds(&parse_quote!(Event::Tick)));
    }

    #[test]
    fn references_are_known() {
        let name = |expr: &str| {
            let expr: Expr = syn::parse_str(expr).unwrap();
            Referred::of(&expr).map(|referred| referred.name.to_string())
        };
        for expr in ["&mut job", "job.as_mut()", "(&mut job)", "&mut *job", "&mut self.job", "Pin::new(&mut job)"] {
            assert_eq!(name(expr).as_deref(), Some("job"), "{expr}");
        }
        for expr in ["job", "&mut f()", "self.job.next()", "f(&mut job)", "&job"] {
            assert_eq!(name(expr), None, "{expr}");
        }
    }
}
