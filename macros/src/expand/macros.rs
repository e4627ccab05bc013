//! The arguments of well-known macros: code that a syntax tree shows as tokens only.
//!
//! A macro whose arguments do not parse as expected is left as it is.

use super::body::Scope;
use super::generated;
use crate::facts::{self, Context};
use crate::imports::Meaning;
use crate::lints::{self, Level, futurelock};
use crate::select::{Event, Select};
use crate::syntax;
use crate::well_known::{self, ASSERTS, JOINS, LOGS, TEXTS};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::punctuated::Punctuated;
use syn::token::Brace;
use syn::{Block, Expr, Ident, Macro, Token};

/// Macros whose arguments are expressions between commas, as far as they hold code that lints look at.
const EXPRESSIONS: &[&[&str]] = &[ASSERTS, LOGS, TEXTS, JOINS, &["dbg", "panic", "pin", "vec", "yield_"]];

/// Lints the code in a macro's arguments and writes probes into it.
pub(super) fn check_arguments(mac: &mut Macro, context: Context, scope: &Scope<'_>) {
    // It waits while the temporaries of its item live.
    let yields = syntax::is_macro(mac, "yield_");
    if Select::is_macro(mac) {
        if let Ok(mut select) = mac.parse_body::<Select>() {
            let library = Library::of(&context.names.meaning(&mac.path));
            check_select(&mut select, library, context, scope);
            mac.tokens = select.into_token_stream();
        }
    } else if well_known::is_in(mac, EXPRESSIONS)
        && (yields || holds_code(mac.tokens.clone()))
        && let Ok(mut expressions) = mac.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated)
    {
        let in_assert = syntax::is_macro_of(mac, &["assert", "debug_assert"]);
        // Until then the temporaries of those before it live.
        let last_await = expressions.iter().rposition(|argument| facts::holds_await(argument.to_token_stream()));
        for (index, expr) in expressions.iter_mut().enumerate() {
            let awaits_later = yields || last_await.is_some_and(|last| index < last);
            scope.check_expr(expr, Context { in_assert, awaits_later, ..context.clone() });
        }
        mac.tokens = expressions.into_token_stream();
    } else if scope.has_cleanup
        && syntax::is_macro(mac, "defer")
        && let Ok(stmts) = mac.parse_body_with(Block::parse_within)
    {
        let mut block = Block { brace_token: Brace::default(), stmts };
        scope.check_block(&mut block, context);
        mac.tokens = block.stmts.iter().map(ToTokens::to_token_stream).collect();
    }
}

fn holds_reference(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => holds_reference(group.stream()),
        TokenTree::Punct(mark) => mark.as_char() == '&',
        _ => false,
    })
}

/// Is there code among the arguments that a lint may speak of, or that starts a task: a block, whose statements discard values, or
/// one of the names that are looked for? The arguments of most macros are neither, and need not be parsed.
fn holds_code(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace || holds_code(group.stream()),
        TokenTree::Ident(ident) => {
            let name = ident.to_string();
            lints::looks_for(&name) || facts::may_start(&name)
        }
        _ => false,
    })
}

/// Input:  `value = f(x), if ready => { … }`
/// Output: the same, its future marked as handed over, since all but one are rightly dropped, and its handler linted.
fn check_select(select: &mut Select, library: Option<Library>, context: Context, scope: &Scope<'_>) {
    let level = context.levels.of(futurelock::LINT.name);
    let may_stall = scope.check_select(select, context);
    for (index, arm) in select.arms.iter_mut().enumerate() {
        let Event::Future(arm) = &mut arm.event else { continue };
        let future = &arm.future;
        let by_name = name(future).filter(|name| {
            library == Some(Library::Futures) && level != Level::Allow && !futurelock::only_waits(&name.to_string())
        });
        arm.rewritten = Some(match library {
            Some(library) if may_stall.contains(&index) => watched(future.to_token_stream(), future, library, scope),
            Some(library) if by_name.is_some() => {
                watched(quote_spanned!(generated(syntax::first_span(future))=> &mut #future), future, library, scope)
            }
            _ => handed_over(future, scope),
        });
    }
}

fn name(future: &Expr) -> Option<&Ident> {
    match syntax::peel(future) {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    }
}

/// Where a `select!` comes from, if that is known: what another one polls may be no future.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Library {
    Tokio,
    /// It polls by reference what is given by name, and takes fused futures only.
    Futures,
}

impl Library {
    fn of(meaning: &Meaning) -> Option<Self> {
        let is_one_of = |crates: &[&str]| crates.iter().any(|name| meaning.is_in(name));
        if is_one_of(&["tokio"]) {
            Some(Self::Tokio)
        } else {
            is_one_of(&["futures", "futures_util"]).then_some(Self::Futures)
        }
    }
}

/// What an arm polls by reference lives on when the `select!` is over: it is told where that is, too.
///
/// Input:  `&mut job`
/// Output: `watched(1, 9, &mut job)`
fn watched(reference: TokenStream, future: &Expr, library: Library, scope: &Scope<'_>) -> TokenStream {
    let first = syntax::first_span(future);
    let span = generated(first);
    let private = scope.runtime.private(span);
    let (line, column) = (first.start().line as u32, first.start().column as u32 + 1);
    match library {
        Library::Tokio => quote_spanned!(span=> #private::watched(#line, #column, #reference)),
        Library::Futures => quote_spanned!(span=> #private::watched_fused(#line, #column, #reference)),
    }
}

/// Input:  `f(x)`
/// Output: `handed(handing_over(), f(x))`
///
/// Not with an `.await` in it: outside of a checked future the mark is the thread's, and the task may go to another.
fn handed_over(future: &Expr, scope: &Scope<'_>) -> TokenStream {
    let makes_none = matches!(syntax::peel(future), Expr::Path(_) | Expr::Reference(_) | Expr::Field(_));
    // What a reference inside it points to lives as long as the `select!`; as an argument it would not.
    let extends = matches!(
        syntax::peel(future),
        Expr::Array(_) | Expr::If(_) | Expr::Match(_) | Expr::Struct(_) | Expr::Tuple(_)
    ) && holds_reference(future.to_token_stream());
    if makes_none || extends || syntax::may_suspend(future) {
        return future.to_token_stream();
    }
    let span = generated(syntax::first_span(future));
    let private = scope.runtime.private(span);
    quote_spanned!(span=> #private::handed(#private::handing_over(), #future))
}
