//! Which expressions may make a guard: those that are called like what makes one, or whose file says that they return one.

use super::Kind;
use crate::facts::Place;
use crate::lints::Levels;
use crate::source::{self, InText};
use crate::syntax;
use proc_macro2::Span;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use syn::{Expr, ExprCall, ExprMethodCall, Ident};

/// Methods of locks, cells and spans that make a guard or a result with one in it, and take nothing but perhaps a time limit.
const METHODS: &[&str] = &[
    "borrow",
    "borrow_and_update",
    "borrow_mut",
    "enter",
    "entered",
    "lock",
    "lock_arc",
    "lock_owned",
    "read",
    "read_arc",
    "read_owned",
    "read_recursive",
    "try_borrow",
    "try_borrow_mut",
    "try_lock",
    "try_lock_arc",
    "try_lock_for",
    "try_lock_until",
    "try_read",
    "try_read_arc",
    "try_read_for",
    "try_read_until",
    "try_write",
    "try_write_arc",
    "try_write_for",
    "try_write_until",
    "upgradable_read",
    "write",
    "write_arc",
    "write_owned",
];

/// Those among them that make the guard itself: what is called on it is the guarded value's.
const DIRECT: &[&str] = &["borrow", "borrow_and_update", "borrow_mut", "enter", "entered"];

/// Methods through which a guard goes, or into whose closure it may be put.
const PASSING: &[&str] = &[
    "and_then",
    "collect",
    "expect",
    "map",
    "map_err",
    "ok",
    "ok_or",
    "ok_or_else",
    "or_else",
    "then",
    "transpose",
    "unwrap",
    "unwrap_or_else",
];

/// What is known of a call that may make a guard.
#[derive(Clone, Copy)]
struct Maker {
    levels: Levels,
    /// Does it make the guard itself, and no result with one in it?
    direct: bool,
    /// Does it make a guard for certain?
    certain: bool,
}

/// An expression that may be a guard, or hold one.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub(super) kind: Kind,
    pub(super) levels: Levels,
    pub(super) certain: bool,
    direct: bool,
}

/// The calls of a body that may make a guard.
#[derive(Default)]
pub(in crate::facts) struct Makers {
    noted: HashMap<Place, Maker>,
    /// The functions in this file that return a guard, once they were asked for.
    own: Option<Rc<OwnFunctions>>,
    /// The variables that hold a span of tracing's.
    spans: HashSet<Ident>,
}

impl Makers {
    pub(in crate::facts) fn count(&self) -> usize {
        self.noted.len()
    }

    pub(super) fn note_variable(&mut self, name: &Ident, is_span: bool) {
        if is_span {
            self.spans.insert(name.clone());
        } else if !self.spans.is_empty() {
            self.spans.remove(name);
        }
    }

    pub(super) fn is_span(&self, name: &Ident) -> bool {
        self.spans.contains(name)
    }

    pub(super) fn note_method(&mut self, call: &ExprMethodCall, certain: bool, levels: Levels) {
        let name = call.method.to_string();
        let limits = name.ends_with("_for") || name.ends_with("_until");
        let by_name = call.args.len() == usize::from(limits) && METHODS.binary_search(&name.as_str()).is_ok();
        if by_name || self.returns_guard(&name, call.method.span()) {
            let direct = by_name && DIRECT.contains(&name.as_str());
            self.noted.insert(Place::of(call), Maker { levels, direct, certain });
        }
    }

    pub(super) fn note_call(&mut self, call: &ExprCall, levels: Levels) {
        let Expr::Path(path) = syntax::peel(&call.func) else { return };
        let mut segments = path.path.segments.iter().rev().map(|segment| &segment.ident);
        let Some(last) = segments.next() else { return };
        let name = last.to_string();
        let by_name = segments.next().is_some_and(|of| {
            let of = of.to_string();
            let is_method = METHODS.binary_search(&name.as_str()).is_ok() && of.starts_with(char::is_uppercase);
            names_guard(&of) && !call.args.is_empty() || is_method && call.args.len() == 1
        });
        if by_name || self.returns_guard(&name, last.span()) {
            self.noted.insert(Place::of(call), Maker { levels, direct: false, certain: false });
        }
    }

    /// Does a function of this name, in the file of this token, return a guard?
    fn returns_guard(&mut self, name: &str, token: Span) -> bool {
        self.own.get_or_insert_with(|| source::find(token)).0.contains(name)
    }

    /// Is the value of this expression made by one of the calls?
    pub(super) fn made_by(&self, expr: &Expr) -> Option<Made> {
        match syntax::peel(expr) {
            Expr::Call(call) => self.noted(Place::of(call)),
            Expr::MethodCall(call) => self.noted(Place::of(call)).or_else(|| self.passed_by(call)),
            Expr::Try(try_) => self.made_by(&try_.expr),
            Expr::Await(await_) => self.made_by(&await_.base).map(|made| Made { kind: Kind::Task, ..made }),
            Expr::If(if_) => self.tail_of(&if_.then_branch).or_else(|| self.made_by(&if_.else_branch.as_ref()?.1)),
            Expr::Match(match_) => match_.arms.iter().find_map(|arm| self.made_by(&arm.body)),
            Expr::Block(block) if block.label.is_none() => self.tail_of(&block.block),
            Expr::Unsafe(block) => self.tail_of(&block.block),
            _ => None,
        }
    }

    fn noted(&self, place: Place) -> Option<Made> {
        let maker = self.noted.get(&place)?;
        let Maker { levels, direct, certain } = *maker;
        Some(Made { kind: Kind::Thread, levels, certain, direct })
    }

    fn tail_of(&self, block: &syn::Block) -> Option<Made> {
        self.made_by(syntax::tail(block)?)
    }

    fn passed_by(&self, call: &ExprMethodCall) -> Option<Made> {
        if !PASSING.iter().any(|name| call.method == name) {
            return None;
        }
        let of_closure = |argument| match syntax::peel(argument) {
            Expr::Closure(closure) if closure.asyncness.is_none() => self.made_by(&closure.body),
            _ => None,
        };
        let of_receiver = self.made_by(&call.receiver).filter(|made| !made.direct);
        of_receiver.or_else(|| call.args.iter().find_map(of_closure))
    }
}

/// Does a method take what it is called on, where that is a guard or holds one?
pub(super) fn consumes(method: &syn::Ident) -> bool {
    const OTHERS: &[&str] = &["exit", "into_inner", "is_ok_and", "is_some_and", "map_or", "map_or_else", "unwrap_or"];
    PASSING.iter().chain(OTHERS).any(|name| method == name)
}

/// Is it the name of a guard's type?
pub(super) fn names_guard(name: &str) -> bool {
    name.ends_with("Guard") || ["Entered", "EnteredSpan", "Ref", "RefMut"].contains(&name)
}

/// The names of a file's functions that return a guard.
#[derive(Default)]
struct OwnFunctions(HashSet<String>);

impl InText for OwnFunctions {
    fn in_text(text: &str) -> Self {
        Self(text.split("fn ").skip(1).filter_map(name_if_guarded).map(str::to_owned).collect())
    }
}

/// The function's name, if what stands between its arrow and its body names a guard.
fn name_if_guarded(function: &str) -> Option<&str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let (_, returned) = function.split(['{', ';']).next()?.split_once("->")?;
    let name = function.split(|c| !is_part(c)).next()?;
    returned.split(|c| !is_part(c)).any(names_guard).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        assert!(METHODS.is_sorted());
        assert!(PASSING.is_sorted());
        assert!(DIRECT.iter().all(|name| METHODS.contains(name)));
    }

    #[test]
    fn functions_that_return_a_guard_are_found_by_their_text() {
        let text = "
            fn state(&self) -> MutexGuard<'_, State> { self.state.lock().unwrap() }
            pub(crate) fn view<T>(cell: &RefCell<T>) -> std::cell::Ref<'_, T>
            where
                T: Clone,
            {
                cell.borrow()
            }
            fn tried(&self) -> Option<Guard<'_>>;
            fn len(&self) -> usize { self.state().len() }
            fn takes(guard: MutexGuard<'_, State>) {}
            fn preferred(&self) -> Reference<'_> { x }
        ";
        let mut found: Vec<String> = OwnFunctions::in_text(text).0.into_iter().collect();
        found.sort();
        assert_eq!(found, ["state", "tried", "view"]);
    }
}
