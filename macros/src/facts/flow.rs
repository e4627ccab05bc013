//! Where control may go while some code runs: does it wait at an `.await`, may it leave the code for good?
//!
//! Closures, async blocks and items in the code are not run by it. A macro that is not known may do anything.

use super::NEVER_RETURN;
use crate::syntax::{self, Callee};
use crate::well_known::{self, ASSERTS, DIVERGING, LOGS, TEXTS};
use proc_macro2::{TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Block, Expr, Label, Lifetime, Macro, Token};

/// What some code may do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flow {
    /// Is there an `.await` in it?
    pub(crate) awaits: bool,
    /// May it be left: by `return`, `?`, a `break` to what is around it, a panic that is written there?
    pub(crate) leaves: bool,
}

/// Macros that evaluate their arguments, and nothing else.
const EVALUATE: &[&[&str]] = &[
    LOGS,
    TEXTS,
    &["cfg", "concat", "dbg", "format_args", "include_str", "line", "log", "matches", "stringify", "vec"],
];

/// Macros that evaluate their arguments, and may end the function.
const END: &[&[&str]] = &[ASSERTS, DIVERGING, &["ensure"]];

impl Flow {
    /// What a block of statements may do.
    pub(crate) fn of_block(block: &Block) -> Self {
        let mut reader = Reader::default();
        reader.visit_block(block);
        reader.flow
    }

    /// What a loop may do in one of its turns, a `break` out of it included.
    pub(crate) fn of_loop(label: Option<&Label>, body: &Block) -> Self {
        let mut reader = Reader { own: label.map(|label| label.name.clone()), ..Reader::default() };
        reader.visit_block(body);
        reader.flow
    }
}

#[derive(Default)]
struct Reader {
    flow: Flow,
    /// The label of the loop whose body is read: to go on with it is not to leave it.
    own: Option<Lifetime>,
    /// How many loops stand between the code and the place being visited.
    loops: usize,
    /// The labels between the code and the place being visited.
    labels: Vec<Lifetime>,
}

impl Reader {
    fn labelled(&mut self, label: Option<&Label>, visit: impl FnOnce(&mut Self)) {
        self.labels.extend(label.map(|label| label.name.clone()));
        visit(self);
        if label.is_some() {
            self.labels.pop();
        }
    }

    fn in_loop(&mut self, label: Option<&Label>, visit: impl FnOnce(&mut Self)) {
        self.loops += 1;
        self.labelled(label, visit);
        self.loops -= 1;
    }

    /// A jump leaves the code if it goes to a label or loop around it.
    fn jump(&mut self, label: Option<&Lifetime>) {
        self.flow.leaves |= match label {
            Some(label) => !self.labels.contains(label),
            None => self.loops == 0,
        };
    }

    fn arguments(&mut self, mac: &Macro) {
        match mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            Ok(arguments) => arguments.iter().for_each(|argument| self.visit_expr(argument)),
            Err(_) => self.tokens(mac.tokens.clone()),
        }
    }

    /// What does not parse may be a format's `x = y`, or a pattern: the words tell.
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(word) if word == "await" => self.flow.awaits = true,
                TokenTree::Ident(word) if word == "return" || word == "break" => self.flow.leaves = true,
                TokenTree::Punct(mark) if mark.as_char() == '?' => self.flow.leaves = true,
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            Expr::Async(_) | Expr::Closure(_) => return,
            Expr::Await(_) => self.flow.awaits = true,
            Expr::Try(_) | Expr::Return(_) | Expr::Yield(_) => self.flow.leaves = true,
            Expr::Break(jump) => self.jump(jump.label.as_ref()),
            // Without a label it only goes on.
            Expr::Continue(jump) if jump.label.is_some() && jump.label != self.own => self.jump(jump.label.as_ref()),
            Expr::Call(_) => {
                self.flow.leaves |= Callee::of(expr).is_some_and(|callee| callee.is_one_of(NEVER_RETURN));
            }
            Expr::Verbatim(tokens) => self.tokens(tokens.clone()),
            _ => {}
        }
        visit::visit_expr(self, expr);
    }

    fn visit_expr_loop(&mut self, loop_: &'ast syn::ExprLoop) {
        self.in_loop(loop_.label.as_ref(), |reader| visit::visit_expr_loop(reader, loop_));
    }

    fn visit_expr_while(&mut self, loop_: &'ast syn::ExprWhile) {
        self.in_loop(loop_.label.as_ref(), |reader| visit::visit_expr_while(reader, loop_));
    }

    fn visit_expr_for_loop(&mut self, loop_: &'ast syn::ExprForLoop) {
        self.flow.awaits |= syntax::is_for_await(loop_);
        self.in_loop(loop_.label.as_ref(), |reader| visit::visit_expr_for_loop(reader, loop_));
    }

    fn visit_expr_block(&mut self, block: &'ast syn::ExprBlock) {
        self.labelled(block.label.as_ref(), |reader| visit::visit_expr_block(reader, block));
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        if well_known::is_in(mac, EVALUATE) {
            self.arguments(mac);
        } else if well_known::is_in(mac, END) {
            self.flow.leaves = true;
            self.arguments(mac);
        } else {
            self.flow = Flow { awaits: true, leaves: true };
        }
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn a_loop_is_left_by_its_label_and_gone_on_with() {
        let label = parse_quote!('a:);
        let leaves = |block: Block| Flow::of_loop(Some(&label), &block).leaves;
        assert!(leaves(parse_quote!({
            for x in y {
                break 'a;
            }
        })));
        assert!(!leaves(parse_quote!({
            for x in y {
                continue 'a;
            }
        })));
    }

    fn flow(block: Block) -> (bool, bool) {
        let flow = Flow::of_block(&block);
        (flow.awaits, flow.leaves)
    }

    #[test]
    fn awaits_are_found() {
        assert_eq!(
            flow(parse_quote!({
                f().await;
            })),
            (true, false)
        );
        assert_eq!(
            flow(parse_quote!({
                println!("{}", f().await);
            })),
            (true, false)
        );
        assert_eq!(
            flow(parse_quote!({
                info!(%x, y = f().await, "z");
            })),
            (true, false)
        );
        assert_eq!(
            flow(parse_quote!({
                select! { _ = f() => {} }
            })),
            (true, true)
        );
    }

    #[test]
    fn what_only_makes_a_future_does_not_wait() {
        assert_eq!(
            flow(parse_quote!({
                spawn(async { f().await });
            })),
            (false, false)
        );
        assert_eq!(
            flow(parse_quote!({
                let _g = async || f().await;
                fn h() {}
            })),
            (false, false)
        );
    }

    #[test]
    fn ways_out_are_found() {
        assert_eq!(
            flow(parse_quote!({
                if a {
                    break;
                }
            })),
            (false, true)
        );
        assert_eq!(
            flow(parse_quote!({
                f()?;
            })),
            (false, true)
        );
        assert_eq!(
            flow(parse_quote!({
                for x in y {
                    break 'outer;
                }
            })),
            (false, true)
        );
        assert_eq!(
            flow(parse_quote!({
                loop {
                    continue 'outer;
                }
            })),
            (false, true)
        );
        assert_eq!(flow(parse_quote!({ std::process::exit(1) })), (false, true));
        assert_eq!(
            flow(parse_quote!({
                assert!(x);
            })),
            (false, true)
        );
    }

    #[test]
    fn jumps_inside_are_not() {
        assert_eq!(
            flow(parse_quote!({
                for x in y {
                    break;
                }
            })),
            (false, false)
        );
        assert_eq!(
            flow(parse_quote!({
                'a: {
                    break 'a;
                }
            })),
            (false, false)
        );
        assert_eq!(
            flow(parse_quote!({
                continue;
            })),
            (false, false)
        );
        assert_eq!(
            flow(parse_quote!({
                v.iter().map(|x| return x);
            })),
            (false, false)
        );
    }
}
