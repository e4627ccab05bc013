//! A body on its way through facts, lints and rewrites, down into the arguments of well-known macros.

use super::{Runtime, macros, probes};
use crate::attribute::Reader;
use crate::diagnostics::Sink;
use crate::facts::{Context, Facts};
use crate::finding::Finding;
use crate::lints::{self, Level, futurelock};
use crate::select::Select;
use std::cell::RefCell;
use syn::visit_mut::VisitMut;
use syn::{Block, Expr};

/// What all rewrites of one attribute share.
pub(crate) struct Scope<'a> {
    pub(crate) runtime: Runtime,
    pub(crate) sink: &'a Sink,
    pub(crate) reader: Reader,
    /// Is there any of the syntax of cleanup in the item?
    pub(crate) has_cleanup: bool,
    /// What is to be warned of in the function that is being rewritten.
    warnings: RefCell<Vec<Finding>>,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(runtime: Runtime, sink: &'a Sink, reader: Reader, has_cleanup: bool) -> Self {
        Self { runtime, sink, reader, has_cleanup, warnings: RefCell::default() }
    }

    /// Lints a block of statements and writes the probes into it.
    pub(super) fn check_block(&self, block: &mut Block, context: Context) {
        self.rewrite(Facts::of_block(block, context, self.sink)).visit_block_mut(block);
    }

    /// Lints an expression that stands in a macro's arguments and writes the probes into it.
    pub(super) fn check_expr(&self, expr: &mut Expr, context: Context) {
        self.rewrite(Facts::of_expr(expr, context, self.sink)).visit_expr_mut(expr);
    }

    /// Lints the arms of a `select!` and writes the probes into them. Returns those whose futures may stall.
    pub(super) fn check_select(&self, select: &mut Select, context: Context) -> Vec<usize> {
        let facts = Facts::of_select(select, context, self.sink);
        let may_stall = facts.polled.iter().filter(|polled| futurelock::may_stall(polled)).map(|polled| polled.index);
        let may_stall = may_stall.collect();
        let mut rewrite = self.rewrite(facts);
        select.visit_mut(&mut rewrite);
        may_stall
    }

    /// Takes a finding for an error or a warning, as its level says.
    pub(crate) fn report(&self, finding: Finding) {
        match finding.level {
            Level::Allow => {}
            Level::Warn => self.warnings.borrow_mut().push(finding),
            Level::Deny => self.sink.report(finding.error()),
        }
    }

    /// What is to be warned of since the last call.
    pub(super) fn take_warnings(&self) -> Vec<Finding> {
        self.warnings.take()
    }

    fn rewrite(&self, facts: Facts<'_>) -> probes::Rewrite<'_> {
        let report = lints::check(&facts);
        report.findings.into_iter().for_each(|finding| self.report(finding));
        let Facts { sometimes_awaited, macros, starts, joins, .. } = facts;
        let check_macro = |mac: &mut syn::Macro, context| macros::check_arguments(mac, context, self);
        probes::Rewrite::new(
            report.probes,
            sometimes_awaited,
            probes::Tasks { starts, joins },
            macros,
            check_macro,
            &self.runtime,
        )
    }
}
