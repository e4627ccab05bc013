//! A body on its way through facts, lints and rewrites, down into the arguments of well-known macros.

use super::{Runtime, macros, probes};
use crate::diagnostics::Sink;
use crate::facts::Facts;
use crate::lints::{self, Levels};
use syn::{Block, Expr};

/// What all rewrites of one attribute share.
pub(crate) struct Scope<'a> {
    pub(crate) runtime: Runtime,
    pub(crate) sink: &'a Sink,
}

impl Scope<'_> {
    /// Lints a block of statements and writes the probes into it.
    pub(crate) fn check_block(&self, block: &mut Block, levels: Levels) {
        let facts = Facts::of_block(block, levels, self.sink);
        let mut rewrite = self.rewrite(facts);
        syn::visit_mut::VisitMut::visit_block_mut(&mut rewrite, block);
    }

    /// Lints an expression that stands in a macro's arguments and writes the probes into it.
    pub(super) fn check_expr(&self, expr: &mut Expr, levels: Levels) {
        let facts = Facts::of_expr(expr, levels, self.sink);
        let mut rewrite = self.rewrite(facts);
        syn::visit_mut::VisitMut::visit_expr_mut(&mut rewrite, expr);
    }

    fn rewrite(&self, facts: Facts) -> probes::Rewrite<'_> {
        let probes = lints::check(&facts);
        probes::Rewrite::new(probes, facts, |mac, levels| macros::check_arguments(mac, levels, self), &self.runtime)
    }
}
