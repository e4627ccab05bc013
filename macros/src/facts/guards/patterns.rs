//! What the pattern that a guard is matched with does with it.

use super::makers::names_guard;
use syn::visit::{self, Visit};
use syn::{Ident, Pat, Path, Type};

/// The names that a pattern binds.
pub(super) fn names(pattern: &Pat) -> Vec<&Ident> {
    let mut names = Names::default();
    names.visit_pat(pattern);
    names.bound
}

/// Does it bind by reference, and so keep the temporary alive that it points into?
pub(super) fn binds_by_reference(pattern: &Pat) -> bool {
    let mut names = Names::default();
    names.visit_pat(pattern);
    names.by_reference
}

#[derive(Default)]
struct Names<'ast> {
    bound: Vec<&'ast Ident>,
    by_reference: bool,
}

impl<'ast> Visit<'ast> for Names<'ast> {
    fn visit_pat_ident(&mut self, pattern: &'ast syn::PatIdent) {
        self.by_reference |= pattern.by_ref.is_some();
        if pattern.subpat.is_some() || !is_constant(&pattern.ident) {
            self.bound.push(&pattern.ident);
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_expr(&mut self, _: &'ast syn::Expr) {}
}

/// Is there no guard in what it matches? Then what was tried has failed, or was looked at in another arm.
pub(super) fn is_without_guard(pattern: &Pat) -> bool {
    match pattern {
        Pat::Wild(_) => true,
        Pat::Ident(name) => is_constant(&name.ident),
        Pat::Path(path) => is_failure(&path.path),
        Pat::TupleStruct(pattern) => is_failure(&pattern.path),
        Pat::Paren(paren) => is_without_guard(&paren.pat),
        Pat::Guard(guarded) => is_without_guard(&guarded.pat),
        Pat::Or(or) => or.cases.iter().all(is_without_guard),
        _ => false,
    }
}

/// A unit variant or a constant: `None` looks as a variable does.
fn is_constant(name: &Ident) -> bool {
    name.to_string().starts_with(char::is_uppercase)
}

fn is_failure(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "Err" || last.ident == "None")
}

/// Could a variable of this type be a guard or hold one? A reference is none, and a written type may be a trait object,
/// into which a probe would not let the value turn.
pub(super) fn may_be_guard(ty: &Type) -> bool {
    match ty {
        Type::Infer(_) => true,
        Type::Path(path) => path.path.segments.last().is_some_and(|last| {
            names_guard(&last.ident.to_string())
                || matches!(&last.arguments, syn::PathArguments::AngleBracketed(of) if of.args.iter().any(is_guard_argument))
        }),
        Type::Tuple(tuple) => tuple.elems.iter().any(may_be_guard),
        Type::Paren(paren) => may_be_guard(&paren.elem),
        _ => false,
    }
}

fn is_guard_argument(argument: &syn::GenericArgument) -> bool {
    matches!(argument, syn::GenericArgument::Type(ty) if may_be_guard(ty))
}
