//! Is a bound future awaited on some ways through the rest of its block, and used for nothing else?
//!
//! On the other ways it is dropped without having run, which is certainly a mistake as long as nothing leaves the block
//! early: then the report at run time may panic. In doubt, no.

use crate::syntax;
use syn::visit::{self, Visit};
use syn::{Expr, Ident, Macro, Stmt};

/// The macros that neither leave a block nor use a future in ways unknown.
const HARMLESS: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug",
    "eprintln",
    "error",
    "format",
    "info",
    "print",
    "println",
    "trace",
    "vec",
    "warn",
];

/// Looks at the statements after `let name = …;` in its block.
pub(super) fn sometimes_awaited(name: &Ident, rest: &[Stmt]) -> bool {
    let mut uses = Uses { name, depth: 0, awaited_on_some_ways: false, excluded: false };
    for statement in rest {
        uses.visit_stmt(statement);
        if uses.excluded {
            return false;
        }
    }
    uses.awaited_on_some_ways
}

struct Uses<'a> {
    name: &'a Ident,
    /// How many conditions stand around the place being visited.
    depth: usize,
    awaited_on_some_ways: bool,
    /// Awaited on all ways, used otherwise, or left behind by an early exit.
    excluded: bool,
}

impl Uses<'_> {
    fn conditional(&mut self, visit: impl FnOnce(&mut Self)) {
        self.depth += 1;
        visit(self);
        self.depth -= 1;
    }
}

impl<'ast> Visit<'ast> for Uses<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Await(await_) if matches!(syntax::peel(&await_.base), Expr::Path(path) if path.path.is_ident(self.name)) => {
                if self.depth == 0 {
                    self.excluded = true;
                } else {
                    self.awaited_on_some_ways = true;
                }
            }
            Expr::If(if_) => {
                self.visit_expr(&if_.cond);
                self.conditional(|uses| {
                    uses.visit_block(&if_.then_branch);
                    if let Some((_, otherwise)) = &if_.else_branch {
                        uses.visit_expr(otherwise);
                    }
                });
            }
            Expr::Match(match_) => {
                self.visit_expr(&match_.expr);
                self.conditional(|uses| match_.arms.iter().for_each(|arm| uses.visit_arm(arm)));
            }
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) | Expr::Try(_) | Expr::Yield(_) => {
                self.excluded = true
            }
            // Loops, closures and blocks of their own may run never, once or often.
            Expr::Loop(_) | Expr::While(_) | Expr::ForLoop(_) | Expr::Closure(_) | Expr::Async(_) | Expr::Binary(_) => {
                self.conditional(|uses| visit::visit_expr(uses, expr));
                if self.awaited_on_some_ways && !matches!(expr, Expr::Binary(_)) {
                    self.excluded = true;
                }
            }
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_ident(&mut self, ident: &'ast Ident) {
        // What is not `name.await` is another use, or another thing of the same name.
        self.excluded |= ident == self.name;
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let harmless = syntax::is_macro_of(mac, HARMLESS);
        self.excluded |= !harmless || super::mentions::in_macro(mac, self.name);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::{Block, parse_quote};

    fn is_certain(rest: Block) -> bool {
        sometimes_awaited(&parse_quote!(y), &rest.stmts)
    }

    #[test]
    fn an_await_on_one_way_only_is_found() {
        assert!(is_certain(parse_quote!({
            if ready {
                y.await;
            }
        })));
        assert!(is_certain(parse_quote!({
            let a = match k {
                1 => y.await,
                _ => 0,
            };
            a + 1
        })));
        assert!(is_certain(parse_quote!({
            println!("{}", 3);
            if a { if b { y.await } else { 0 } } else { 1 }
        })));
        assert!(is_certain(parse_quote!({
            other().await;
            if ready {
                y.await
            }
        })));
    }

    #[test]
    fn what_may_be_right_is_not() {
        assert!(
            !is_certain(parse_quote!({
                y.await;
            })),
            "always awaited"
        );
        assert!(
            !is_certain(parse_quote!({
                f()?;
                if ready {
                    y.await;
                }
            })),
            "left early"
        );
        assert!(
            !is_certain(parse_quote!({
                if ready {
                    return 1;
                }
                if a {
                    y.await
                }
            })),
            "left early"
        );
        assert!(!is_certain(parse_quote!({ if ready { y.await } else { drop(y) } })), "dropped on purpose");
        assert!(
            !is_certain(parse_quote!({
                if ready {
                    join!(y, z)
                }
            })),
            "handed to a macro"
        );
        assert!(
            !is_certain(parse_quote!({
                spawn(async move { y.await });
            })),
            "moved into a task"
        );
        assert!(
            !is_certain(parse_quote!({
                loop {
                    if ready {
                        y.await;
                    }
                }
            })),
            "in a loop"
        );
        assert!(
            !is_certain(parse_quote!({
                unknown!();
                if ready {
                    y.await
                }
            })),
            "an unknown macro may return"
        );
        assert!(
            !is_certain(parse_quote!({
                f();
            })),
            "never awaited is a lint's"
        );
    }
}
