//! How a question is written around an expression, and where its answer is underlined.

use super::Runtime;
use super::spans::{call, generated, of_user};
use crate::facts::output_value;
use crate::lints::Level;
use crate::probe::{Class, Probe, Question};
use crate::syntax;
use proc_macro2::{Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
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
    asked: Vec<Probe>,
    ends: (Span, Span),
    output_ends: Option<(Span, Span)>,
    /// The receiver of a method call, if it is asked about: a place, which may be mentioned once more.
    receiver: Option<TokenStream>,
    receiver_is_place: bool,
}

impl Questions {
    pub(super) fn new(asked: Vec<Probe>, expr: &Expr) -> Self {
        let output_ends = match expr {
            Expr::Async(block) => syntax::tail(&block.block).map(output_value).map(syntax::ends),
            _ => None,
        };
        let asks_receiver = asked.iter().any(|probe| matches!(probe.question, Question::Receiver { .. }));
        let receiver = match expr {
            Expr::MethodCall(call) if asks_receiver => Some(call.receiver.to_token_stream()),
            _ => None,
        };
        let receiver_is_place = matches!(expr, Expr::MethodCall(call) if syntax::is_place(&call.receiver));
        Self { asked, ends: syntax::ends(expr), output_ends, receiver, receiver_is_place }
    }

    fn level(&self, of: fn(&Question) -> bool) -> Level {
        self.asked.iter().find(|probe| of(&probe.question)).map_or(Level::Allow, |probe| probe.level)
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
        self.ask_receiver(expr, position, runtime);
        let asked = self.asked_of_value();
        if !asked.is_empty() {
            let span = generated(self.ends.0);
            let private = runtime.private(span);
            let probe = |keeps_must_use| probe(&private, self.ends, &asked, keeps_must_use);
            *expr = match position {
                Position::Statement => {
                    let value = value(&private, self.ends, &asked);
                    // The branch has no end, lest a variable that the statement moves be there afterwards, for all that
                    // the borrow checker knows.
                    Expr::Verbatim(quote_spanned! {span=>
                        'value: {
                            if false {
                                #[allow(unreachable_code, clippy::diverging_sub_expression, clippy::empty_loop)]
                                { loop {} break 'value (#value); }
                            }
                            #expr
                        }
                    })
                }
                Position::StatementWithTemporaries | Position::LastStatement => {
                    let end = quote_spanned!(span=> #private::probe::end);
                    let probe = probe(true);
                    call(&end, &quote!(#expr, #probe), generated(self.ends.1))
                }
                // What is coerced must not be coerced any earlier.
                Position::Value if asked.iter().any(|asked| !matches!(asked.what, What::Future { .. })) => {
                    let probe = probe(false);
                    // Its place is the user's, of which clippy makes suggestions.
                    let held = of_user(quote_spanned!(span=> #private::class::hold), &quote!(#expr), self.ends);
                    let value = of_user(quote_spanned!(span=> .value), &probe, self.ends);
                    Expr::Verbatim(quote!(#held #value))
                }
                Position::Value => {
                    let pass = quote_spanned!(span=> #private::probe::pass);
                    let probe = probe(false);
                    call(&pass, &quote!(#expr, #probe), generated(self.ends.1))
                }
            };
            // What never returns makes the call around it unreachable, and that is nothing to warn of.
            if matches!(position, Position::LastStatement | Position::StatementWithTemporaries) {
                *expr = Expr::Verbatim(quote_spanned! {span=>
                    #[allow(unreachable_code, clippy::diverging_sub_expression)] #expr
                });
            }
        }
        if !attributes.is_empty() {
            *expr = Expr::Verbatim(quote!(#(#attributes)* #expr));
        }
    }

    /// Input:  `file.read(x)`
    /// Output: `after({ if false { warn(…, &referred(&file), …); } }, file.read(x))`
    ///
    /// The question comes first: the value may borrow the receiver. Where rustc's `unused_must_use` must see the call, a
    /// block does the same.
    fn ask_receiver(&self, expr: &mut Expr, position: Position, runtime: &Runtime) {
        let Some(receiver) = &self.receiver else { return };
        let span = generated(self.ends.0);
        let private = runtime.private(span);
        let target = if self.receiver_is_place {
            quote_spanned!(span=> &#private::class::placed(&raw const #receiver))
        } else {
            quote_spanned!(span=> &#private::class::referred(&#receiver))
        };
        let questions: Vec<TokenStream> = self
            .asked
            .iter()
            .filter_map(|probe| match probe.question {
                Question::Receiver { class, finding } => {
                    Some(Asked { level: probe.level, what: What::Class { class, finding }, ends: probe.ends })
                }
                _ => None,
            })
            .map(|asked| asked.question(&private, self.ends, &target))
            .collect();
        let question = quote_spanned!(span=> { if false { #(#questions;)* } });
        *expr = if position == Position::Statement {
            Expr::Verbatim(quote_spanned!(span=> { #question #expr }))
        } else {
            let after = quote_spanned!(span=> #private::class::after);
            call(&after, &quote!(#question, #expr), generated(self.ends.1))
        };
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
        probe(&runtime.private(generated(ends.0)), ends, &[Asked::future(level, false, OUTPUT)], false)
    }

    fn asked_of_value(&self) -> Vec<Asked> {
        let is = |question: Question| self.asked.iter().any(|probe| probe.question == question);
        let future = Asked::future(
            self.level(|question| matches!(question, Question::DiscardedFuture { .. })),
            is(Question::DiscardedFuture { strict: true }),
            FUTURE,
        );
        let container = Asked::future(
            self.level(|question| matches!(question, Question::DiscardedContainer { .. })),
            is(Question::DiscardedContainer { strict: true }),
            CONTAINER,
        );
        let stream = Asked::future(self.level(|question| *question == Question::DiscardedStream), false, STREAM);
        let bound = Asked::future(self.level(|question| *question == Question::BoundFuture), false, BOUND);
        let usual = future.is_denied_as_usual() && container.is_denied_as_usual() && stream.level == Level::Allow;
        let mut asked = if usual {
            vec![Asked { what: What::Future { strict: false, names: BOTH }, ..future }]
        } else {
            vec![future, container, stream, bound]
        };
        asked.extend(self.asked.iter().filter_map(Asked::of_class));
        asked.retain(|asked| asked.level != Level::Allow);
        asked
    }
}

/// One question at its level.
struct Asked {
    level: Level,
    what: What,
    /// What is to be underlined, if that is not the value.
    ends: Option<(Span, Span)>,
}

enum What {
    /// About futures; `strict` where "can it be printed?" is answered with "no" already.
    Future {
        strict: bool,
        names: Names,
    },
    Class {
        class: Class,
        finding: &'static str,
    },
    Guard,
}

impl Asked {
    fn future(level: Level, strict: bool, names: Names) -> Self {
        Self { level, what: What::Future { strict, names }, ends: None }
    }

    fn of_class(probe: &Probe) -> Option<Self> {
        let what = match probe.question {
            Question::Class { class, finding } => What::Class { class, finding },
            Question::Guard => What::Guard,
            _ => return None,
        };
        Some(Self { level: probe.level, what, ends: probe.ends })
    }

    /// A statement that is or has the finding, if the target's type is the fault.
    fn question(&self, private: &TokenStream, ends: (Span, Span), target: &TokenStream) -> TokenStream {
        if self.level == Level::Warn {
            return self.warning(private, ends, target);
        }
        let denial = self.denial(private, ends);
        quote_spanned!(generated(ends.0)=> #private::probe::same(#target, #denial))
    }

    fn is_denied_as_usual(&self) -> bool {
        self.level == Level::Deny && matches!(self.what, What::Future { strict: false, .. })
    }

    /// A call that fails to compile where the value is the fault, of type `Probe<_>`.
    fn denial(&self, private: &TokenStream, ends: (Span, Span)) -> TokenStream {
        let deny = if let What::Future { names, .. } = self.what { names.deny } else { "" };
        self.denial_by(deny, private, ends)
    }

    /// The same; what is about futures by this function.
    fn denial_by(&self, name: &str, private: &TokenStream, ends: (Span, Span)) -> TokenStream {
        let ends = self.ends.unwrap_or(ends);
        let span = generated(ends.0);
        let private = &at(private, span);
        let (function, answers) = match &self.what {
            What::Future { strict, names } => {
                let name = Ident::new(name, span);
                (quote_spanned!(span=> #private::probe::#name), answers(names.literals, *strict, span))
            }
            What::Class { class, finding } => {
                let name = Ident::new(finding, span);
                let (class, verdict) = (Ident::new(class.name, span), Ident::new(class.verdict, span));
                (
                    quote_spanned!(span=> #private::class::of::#name),
                    quote_spanned!(span=> &(#private::class::#class, #private::class::#verdict, 0, 0)),
                )
            }
            What::Guard => {
                (quote_spanned!(span=> #private::class::of::guard_across_await), quote_spanned!(span=> &(0, 0, 0, 0)))
            }
        };
        call(&function, &answers, generated(ends.1)).into_token_stream()
    }

    /// A call whose value is of a must-use type where the target's type is the fault.
    fn warning(&self, private: &TokenStream, ends: (Span, Span), target: &TokenStream) -> TokenStream {
        let ends = self.ends.unwrap_or(ends);
        let span = generated(ends.0);
        let private = &at(private, span);
        let (function, arguments) = match &self.what {
            What::Future { strict, names } => {
                let (name, finding) = (Ident::new(names.warn, span), Ident::new(names.finding, span));
                let answers = answers(5, *strict, span);
                (
                    quote_spanned!(span=> #private::probe::#name),
                    quote_spanned!(span=> #private::probe::finding::#finding, #target, &(#answers)),
                )
            }
            What::Class { class, finding } => {
                let finding = Ident::new(finding, span);
                let (class, verdict) = (Ident::new(class.name, span), Ident::new(class.verdict, span));
                (
                    quote_spanned!(span=> #private::class::warn),
                    quote_spanned! {span=>
                        #private::class::of::#finding {}, #target,
                        &(#private::class::#class, #private::class::#verdict, 0, 0)
                    },
                )
            }
            What::Guard => (
                quote_spanned!(span=> #private::class::warn_guard),
                quote_spanned!(span=> #private::class::of::guard_across_await {}, #target, &(0, 0, 0, 0)),
            ),
        };
        of_user(function, &arguments, ends)
    }
}

/// The path once more, at another place: a path's first token is where an error begins.
fn at(path: &TokenStream, span: Span) -> TokenStream {
    let at_span = |mut token: TokenTree| {
        token.set_span(span);
        token
    };
    path.clone().into_iter().map(at_span).collect()
}

/// The probe functions that ask one question, and the must-use type that stands for a finding at level `warn`.
#[derive(Clone, Copy)]
struct Names {
    deny: &'static str,
    /// As `deny`, of the value's type instead of a probe's.
    value: Option<&'static str>,
    warn: &'static str,
    finding: &'static str,
    /// How many answers those of `deny` and `value` take.
    literals: usize,
}

const FUTURE: Names = Names {
    deny: "discarded_future",
    value: Some("discarded_future_value"),
    warn: "warn_discarded_future",
    finding: "unawaited_future",
    literals: 4,
};
const CONTAINER: Names = Names {
    deny: "discarded_container",
    value: Some("discarded_container_value"),
    warn: "warn_discarded_container",
    finding: "unawaited_in_container",
    literals: 4,
};
const BOTH: Names = Names { deny: "discarded", value: Some("discarded_value"), literals: 5, ..FUTURE };
const STREAM: Names = Names {
    deny: "discarded_stream",
    value: None,
    warn: "warn_discarded_stream",
    finding: "unawaited_stream",
    literals: 4,
};
const BOUND: Names =
    Names { deny: "bound", value: None, warn: "warn_bound", finding: "unused_future_binding", literals: 5 };
const OUTPUT: Names =
    Names { deny: "output", value: None, warn: "warn_output", finding: "future_of_future", literals: 4 };

/// An expression of type `Probe<_>` that asks the questions, with its ends at the ends of the user's expression.
///
/// Input:  one question at level `deny`
/// Output: `discarded(0, 0, 0, 0, 0)`
///
/// Input:  the same, of a statement that rustc's `unused_must_use` would not see any more
/// Output: `{ let probe = discarded(0, 0, 0, 0, 0); if false { value_of(&probe); } probe }`
///
/// Input:  several, or some at level `warn`
/// Output: `{
///              let probe = unasked();
///              if false {
///                  same(&probe, discarded(0, 0, 0, 0, 0));
///                  warn_discarded_future(unawaited_future, &probe, &(0, 0, 0, 0, 0));
///                  value_of(&probe);
///              }
///              probe
///          }`
fn probe(private: &TokenStream, ends: (Span, Span), asked: &[Asked], keeps_must_use: bool) -> TokenStream {
    let span = generated(ends.0);
    let target = || quote_spanned!(span=> &probe);
    let must_use = || of_user(quote_spanned!(span=> #private::probe::value_of), &target(), ends);
    if let [only] = asked
        && only.level == Level::Deny
    {
        let denial = only.denial(private, ends);
        if !keeps_must_use {
            return denial;
        }
        let must_use = must_use();
        return quote_spanned!(span=> { let probe = #denial; if false { #must_use; } probe });
    }
    let target = target();
    let questions = asked.iter().map(|asked| asked.question(private, ends, &target));
    let must_use = keeps_must_use.then(must_use);
    quote_spanned! {span=> {
        let probe = #private::probe::unasked();
        if false {
            #(#questions;)*
            #must_use;
        }
        probe
    }}
}

/// An expression of the value's own type that asks the questions, in a branch that is never taken.
///
/// Input:  one question about futures at level `deny`
/// Output: `discarded_value(0, 0, 0, 0, 0)`
///
/// Input:  any others
/// Output: `value(…)` of what [`probe`] writes
fn value(private: &TokenStream, ends: (Span, Span), asked: &[Asked]) -> TokenStream {
    if let [only] = asked
        && only.level == Level::Deny
        && let What::Future { names: Names { value: Some(name), .. }, .. } = only.what
    {
        return only.denial_by(name, private, ends);
    }
    let probe = probe(private, ends, asked, false);
    quote_spanned!(generated(ends.0)=> #private::probe::value(#probe))
}

/// So many literals, whose types are the answers; the last three are whether it can be printed, is a task's handle, is a
/// borrow. A strict question has "no" for the first two of these already.
pub(super) fn answers(literals: usize, strict: bool, span: Span) -> TokenStream {
    let mut open = Literal::u8_unsuffixed(0);
    let mut no = if strict { Literal::u8_suffixed(0) } else { open.clone() };
    let mut comma = Punct::new(',', Spacing::Alone);
    open.set_span(span);
    no.set_span(span);
    comma.set_span(span);
    let mut tokens: Vec<TokenTree> = Vec::with_capacity(2 * literals);
    for remaining in (1..=literals).rev() {
        let is_given = remaining == 2 || remaining == 3;
        tokens.push(if is_given { no.clone() } else { open.clone() }.into());
        tokens.push(comma.clone().into());
    }
    tokens.pop();
    tokens.into_iter().collect()
}
