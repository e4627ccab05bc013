//! What is called while a future is polled: calls, functions passed by name, and the closures that run where they stand.

use super::{Place, Reader};
use crate::imports::Meaning;
use crate::lints::Levels;
use crate::syntax::{self, Callee};
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprMethodCall, Pat, Stmt};

/// A call.
pub(crate) struct Call<'ast> {
    pub(crate) expr: &'ast Expr,
    pub(crate) callee: Callee,
    /// What its path may mean, if it is no method.
    pub(crate) meaning: Option<Meaning>,
    /// Does `.await` follow? Then it is of a future, and blocks nothing.
    pub(crate) awaited: bool,
    /// Does it stand in a closure or async block, which captures what it mentions?
    pub(crate) nested: bool,
    /// Does it run in the only future that its thread has to poll? Then blocking harms nobody.
    pub(crate) alone: bool,
    pub(crate) levels: Levels,
}

impl Call<'_> {
    /// Is what it calls named like this where it is defined?
    pub(crate) fn is_one_of(&self, names: &[&str]) -> bool {
        match &self.meaning {
            Some(meaning) => meaning.names().any(|name| names.contains(&name)),
            None => self.callee.is_one_of(names),
        }
    }
}

/// A function that is passed by its name, as in `.map(f)`, to what calls it at once.
pub(crate) struct Passed<'ast> {
    pub(crate) expr: &'ast Expr,
    pub(crate) meaning: Meaning,
    pub(crate) levels: Levels,
}

/// A value, and the patterns that it is matched with.
pub(crate) struct Matched<'ast> {
    pub(crate) value: &'ast Expr,
    pub(crate) patterns: Vec<&'ast Pat>,
    pub(crate) levels: Levels,
}

/// A variable, or a reference to it, that a `for` loop runs over while a future is polled.
pub(crate) struct Iterated<'ast> {
    pub(crate) expr: &'ast Expr,
    pub(crate) name: String,
    pub(crate) levels: Levels,
}

/// Methods that call what is passed to them before they return, or when the iterator or future is driven: those of `Option`,
/// `Result`, iterators, futures, streams, slices, maps and cells.
const RUN_IN_PLACE: &[&str] = &[
    "all",
    "and_then",
    "any",
    "binary_search_by",
    "chunk_by",
    "dedup_by_key",
    "entry_or_insert_with",
    "filter",
    "filter_map",
    "find",
    "find_map",
    "flat_map",
    "fold",
    "for_each",
    "get_or_init",
    "get_or_insert_with",
    "inspect",
    "inspect_err",
    "inspect_ok",
    "is_none_or",
    "is_ok_and",
    "is_some_and",
    "map",
    "map_err",
    "map_ok",
    "map_or",
    "map_or_else",
    "map_while",
    "max_by_key",
    "min_by_key",
    "ok_or_else",
    "or_else",
    "or_insert_with",
    "partition",
    "position",
    "reduce",
    "retain",
    "scan",
    "skip_while",
    "sort_by",
    "sort_by_key",
    "take_while",
    "tap",
    "then",
    "then_with",
    "try_fold",
    "try_for_each",
    "unwrap_or_else",
    "with",
    "with_borrow",
    "with_borrow_mut",
    "zip_with",
];

/// Functions that call what is passed to them at once.
const RUN_AT_ONCE: &[&str] = &["AssertUnwindSafe", "catch_unwind", "from_fn", "repeat_with"];

impl<'ast> Reader<'ast> {
    /// Reads an expression, and notes the call that it is.
    pub(super) fn read_expr(&mut self, expr: &'ast Expr) {
        self.note_start(expr);
        if self.context.asynchronous
            && matches!(expr, Expr::Call(_) | Expr::MethodCall(_))
            && let Some(callee) = Callee::of(expr)
        {
            let awaited = self.awaited.contains(&Place::of(expr));
            let meaning = match expr {
                Expr::Call(call) => path_of(call).map(|path| self.facts.names.meaning(path)),
                _ => None,
            };
            self.facts.calls.push(Call {
                expr,
                callee,
                meaning,
                awaited,
                nested: self.nesting > 0,
                alone: self.context.alone,
                levels: self.context.levels,
            });
        }
        visit::visit_expr(self, expr);
    }

    /// Notes what a `let` says of a variable's type, and whether a closure that it binds is called further down.
    pub(super) fn note_variable(&mut self, pattern: &'ast Pat, init: &'ast Expr, rest: &'ast [Stmt]) {
        match pattern {
            Pat::Type(typed) => self.facts.names.note_type(&typed.pat, &typed.ty),
            Pat::Ident(name) => {
                self.facts.names.note_own(&name.ident);
                self.facts.names.forget_type(&name.ident);
                self.facts.names.note_value(&name.ident, init);
                if let Expr::Closure(closure) = syntax::peel(init)
                    && is_called(&name.ident, rest)
                {
                    self.in_place.insert(Place::of(closure));
                }
            }
            _ => {}
        }
    }

    /// Notes the patterns that the output of a future is matched with.
    pub(super) fn note_matched(&mut self, value: &'ast Expr, patterns: impl Iterator<Item = &'ast Pat>) {
        if matches!(syntax::peel(value), Expr::Await(_)) {
            let (patterns, levels) = (patterns.collect(), self.context.levels);
            self.facts.matches.push(Matched { value, patterns, levels });
        }
    }

    pub(super) fn note_iterated(&mut self, expr: &'ast Expr) {
        let variable = match syntax::peel(expr) {
            Expr::Reference(reference) => syntax::peel(&reference.expr),
            other => other,
        };
        if self.context.asynchronous
            && let Expr::Path(path) = variable
            && let Some(name) = path.path.get_ident()
        {
            self.facts.iterated.push(Iterated { expr, name: name.to_string(), levels: self.context.levels });
        }
    }

    pub(super) fn note_arguments_of_call(&mut self, call: &'ast ExprCall) {
        match syntax::peel(&call.func) {
            Expr::Closure(closure) => {
                self.in_place.insert(Place::of(closure));
            }
            Expr::Path(path)
                if path.path.segments.last().is_some_and(|last| RUN_AT_ONCE.iter().any(|name| last.ident == name)) =>
            {
                call.args.iter().for_each(|argument| self.note_run_argument(argument));
            }
            // futures', smol's and pollster's run nothing else meanwhile; a runtime's is a method.
            Expr::Path(path)
                if !self.context.asynchronous
                    && path.path.segments.last().is_some_and(|last| last.ident == "block_on") =>
            {
                if let Some(Expr::Async(block)) = call.args.last().map(syntax::peel) {
                    self.alone.insert(Place::of(block));
                }
            }
            _ => {}
        }
    }

    pub(super) fn note_arguments_of_method(&mut self, call: &'ast ExprMethodCall) {
        let holds_code = |argument: &Expr| matches!(syntax::peel(argument), Expr::Closure(_) | Expr::Path(_));
        if !self.context.asynchronous || !call.args.iter().any(holds_code) {
            return;
        }
        let method = call.method.to_string();
        if RUN_IN_PLACE.binary_search(&method.as_str()).is_ok() && !is_parallel(&call.receiver) {
            call.args.iter().for_each(|argument| self.note_run_argument(argument));
        }
    }

    fn note_run_argument(&mut self, argument: &'ast Expr) {
        match syntax::peel(argument) {
            Expr::Closure(closure) => {
                self.in_place.insert(Place::of(closure));
            }
            Expr::Path(path) if self.context.asynchronous => {
                let meaning = self.facts.names.meaning(&path.path);
                self.facts.passed.push(Passed { expr: argument, meaning, levels: self.context.levels });
            }
            _ => {}
        }
    }
}

fn path_of(call: &ExprCall) -> Option<&syn::Path> {
    match syntax::peel(&call.func) {
        Expr::Path(path) if path.qself.is_none() => Some(&path.path),
        _ => None,
    }
}

/// Is it rayon's iterator, whose closures run on other threads?
fn is_parallel(receiver: &Expr) -> bool {
    match syntax::peel(receiver) {
        Expr::MethodCall(call) => call.method.to_string().contains("par_") || is_parallel(&call.receiver),
        _ => false,
    }
}

/// Do some statements call a variable?
fn is_called(name: &syn::Ident, statements: &[Stmt]) -> bool {
    let mut search = Search { name, found: false };
    statements.iter().for_each(|statement| search.visit_stmt(statement));
    search.found
}

struct Search<'a> {
    name: &'a syn::Ident,
    found: bool,
}

impl<'ast> Visit<'ast> for Search<'_> {
    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        self.found =
            self.found || matches!(syntax::peel(&call.func), Expr::Path(path) if path.path.is_ident(self.name));
        visit::visit_expr_call(self, call);
    }

    // What runs elsewhere may call it there.
    fn visit_expr_closure(&mut self, _: &'ast syn::ExprClosure) {}
    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        assert!(RUN_IN_PLACE.is_sorted());
        assert!(RUN_AT_ONCE.is_sorted());
    }
}
