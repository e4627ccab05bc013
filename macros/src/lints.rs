//! The table of all lints, their levels, and what they have in common.
//!
//! A lint reads [`Facts`] and fills a [`Report`]; it never changes code. A new lint is a file in `lints/`, a line in
//! [`LINTS`], a UI test and a page in `docs/lints/`; a test checks that these sets agree.

mod async_guard_across_await;
pub(crate) mod async_without_await;
mod blocking_io;
mod blocking_sleep;
mod blocking_wait;
mod busy_wait;
mod cancel_unsafe_select;
mod detached_task;
pub(crate) mod future_of_future;
pub(crate) mod futurelock;
mod guard_across_await;
mod loop_without_await;
mod lost_result;
mod nested_block_on;
mod timeout_without_await;
mod timer_in_select_loop;
pub(crate) mod unawaited_future;
pub(crate) mod unawaited_in_container;
mod unbounded_spawn;
mod unclosed_generator;
pub(crate) mod unused_future_binding;

use crate::facts::Facts;
use crate::probe::Report;

/// How serious a lint's finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    Allow,
    Warn,
    Deny,
}

impl Level {
    /// The argument of the attribute that sets this level.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Level::Allow => "allow",
            Level::Warn => "warn",
            Level::Deny => "deny",
        }
    }
}

/// One lint: its name, as users write it after `allow`, and its level where nobody sets another.
pub(crate) struct Lint {
    pub(crate) name: &'static str,
    pub(crate) default: Level,
    pub(crate) check: fn(&Facts<'_>, &mut Report),
}

/// All lints, by name.
pub(crate) const LINTS: &[Lint] = &[
    async_guard_across_await::LINT,
    async_without_await::LINT,
    blocking_io::LINT,
    blocking_sleep::LINT,
    blocking_wait::LINT,
    busy_wait::LINT,
    cancel_unsafe_select::LINT,
    detached_task::LINT,
    future_of_future::LINT,
    futurelock::LINT,
    guard_across_await::LINT,
    loop_without_await::LINT,
    lost_result::LINT,
    nested_block_on::LINT,
    timeout_without_await::LINT,
    timer_in_select_loop::LINT,
    unawaited_future::LINT,
    unawaited_in_container::LINT,
    unbounded_spawn::LINT,
    unclosed_generator::LINT,
    unused_future_binding::LINT,
];

/// The level of every lint at one place of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Levels([Level; LINTS.len()]);

impl Default for Levels {
    fn default() -> Self {
        let mut levels = [Level::Allow; LINTS.len()];
        for (level, lint) in levels.iter_mut().zip(LINTS) {
            *level = lint.default;
        }
        Self(levels)
    }
}

impl Levels {
    /// The level of the lint of this name, which must be one of [`LINTS`].
    pub(crate) fn of(&self, name: &str) -> Level {
        index(name).map_or(Level::Allow, |index| self.0[index])
    }

    /// The lints whose level is not their default.
    pub(crate) fn changed(&self) -> impl Iterator<Item = (&'static str, Level)> {
        LINTS.iter().zip(self.0).filter(|(lint, level)| lint.default != *level).map(|(lint, level)| (lint.name, level))
    }

    /// Sets one lint's level; says false where no lint has this name.
    pub(crate) fn set(&mut self, name: &str, level: Level) -> bool {
        match index(name) {
            Some(index) => {
                self.0[index] = level;
                true
            }
            None => false,
        }
    }
}

fn index(name: &str) -> Option<usize> {
    LINTS.iter().position(|lint| lint.name == name)
}

/// All lints over one body.
pub(crate) fn check(facts: &Facts<'_>) -> Report {
    let mut report = Report::default();
    for lint in LINTS {
        (lint.check)(facts, &mut report);
    }
    report
}

/// May a lint speak of an expression that calls something of this name?
pub(crate) fn looks_for(name: &str) -> bool {
    blocking_io::looks_for(name)
        || blocking_sleep::looks_for(name)
        || blocking_wait::looks_for(name)
        || guard_across_await::looks_for(name)
        || lost_result::looks_for(name)
        || name.starts_with("timeout")
        || nested_block_on::looks_for(name)
}

#[cfg(test)]
mod testing {
    use super::*;
    use crate::diagnostics::Sink;
    use crate::facts::{Context, Names, Place};
    use crate::probe::{Probe, Question};
    use crate::select::Select;
    use proc_macro2::Span;
    use syn::visit::Visit;
    use syn::{Block, Macro};

    /// What one lint underlines in the statements of an async function, in their order: what it finds, and what it asks the
    /// compiler about.
    pub(super) fn found(lint: &'static str, statements: &str) -> Vec<String> {
        let source = format!("{{ {statements} }}");
        let block: Block = syn::parse_str(&source).unwrap();
        let mut levels = Levels::default();
        levels.set(lint, Level::Warn);
        let function: syn::ItemFn = syn::parse_quote!(
            async fn f() {}
        );
        let context = Context {
            levels,
            asynchronous: true,
            in_loop: false,
            in_assert: false,
            awaits_later: false,
            alone: false,
            names: Names::of_function(&function.sig, Span::call_site()),
            lists: Default::default(),
        };
        let sink = Sink::new();
        let mut found = Vec::new();
        {
            let facts = Facts::of_block(&block, context, &sink);
            found.extend(underlined(lint, check(&facts)));
            let mut selects = Selects { lint, facts: &facts, found: &mut found };
            selects.visit_block(&block);
        }
        found.sort_by_key(|(start, _)| (start.start().line, start.start().column));
        found.iter().map(|ends| text(&source, *ends)).collect()
    }

    fn underlined(lint: &'static str, report: Report) -> impl Iterator<Item = (Span, Span)> {
        let asks = move |probe: &Probe| matches!(probe.question, Question::Class { finding, .. } if finding == lint);
        let findings = report.findings.into_iter().filter(move |finding| finding.text.lint == lint);
        let probes = report.probes.into_iter().filter(asks).filter_map(|probe| probe.ends);
        findings.map(|finding| finding.ends).chain(probes)
    }

    fn text(source: &str, (first, last): (Span, Span)) -> String {
        source[first.start().column..last.end().column].to_owned()
    }

    /// Goes into each `select!`, as the rewrite does.
    struct Selects<'a, 'f> {
        lint: &'static str,
        facts: &'a Facts<'f>,
        found: &'a mut Vec<(Span, Span)>,
    }

    impl<'ast> Visit<'ast> for Selects<'_, '_> {
        fn visit_macro(&mut self, mac: &'ast Macro) {
            if Select::is_macro(mac)
                && let Ok(select) = mac.parse_body::<Select>()
            {
                let sink = Sink::new();
                let facts = Facts::of_select(&select, self.facts.macros[&Place::of(mac)].clone(), &sink);
                self.found.extend(underlined(self.lint, check(&facts)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_by_name() {
        assert!(LINTS.is_sorted_by_key(|lint| lint.name));
    }

    #[test]
    fn a_level_is_found_by_name() {
        let mut levels = Levels::default();
        assert_eq!(levels.of("unawaited_future"), Level::Deny);
        assert!(levels.set("unawaited_future", Level::Allow));
        assert_eq!(levels.of("unawaited_future"), Level::Allow);
        assert!(!levels.set("no_such_lint", Level::Deny));
    }
}
