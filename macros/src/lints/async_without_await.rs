//! `async_without_await`: an async function that never waits. See `docs/lints/async_without_await.md`.

use super::{Level, Levels, Lint};
use crate::facts::{Facts, Flow};
use crate::finding::{Finding, Text};
use crate::input::Function;
use crate::probe::Report;
use syn::{Expr, Stmt, Visibility};

pub(crate) const LINT: Lint = Lint { name: "async_without_await", default: Level::Allow, check };

static TEXT: Text = Text { lint: LINT.name, problem: "async function never awaits", help: "remove the `async`" };

/// Bodies do not tell whether a trait wants the function as it is: [`check_function`] is asked with what is around it.
fn check(_: &Facts<'_>, _: &mut Report) {}

/// A function that nothing but its own code makes async. `nested` says that it stands in an item under the attribute, which
/// is no trait's.
pub(crate) fn check_function(function: &Function, nested: bool, levels: Levels) -> Option<Finding> {
    let level = levels.of(LINT.name);
    // Under an attribute of its own, a method may be of a trait, unless it says how visible it is.
    let may_be_of_trait = !nested && function.sig.receiver().is_some() && matches!(function.vis, Visibility::Inherited);
    let silent = level == Level::Allow
        || function.sig.asyncness.is_none()
        || may_be_of_trait
        || is_unfinished(&function.block.stmts)
        || Flow::of_block(&function.block).awaits;
    let span = function.sig.ident.span();
    (!silent).then_some(Finding { text: &TEXT, level, ends: (span, span) })
}

/// Is it empty, or `todo!()`?
fn is_unfinished(statements: &[Stmt]) -> bool {
    let mac = match statements {
        [] => return true,
        [Stmt::Macro(statement)] => &statement.mac,
        [Stmt::Expr(Expr::Macro(expr), _)] => &expr.mac,
        _ => return false,
    };
    crate::syntax::is_macro_of(mac, &["panic", "todo", "unimplemented", "unreachable"])
}
