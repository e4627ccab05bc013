//! How a question is written around an expression, and where its answer is underlined.

use super::Runtime;
use super::spans::{call, ends, generated, of_user};
use crate::facts::output_value;
use crate::lints::Level;
use crate::probe::Question;
use crate::syntax;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Expr, Macro};

/// Where the value is dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Position {
    /// A statement with a semicolon and without temporaries.
    Statement,
    /// A statement with a semicolon that may leave temporaries, or jumps.
    StatementWithTemporaries,
    /// A statement with a semicolon that ends a block.
    LastStatement,
    /// Anywhere else.
    Value,
}

/// What is asked about one expression, and where the answer is to be underlined.
pub(super) struct Questions {
    asked: Vec<(Question, Level)>,
    ends: (Span, Span),
    output_ends: Option<(Span, Span)>,
}

impl Questions {
    pub(super) fn new(asked: Vec<(Question, Level)>, expr: &Expr) -> Self {
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
    pub(super) fn ask(&self, expr: &mut Expr, position: Position, runtime: &Runtime) {
        if let Expr::Macro(mac) = expr
            && syntax::is_macro(&mac.mac, "pin")
        {
            return self.ask_pinned(&mut mac.mac, runtime);
        }
        let attributes = syntax::attributes_mut(expr).map(std::mem::take).unwrap_or_default();
        if self.level(|question| *question == Question::FutureOutput) != Level::Allow {
            let probe = self.output_probe(runtime);
            let private = runtime.private(generated(self.ends.0));
            let pass = quote_spanned!(generated(self.ends.0)=> #private::probe::pass_output);
            *expr = call(&pass, &quote!(#expr, #probe), generated(self.ends.1));
        }
        if let Some(probe) = self.value_probe(position, runtime) {
            let span = generated(self.ends.0);
            let private = runtime.private(span);
            *expr = match position {
                Position::Statement => Expr::Verbatim(quote_spanned! {span=>
                    'value: { if false { let value = #private::probe::value(#probe); break 'value value; } #expr }
                }),
                Position::StatementWithTemporaries | Position::LastStatement => {
                    let end = quote_spanned!(span=> #private::probe::end);
                    call(&end, &quote!(#expr, #probe), generated(self.ends.1))
                }
                Position::Value => {
                    let pass = quote_spanned!(span=> #private::probe::pass);
                    call(&pass, &quote!(#expr, #probe), generated(self.ends.1))
                }
            };
            if position == Position::LastStatement {
                *expr = Expr::Verbatim(quote_spanned!(span=> #[allow(unreachable_code)] #expr));
            }
        }
        if !attributes.is_empty() {
            *expr = Expr::Verbatim(quote!(#(#attributes)* #expr));
        }
    }

    /// Input:  `pin!(f(x))`, which is of a type that borrows the future
    /// Output: `pin!(pass(f(x), …))`
    fn ask_pinned(&self, mac: &mut Macro, runtime: &Runtime) {
        if let Ok(mut pinned) = mac.parse_body::<Expr>() {
            Self::new(self.asked.clone(), &pinned).ask(&mut pinned, Position::Value, runtime);
            mac.tokens = pinned.into_token_stream();
        }
    }

    fn output_probe(&self, runtime: &Runtime) -> TokenStream {
        let ends = self.output_ends.unwrap_or(self.ends);
        let level = self.level(|question| *question == Question::FutureOutput);
        probe(runtime, ends, &[Asked { level, strict: false, names: OUTPUT }], false)
    }

    fn value_probe(&self, position: Position, runtime: &Runtime) -> Option<TokenStream> {
        let is = |question: Question| self.asked.iter().any(|(asked, _)| *asked == question);
        let future = Asked {
            level: self.level(|question| matches!(question, Question::DiscardedFuture { .. })),
            strict: is(Question::DiscardedFuture { strict: true }),
            names: FUTURE,
        };
        let container = Asked {
            level: self.level(|question| matches!(question, Question::DiscardedContainer { .. })),
            strict: is(Question::DiscardedContainer { strict: true }),
            names: CONTAINER,
        };
        let stream = Asked {
            level: self.level(|question| *question == Question::DiscardedStream),
            strict: false,
            names: STREAM,
        };
        let bound =
            Asked { level: self.level(|question| *question == Question::BoundFuture), strict: false, names: BOUND };
        let usual = future.is_denied_as_usual() && container.is_denied_as_usual() && stream.level == Level::Allow;
        let asked: Vec<Asked> = if usual {
            vec![Asked { names: BOTH, ..future }]
        } else {
            [future, container, stream, bound].into_iter().filter(|asked| asked.level != Level::Allow).collect()
        };
        let keeps_must_use = matches!(position, Position::StatementWithTemporaries | Position::LastStatement);
        (!asked.is_empty()).then(|| probe(runtime, self.ends, &asked, keeps_must_use))
    }
}

/// One question at its level.
struct Asked {
    level: Level,
    /// Is "can it be printed?" answered with "no" already?
    strict: bool,
    names: Names,
}

impl Asked {
    fn is_denied_as_usual(&self) -> bool {
        self.level == Level::Deny && !self.strict
    }
}

/// The probe functions that ask one question, and the must-use type that stands for a finding at level `warn`.
#[derive(Clone, Copy)]
struct Names {
    deny: &'static str,
    warn: &'static str,
    finding: &'static str,
}

const FUTURE: Names = Names { deny: "discarded_future", warn: "warn_discarded_future", finding: "unawaited_future" };
const CONTAINER: Names =
    Names { deny: "discarded_container", warn: "warn_discarded_container", finding: "unawaited_in_container" };
const BOTH: Names = Names { deny: "discarded", ..FUTURE };
const STREAM: Names = Names { deny: "discarded_stream", warn: "warn_discarded_stream", finding: "unawaited_stream" };
const BOUND: Names = Names { deny: "bound", warn: "warn_bound", finding: "unused_future_binding" };
const OUTPUT: Names = Names { deny: "output", warn: "warn_output", finding: "future_of_future" };

/// An expression of type `Probe<_>` that asks the questions, with its ends at the ends of the user's expression.
///
/// Input:  one question at level `deny`
/// Output: `discarded(&(0, 0, 0, 0, 0))`
///
/// Input:  several, or some at level `warn`, or of a statement that rustc's `unused_must_use` would not see any more
/// Output: `{
///              let probe = unasked();
///              same(&probe, discarded(&(0, 0, 0, 0, 0)));
///              if false { warn_discarded_future(unawaited_future, &probe, &(0, 0, 0, 0, 0)); value_of(&probe); }
///              probe
///          }`
fn probe(runtime: &Runtime, ends: (Span, Span), asked: &[Asked], keeps_must_use: bool) -> TokenStream {
    let span = generated(ends.0);
    let private = runtime.private(span);
    let denials: Vec<TokenStream> = asked
        .iter()
        .filter(|asked| asked.level == Level::Deny)
        .map(|asked| {
            let name = Ident::new(asked.names.deny, span);
            let function = quote_spanned!(span=> #private::probe::#name);
            call(&function, &answers(asked.strict, ends), generated(ends.1)).into_token_stream()
        })
        .collect();
    let warnings: Vec<TokenStream> = asked
        .iter()
        .filter(|asked| asked.level == Level::Warn)
        .map(|asked| {
            let (name, finding) = (Ident::new(asked.names.warn, span), Ident::new(asked.names.finding, span));
            let answers = answers(asked.strict, ends);
            let arguments = quote_spanned!(span=> #private::probe::finding::#finding, &probe, #answers);
            of_user(quote_spanned!(span=> #private::probe::#name), &arguments, ends)
        })
        .collect();
    let must_use = keeps_must_use
        .then(|| of_user(quote_spanned!(span=> #private::probe::value_of), &quote_spanned!(span=> &probe), ends));
    match &denials[..] {
        [only] if warnings.is_empty() && must_use.is_none() => only.clone(),
        _ => quote_spanned! {span=> {
            let probe = #private::probe::unasked();
            #(#private::probe::same(&probe, #denials);)*
            if false {
                #(#warnings;)*
                #must_use;
            }
            probe
        }},
    }
}

/// The literals whose types are the answers; a strict question has "no" for "can it be printed?" already.
pub(super) fn answers(strict: bool, ends: (Span, Span)) -> TokenStream {
    let span = generated(ends.0);
    if strict { quote_spanned!(span=> &(0, 0, 0u8, 0u8, 0)) } else { quote_spanned!(span=> &(0, 0, 0, 0, 0)) }
}
