//! `timer_in_select_loop`: a timer that begins anew whenever another arm of its `select!` wins.
//! See `docs/lints/timer_in_select_loop.md`.

use super::cancel_unsafe_select::wrapped;
use super::{Level, Lint};
use crate::facts::{Facts, SelectFact};
use crate::finding::{Finding, Text};
use crate::probe::Report;
use crate::select::Handler;
use crate::syntax::{self, Callee};
use quote::ToTokens;
use syn::{Expr, ExprCall};

pub(crate) const LINT: Lint = Lint { name: "timer_in_select_loop", default: Level::Allow, check };

static TEXT: Text = Text {
    lint: LINT.name,
    problem: "timer starts anew in each turn of the loop",
    help: "make it before the loop and poll it by reference, or use an `interval`",
};

/// Functions that make a timer of a duration, from their documentation.
const TIMERS: &[&str] = &[
    "async_io::Timer::after",
    "async_std::task::sleep",
    "compio::time::sleep",
    "embassy_time::Timer::after",
    "futures_timer::Delay::new",
    "gloo_timers::future::sleep",
    "monoio::time::sleep",
    "smol::Timer::after",
    "tokio::time::sleep",
    "wasmtimer::tokio::sleep",
];

/// Functions that make a timer of a moment: it starts anew if that is counted from now.
const DEADLINES: &[&str] = &[
    "async_io::Timer::at",
    "compio::time::sleep_until",
    "embassy_time::Timer::at",
    "monoio::time::sleep_until",
    "smol::Timer::at",
    "tokio::time::sleep_until",
];

fn check(facts: &Facts<'_>, report: &mut Report) {
    for select in &facts.selects {
        for (index, future, levels) in select.futures() {
            let level = levels.of(LINT.name);
            if level != Level::Allow
                && select.begins_again_without(index)
                && !is_pause(&select.select.arms[index].handler)
                && let Some(timer) = timer(facts, select, future)
            {
                report.findings.push(Finding { text: &TEXT, level, ends: syntax::ends(timer) });
            }
        }
    }
}

/// A timer after which nothing is done lets time pass between two turns, and the other arms cut that short.
fn is_pause(handler: &Handler) -> bool {
    match handler {
        Handler::Block(block) => block.stmts.is_empty(),
        Handler::Expr(expr) => matches!(expr, Expr::Tuple(unit) if unit.elems.is_empty()),
    }
}

/// The call that makes an arm's timer, if it is one.
fn timer<'a>(facts: &Facts<'_>, select: &SelectFact<'_>, future: &'a Expr) -> Option<&'a Expr> {
    let expr = syntax::peel(future);
    match expr {
        Expr::Call(call) if is_timer(facts, select, call) => Some(expr),
        // What times out with a future of its own is no timer.
        Expr::Call(_) if Callee::of(expr)?.name.starts_with("timeout") => None,
        _ => timer(facts, select, wrapped(expr)?),
    }
}

/// Is it a timer that begins anew: of a duration that is not what is left until some moment, or until a moment that is
/// counted from now?
fn is_timer(facts: &Facts<'_>, select: &SelectFact<'_>, call: &ExprCall) -> bool {
    let (Expr::Path(path), [time]) = (syntax::peel(&call.func), &call.args.iter().collect::<Vec<_>>()[..]) else {
        return false;
    };
    let meaning = facts.names.meaning(&path.path);
    TIMERS.iter().any(|timer| meaning.may_be(timer)) && !speaks_of_now(select, time)
        || DEADLINES.iter().any(|timer| meaning.may_be(timer)) && speaks_of_now(select, time)
}

/// Words that count from now.
const NOW: &[&str] =
    &["checked_duration_since", "duration_since", "duration_until", "elapsed", "now", "saturating_duration_since"];

/// Does an expression, or what made a variable, count from now?
fn speaks_of_now(select: &SelectFact<'_>, time: &Expr) -> bool {
    let maker = match syntax::peel(time) {
        Expr::Path(path) => path.path.get_ident().and_then(|name| select.maker(name)),
        _ => None,
    };
    syntax::holds_word(maker.unwrap_or(time).to_token_stream(), NOW)
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        assert!(TIMERS.is_sorted());
        assert!(DEADLINES.is_sorted());
        assert!(NOW.is_sorted());
    }

    /// What is underlined if a loop's `select!` polls this next to an arm that goes on.
    fn of(future: &str) -> Vec<String> {
        let uses = "use tokio::time::{self, sleep, sleep_until}; use async_std::task; use smol::Timer;";
        found(LINT.name, &format!("{uses} loop {{ select! {{ _ = {future} => break, m = rx.recv() => f(m) }} }}"))
    }

    fn of_handler(handler: &str) -> Vec<String> {
        found(LINT.name, &format!("loop {{ select! {{ _ = tokio::time::sleep(d) => h(), _ = f() => {handler} }} }}"))
    }

    #[test]
    fn timers_are_found() {
        assert_eq!(of("sleep(d)"), ["sleep(d)"]);
        assert_eq!(of("time::sleep(self.every)"), ["time::sleep(self.every)"]);
        assert_eq!(of("tokio::time::sleep(Duration::from_secs(1))"), ["tokio::time::sleep(Duration::from_secs(1))"]);
        assert_eq!(of("task::sleep(d)"), ["task::sleep(d)"]);
        assert_eq!(of("Timer::after(d)"), ["Timer::after(d)"]);
    }

    #[test]
    fn renamed_timers_are_found() {
        let body = "use tokio::time::sleep as pause; loop { select! { _ = pause(d) => h(), _ = f() => {} } }";
        assert_eq!(found(LINT.name, body), ["pause(d)"]);
    }

    #[test]
    fn wrapped_timers_are_found() {
        assert_eq!(of("sleep(d).fuse()"), ["sleep(d)"]);
        assert_eq!(of("FutureExt::fuse(Timer::after(d))"), ["Timer::after(d)"]);
        assert_eq!(of("Box::pin(sleep(d))"), ["sleep(d)"]);
        assert_eq!(of("async { sleep(d).await }"), ["sleep(d)"]);
    }

    #[test]
    fn deadlines_from_now_are_found() {
        assert_eq!(of("sleep_until(Instant::now() + d)"), ["sleep_until(Instant::now() + d)"]);
        assert_eq!(of("Timer::at(Instant::now() + d)"), ["Timer::at(Instant::now() + d)"]);
    }

    #[test]
    fn what_is_left_of_a_time_is_not() {
        assert!(of("sleep(deadline.duration_since(Instant::now()))").is_empty());
        assert!(of("sleep(d - start.elapsed())").is_empty());
        let body = "loop { let left = d.saturating_sub(start.elapsed()); \
            select! { _ = tokio::time::sleep(left) => break, _ = f() => {} } }";
        assert!(found(LINT.name, body).is_empty());
    }

    #[test]
    fn pauses_are_not() {
        let body = "loop { g(); select! { _ = tokio::time::sleep(d) => {}, _ = wake.notified() => {} } }";
        assert!(found(LINT.name, body).is_empty());
    }

    #[test]
    fn fixed_deadlines_are_not() {
        assert!(of("sleep_until(deadline)").is_empty());
        assert!(of("Timer::at(self.deadline)").is_empty());
        assert!(of("sleep_until(start + d)").is_empty());
    }

    #[test]
    fn timers_that_run_on_are_not() {
        assert!(of("&mut deadline").is_empty());
        assert!(of("deadline.as_mut()").is_empty());
        assert!(of("ticks.tick()").is_empty());
    }

    #[test]
    fn timeouts_are_not() {
        assert!(of("timeout(d, sleep(d))").is_empty());
        assert!(of("tokio::time::timeout(d, f())").is_empty());
    }

    #[test]
    fn functions_of_others_are_not() {
        assert!(of("cat.sleep()").is_empty());
        assert!(of("cat.after(1)").is_empty());
        assert!(of("own::sleep(d)").is_empty());
        assert!(found(LINT.name, "loop { select! { _ = sleep(cat) => {}, _ = f() => {} } }").is_empty());
    }

    #[test]
    fn blocks_that_do_more_are_not() {
        assert!(of("async { f(); sleep(d).await }").is_empty());
    }

    #[test]
    fn an_arm_that_goes_on_is_needed() {
        assert_eq!(of_handler("g()").len(), 1);
        assert_eq!(of_handler("{ for x in y { break; } }").len(), 1);
        assert_eq!(of_handler("match a { Some(b) => g(b), None => break }").len(), 1);
        assert!(of_handler("break").is_empty());
        assert!(of_handler("return 1").is_empty());
        assert!(of_handler("{ g(); break 'outer; }").is_empty());
    }

    #[test]
    fn all_other_arms_are_looked_at() {
        let body = "loop { select! { _ = a() => break, _ = b() => {}, _ = tokio::time::sleep(d) => h() } }";
        assert_eq!(found(LINT.name, body), ["tokio::time::sleep(d)"]);
        let body = "loop { select! { _ = a() => break, _ = tokio::time::sleep(d) => h(), else => {} } }";
        assert!(found(LINT.name, body).is_empty());
    }

    #[test]
    fn every_loop_counts() {
        let arms = "select! { _ = tokio::time::sleep(d) => h(), _ = f() => {} }";
        for head in ["loop", "while a()", "while let Some(b) = c", "for b in c"] {
            assert_eq!(found(LINT.name, &format!("{head} {{ {arms} }}")).len(), 1, "{head}");
        }
    }

    #[test]
    fn a_loop_is_needed() {
        let arms = "select! { _ = tokio::time::sleep(d) => h(), _ = f() => {} }";
        assert!(found(LINT.name, arms).is_empty());
        assert!(found(LINT.name, &format!("loop {{ spawn(async {{ {arms} }}); }}")).is_empty());
        assert_eq!(found(LINT.name, &format!("spawn(async {{ loop {{ {arms} }} }});")).len(), 1);
    }

    #[test]
    fn handlers_may_make_timers() {
        assert!(
            found(LINT.name, "loop { select! { _ = a() => tokio::time::sleep(d).await, _ = b() => {} } }").is_empty()
        );
    }

    #[test]
    fn it_can_be_silenced() {
        assert!(of("#[checked(allow(timer_in_select_loop))] sleep(d)").is_empty());
    }
}
