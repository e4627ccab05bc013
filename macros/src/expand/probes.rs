//! Writes type probes into a body, and takes the attributes `#[checked(…)]` out of it.
//!
//! A value keeps its drop, its temporaries and its type inference. In a statement `f(x);` it also stays what rustc's
//! `unused_must_use` sees, the last expression of a block:
//!
//! Input:  `f(x);`
//! Output: `'value: { if false { let value = value(discarded(&(0, 0, 0, 0, 0))); break 'value value; } f(x) };`
//!
//! where the labelled `break` gives the probe the type of `f(x)`. (Its value is a name because other macros, which may see
//! this output, take `'value ::path` for a label and a colon.) In edition 2024 that would end the temporaries of
//! `f(x)` too early, so where there may be some, and in all other positions, the value is passed through a function:
//!
//! Input:  `let _ = f(x);`
//! Output: `let _ = pass(f(x), discarded(&(0, 0, 0, 0, 0)));`
//!
//! So it is in the last statement of a block without a value, too, where `f` may be a function that never returns: the
//! block is then of any type, which it would not be with a `break` in it.
//!
//! Input:  `f(x);` at the end of a block
//! Output: `#[allow(unreachable_code)] pass(f(x), discarded(&(0, 0, 0, 0, 0)));`

use super::{Runtime, generated};
use crate::facts::{Facts, Place, output_value};
use crate::lints::{Level, Levels};
use crate::probe::{Probe, Question};
use crate::syntax;
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::collections::HashMap;
use syn::visit_mut::{self, VisitMut};
use syn::{Block, Expr, Macro, Stmt};

type CheckMacro<'a> = Box<dyn Fn(&mut Macro, Levels) + 'a>;

/// Rewrites one body.
pub(super) struct Rewrite<'a> {
    probes: HashMap<Place, Vec<(Question, Level)>>,
    sometimes_awaited: HashMap<Place, (u32, u32)>,
    macros: HashMap<Place, Levels>,
    check_macro: CheckMacro<'a>,
    runtime: &'a Runtime,
}

impl<'a> Rewrite<'a> {
    pub(super) fn new(
        probes: Vec<Probe>,
        facts: Facts,
        check_macro: impl Fn(&mut Macro, Levels) + 'a,
        runtime: &'a Runtime,
    ) -> Self {
        let mut by_place: HashMap<Place, Vec<(Question, Level)>> = HashMap::new();
        for probe in probes {
            by_place.entry(probe.place).or_default().push((probe.question, probe.level));
        }
        let Facts { sometimes_awaited, macros, .. } = facts;
        Self { probes: by_place, sometimes_awaited, macros, check_macro: Box::new(check_macro), runtime }
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
            Position::Value
        } else {
            Position::Statement
        };
        visit_mut::visit_expr_mut(self, expr);
        questions.ask(expr, position, self.runtime);
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
        visit_mut::visit_expr_mut(self, expr);
        if let Some((line, column)) = sometimes_awaited {
            expect_awaited(expr, line, column, self.runtime);
        }
        if let Some(questions) = questions {
            questions.ask(expr, Position::Value, self.runtime);
        }
    }

    fn visit_macro_mut(&mut self, mac: &mut Macro) {
        if let Some(levels) = self.macros.remove(&Place::of(mac)) {
            (self.check_macro)(mac, levels);
        }
    }

    // As for facts: not part of this body.
    fn visit_expr_const_mut(&mut self, _: &mut syn::ExprConst) {}
    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
    fn visit_type_mut(&mut self, _: &mut syn::Type) {}
    fn visit_pat_mut(&mut self, _: &mut syn::Pat) {}
    fn visit_attribute_mut(&mut self, _: &mut syn::Attribute) {}
    fn visit_generic_argument_mut(&mut self, _: &mut syn::GenericArgument) {}
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

enum Position {
    /// A statement with a semicolon and without temporaries.
    Statement,
    /// A statement with a semicolon that ends a block.
    LastStatement,
    /// Anywhere else.
    Value,
}

/// What is asked about one expression, and where the answer is to be underlined.
struct Questions {
    asked: Vec<(Question, Level)>,
    ends: (Span, Span),
    output_ends: Option<(Span, Span)>,
}

impl Questions {
    fn new(asked: Vec<(Question, Level)>, expr: &Expr) -> Self {
        let output_ends = match expr {
            Expr::Async(block) => syntax::tail(&block.block).map(output_value).map(ends),
            _ => None,
        };
        Self { asked, ends: ends(expr), output_ends }
    }

    fn level(&self, of: fn(&Question) -> bool) -> Level {
        self.asked.iter().find(|(question, _)| of(question)).map_or(Level::Allow, |(_, level)| *level)
    }

    /// Writes the questions around the expression.
    fn ask(&self, expr: &mut Expr, position: Position, runtime: &Runtime) {
        let attributes = syntax::attributes_mut(expr).map(std::mem::take).unwrap_or_default();
        if self.level(|question| *question == Question::FutureOutput) != Level::Allow {
            let probe = self.output_probe(runtime);
            let private = runtime.private(generated(self.ends.0));
            let pass = quote_spanned!(generated(self.ends.0)=> #private::probe::pass_output);
            *expr = call(&pass, &quote!(#expr, #probe), generated(self.ends.1));
        }
        if let Some(probe) = self.value_probe(runtime) {
            let span = generated(self.ends.0);
            let private = runtime.private(span);
            *expr = match position {
                Position::Statement => Expr::Verbatim(quote_spanned! {span=>
                    'value: { if false { let value = #private::probe::value(#probe); break 'value value; } #expr }
                }),
                Position::LastStatement | Position::Value => {
                    let pass = quote_spanned!(span=> #private::probe::pass);
                    call(&pass, &quote!(#expr, #probe), generated(self.ends.1))
                }
            };
            if matches!(position, Position::LastStatement) {
                *expr = Expr::Verbatim(quote_spanned!(span=> #[allow(unreachable_code)] #expr));
            }
        }
        if !attributes.is_empty() {
            *expr = Expr::Verbatim(quote!(#(#attributes)* #expr));
        }
    }

    fn output_probe(&self, runtime: &Runtime) -> TokenStream {
        let ends = self.output_ends.unwrap_or(self.ends);
        let level = self.level(|question| *question == Question::FutureOutput);
        probe(
            runtime,
            ends,
            &[(level, Named { deny: "output", warn: "warn_output", finding: "future_of_future" })],
            false,
        )
    }

    fn value_probe(&self, runtime: &Runtime) -> Option<TokenStream> {
        let strict = self.asked.iter().any(|(question, _)| *question == Question::DiscardedFuture { strict: true });
        let future = self.level(|question| matches!(question, Question::DiscardedFuture { .. }));
        let stream = self.level(|question| *question == Question::DiscardedStream);
        let container = self.level(|question| *question == Question::DiscardedContainer);
        let bound = self.level(|question| *question == Question::BoundFuture);
        const FUTURE: Named =
            Named { deny: "discarded_future", warn: "warn_discarded_future", finding: "unawaited_future" };
        const CONTAINER: Named =
            Named { deny: "discarded_container", warn: "warn_discarded_container", finding: "unawaited_in_container" };
        const STREAM: Named =
            Named { deny: "discarded_stream", warn: "warn_discarded_stream", finding: "unawaited_stream" };
        const BOTH: Named = Named { deny: "discarded", ..FUTURE };
        const BOUND: Named = Named { deny: "bound", warn: "warn_bound", finding: "unused_future_binding" };
        let asked: Vec<(Level, Named)> = if bound != Level::Allow {
            vec![(bound, BOUND)]
        } else if !strict && stream == Level::Allow && future == Level::Deny && container == Level::Deny {
            vec![(Level::Deny, BOTH)]
        } else {
            vec![(future, FUTURE), (container, CONTAINER), (stream, STREAM)]
        };
        asked.iter().any(|(level, _)| *level != Level::Allow).then(|| probe(runtime, self.ends, &asked, strict))
    }
}

/// The probe functions that ask one question, and the must-use type that stands for a finding at level `warn`.
#[derive(Clone, Copy)]
struct Named {
    deny: &'static str,
    warn: &'static str,
    finding: &'static str,
}

/// An expression of type `Probe<_>` that asks the questions, with its ends at the ends of the user's expression.
fn probe(runtime: &Runtime, ends: (Span, Span), asked: &[(Level, Named)], strict: bool) -> TokenStream {
    let denied: Vec<&Named> = asked.iter().filter(|(level, _)| *level == Level::Deny).map(|(_, named)| named).collect();
    let warned: Vec<&Named> = asked.iter().filter(|(level, _)| *level == Level::Warn).map(|(_, named)| named).collect();
    let span = generated(ends.0);
    let private = runtime.private(span);
    let asks = |named: &Named| {
        let name = proc_macro2::Ident::new(named.deny, span);
        let function = quote_spanned!(span=> #private::probe::#name);
        call(&function, &answers(strict && named.deny == "discarded_future", ends), generated(ends.1)).to_token_stream()
    };
    if warned.is_empty()
        && let [only] = denied[..]
    {
        return asks(only);
    }
    let denials = denied.into_iter().map(asks);
    let warnings = warned.into_iter().map(|named| {
        let name = proc_macro2::Ident::new(named.warn, span);
        let finding = proc_macro2::Ident::new(named.finding, span);
        let function = quote_spanned!(span=> #private::probe::#name);
        let answers = answers(strict && named.warn == "warn_discarded_future", ends);
        // rustc's `unused_must_use` is silent in generated code, so the warning's outermost tokens are the user's.
        let arguments = quote_spanned!(span=> #private::probe::finding::#finding, &probe, #answers);
        let called = respan_first(function, ends.0);
        call(&called, &arguments, ends.1).to_token_stream()
    });
    quote_spanned! {span=> {
        let probe = #private::probe::unasked();
        #(let _ = #private::probe::same(&probe, #denials);)*
        if false { #(#warnings;)* }
        probe
    }}
}

/// The literals whose types are the answers; a strict question has "no" for "can it be printed?" already.
fn answers(strict: bool, ends: (Span, Span)) -> TokenStream {
    let span = generated(ends.0);
    if strict { quote_spanned!(span=> &(0, 0, 0u8, 0u8, 0)) } else { quote_spanned!(span=> &(0, 0, 0, 0, 0)) }
}

/// A call with its closing parenthesis at a place of the user's code.
fn call(function: &TokenStream, arguments: &TokenStream, last: Span) -> Expr {
    let mut group = proc_macro2::Group::new(proc_macro2::Delimiter::Parenthesis, arguments.clone());
    group.set_span(last);
    Expr::Verbatim(quote!(#function #group))
}

/// The tokens with the first one at another place.
fn respan_first(tokens: TokenStream, span: Span) -> TokenStream {
    let mut tokens: Vec<_> = tokens.into_iter().collect();
    for token in tokens.iter_mut().take(2) {
        token.set_span(span);
    }
    tokens.into_iter().collect()
}

fn ends(expr: &Expr) -> (Span, Span) {
    (syntax::first_span(expr), syntax::last_span(expr))
}
