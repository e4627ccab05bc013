//! What a macro does with the guards that are alive around it, told by its name and tokens.

use super::walk::{Used, Walk};
use crate::select::{Arm, Select};
use crate::syntax;
use crate::well_known::{self, ASSERTS, JOINS, LOGS, TEXTS};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::{Expr, Macro, Token};

/// Macros that only look at their arguments, in order.
const LOOKING: &[&[&str]] = &[ASSERTS, LOGS, TEXTS, &["event", "format_args", "matches"]];

/// Walks over a macro's arguments, as far as it is known what it does with them.
pub(super) fn walk(mac: &Macro, walk: &mut Walk<'_>) {
    if Select::is_macro(mac)
        && let Ok(select) = mac.parse_body::<Select>()
    {
        walk_select(&select, walk);
    } else if syntax::is_macro_of(mac, JOINS)
        && let Some(futures) = arguments(mac)
    {
        walk.scoped(|walk| futures.iter().for_each(|future| walk.expr(future, Used::Moved)));
        walk.wait(&futures.iter().collect::<Vec<_>>());
    } else if syntax::is_macro(mac, "yield_")
        && let Some(items) = arguments(mac)
    {
        // What the item is made of is there until the next one is wanted.
        walk.scoped(|walk| {
            items.iter().for_each(|item| walk.expr(item, Used::Moved));
            walk.wait(&[]);
        });
    } else if syntax::is_macro(mac, "defer") {
        // It waits where its block ends, and what is alive there is not known here.
    } else if well_known::is_in(mac, LOOKING) {
        match arguments(mac) {
            Some(values) => walk.scoped(|walk| values.iter().for_each(|value| walk.expr(value, Used::LookedAt))),
            None => wait_in(mac, walk),
        }
    } else if well_known::diverges(mac) {
        walk.end_way();
    } else {
        walk.end_mentioned(mac);
        wait_in(mac, walk);
    }
}

fn arguments(mac: &Macro) -> Option<Punctuated<Expr, Token![,]>> {
    mac.parse_body_with(Punctuated::parse_terminated).ok()
}

/// The futures are made one after the other, then polled, and one of the handlers runs.
fn walk_select(select: &Select, walk: &mut Walk<'_>) {
    let futures: Vec<&Expr> = select.arms.iter().filter_map(Arm::future).collect();
    walk.scoped(|walk| futures.iter().for_each(|future| walk.expr(future, Used::Moved)));
    walk.wait(&futures);
    let mut ways = Vec::new();
    for arm in &select.arms {
        ways.push(walk.on_one_way(|walk| walk.handler(&arm.handler)));
    }
    walk.end_way();
    ways.into_iter().for_each(|way| walk.meet(way));
}

/// Waits where a macro's arguments do.
fn wait_in(mac: &Macro, walk: &mut Walk<'_>) {
    if holds_await(mac.tokens.clone()) {
        walk.wait(&[]);
    }
}

/// Is there an `await` that is not in an async block or closure of its own?
pub(crate) fn holds_await(tokens: TokenStream) -> bool {
    let mut nested = false;
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => {
            nested |= word == "async";
            word == "await"
        }
        TokenTree::Group(group) if nested && group.delimiter() == Delimiter::Brace => {
            nested = false;
            false
        }
        TokenTree::Group(group) => holds_await(group.stream()),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn an_await_of_an_async_block_is_its_own() {
        assert!(holds_await(parse_quote!(a, f(x).await)));
        assert!(holds_await(parse_quote!(a => { f(x).await })));
        assert!(!holds_await(parse_quote!(a, async { f(x).await })));
        assert!(!holds_await(parse_quote!(async move |x| { f(x).await }, b)));
        assert!(holds_await(parse_quote!(async move { f(x).await }, b.await)));
    }
}
