//! `unclosed_generator`: a generator that is left early and never closed. See `docs/lints/unclosed_generator.md`.

use super::{Level, Lint};
use crate::facts::Facts;
use crate::probe::{Class, Probe, Question, Report};

pub(crate) const LINT: Lint = Lint { name: "unclosed_generator", default: Level::Warn, check };

const QUESTION: Question = Question::Class { class: Class::CLEANING_GENERATOR, finding: LINT.name };

fn check(facts: &Facts<'_>, report: &mut Report) {
    for left in &facts.left_early {
        let level = left.levels.of(LINT.name);
        if level != Level::Allow
            && !left.awaited
            && let Some(expr) = left.expr
        {
            report.probes.push(Probe::in_expr(expr, QUESTION, level, expr));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[track_caller]
    fn left_early(body: &str) {
        assert_eq!(found(LINT.name, body), ["rows(db)"], "{body}");
    }

    #[track_caller]
    fn not_left_early(body: &str) {
        assert!(found(LINT.name, body).is_empty(), "{body}");
    }

    #[test]
    fn loops_are_left() {
        left_early("let mut r = rows(db); while let Some(x) = r.next().await { if x > 1 { break; } }");
        left_early("let mut r = rows(db); while let Some(x) = r.next().await { if x > 1 { return x; } }");
        left_early("let mut r = rows(db); while let Some(x) = r.next().await { f(x).await?; }");
        left_early("let mut r = rows(db); while let Some(x) = r.next().await { ensure!(x > 1); }");
        left_early("let mut r = rows(db); 'a: while let Some(x) = r.next().await { loop { break 'a; } }");
        left_early("for d in y { let mut r = rows(db); while let Some(x) = r.next().await { if x { break; } } }");
        left_early("let mut r = rows(db); loop { let Some(x) = r.next().await else { break }; if x { return; } }");
        left_early("let mut r = rows(db); loop { match r.next().await { Some(x) => f(x)?, None => break } }");
        left_early("let mut r = rows(db); for _ in 0..3 { r.next().await; }");
    }

    #[test]
    fn a_single_item_is_taken() {
        left_early("let mut r = rows(db); let first = r.next().await; f(first)");
        left_early("let mut r = rows(db); if let Some(x) = r.next().await { f(x); }");
        left_early("let mut r = rows(db); r.start().await");
    }

    #[test]
    fn whole_iterations_leave_nothing() {
        not_left_early("let mut r = rows(db); while let Some(x) = r.next().await { f(x); }");
        not_left_early("let mut r = rows(db); while let Some(x) = r.next().await { for y in x { break; } }");
        not_left_early("let mut r = rows(db); while let Some(x) = r.next().await { if x { continue; } }");
        not_left_early("let mut r = rows(db); while let Some(x) = r.next().await { y.map(|z| { return z; }); }");
        not_left_early("let mut r = rows(db); loop { let Some(x) = r.next().await else { return }; f(x); }");
        not_left_early("let mut r = rows(db); loop { match r.next().await { Some(x) => f(x), None => break } }");
        not_left_early("let mut r = rows(db); loop { if let Some(x) = r.next().await { f(x) } else { break } }");
        not_left_early("let mut r = rows(db); let head = r.next().await; while let Some(x) = r.next().await { f(x); }");
        not_left_early("let mut r = rows(db); let a = r.next().await; let end = r.next().await;");
    }

    #[test]
    fn a_loop_that_is_left_may_be_gone_on_with() {
        not_left_early(
            "let mut r = rows(db); while let Some(x) = r.next().await { if x { break; } } \
             while let Some(x) = r.next().await { f(x); }",
        );
    }

    #[test]
    fn what_else_happens_to_it_is_not_known() {
        not_left_early("let mut r = rows(db); while let Some(x) = r.next().await { break; } r.aclose().await;");
        not_left_early("let mut r = rows(db); r.next().await; closing(r, async |r| r.next().await).await");
        not_left_early("let mut r = rows(db); r.next().await; #[for_await] for x in r { break; }");
        not_left_early("let mut r = rows(db); r.next().await; drop(r);");
        not_left_early("let mut r = rows(db); r.next().await; f(&mut r).await");
        not_left_early("let mut r = rows(db); r.next().await; Ok(r)");
        not_left_early("let mut r = rows(db); r.next().await; assert_eq!(r.next().await, None);");
        not_left_early("let mut r = rows(db); r.next().await; let f = async move { r.next().await }; f.await;");
        not_left_early("let mut r = rows(db).await; while let Some(x) = r.next().await { break; }");
        not_left_early("let mut r = rows(db); while let Some(x) = r.next().await { r = rows(x); break; }");
    }

    #[test]
    fn the_error_of_an_item_is_its_last() {
        not_left_early("let mut r = rows(db); while let Some(x) = r.next().await { let x = x?; f(x); }");
        not_left_early("let mut r = rows(db); while let Some(x) = r.next().await { f(x?); }");
        left_early("let mut r = rows(db); while let Some(x) = r.next().await { let x = x?; f(x)?; }");
    }

    #[test]
    fn it_can_be_silenced() {
        not_left_early("#[checked(allow(unclosed_generator))] let mut r = rows(db); r.next().await");
    }
}
