//! What becomes of variables on the way to a cleanup.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use std::collections::HashSet;
use syn::visit::{self, Visit};
use syn::{PatIdent, Stmt};

/// Is a variable given up in these statements that was declared before them?
///
/// As a lock's guard may be before an `.await`, and not on every way. What passes it on to another function is not seen.
pub(super) fn are_given_up(statements: &[Stmt]) -> bool {
    let mut dropped = Vec::new();
    for statement in statements {
        find_drops(statement.to_token_stream(), &mut dropped);
    }
    if dropped.is_empty() {
        return false;
    }
    let mut declared = Declared(HashSet::new());
    statements.iter().for_each(|statement| declared.visit_stmt(statement));
    dropped.iter().any(|name| !declared.0.contains(name))
}

/// Looks for `drop(name)`.
fn find_drops(tokens: TokenStream, dropped: &mut Vec<Ident>) {
    let mut after_drop = false;
    for token in tokens {
        let follows = std::mem::take(&mut after_drop);
        match token {
            TokenTree::Group(group) => {
                let mut inner = group.stream().into_iter();
                if let (true, Delimiter::Parenthesis, Some(TokenTree::Ident(name)), None) =
                    (follows, group.delimiter(), inner.next(), inner.next())
                {
                    dropped.push(name);
                }
                find_drops(group.stream(), dropped);
            }
            TokenTree::Ident(ident) => after_drop = ident == "drop",
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The names of variables that are declared somewhere.
struct Declared(HashSet<Ident>);

impl<'ast> Visit<'ast> for Declared {
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        self.0.insert(pattern.ident.clone());
        visit::visit_pat_ident(self, pattern);
    }
}
