//! `futurelock`: a future that nobody polls while a handler of its `select!` awaits. See `docs/lints/futurelock.md`.

use super::{Level, Lint};
use crate::facts::{Facts, Place, Polled, Referred, SelectFact, named_place, others};
use crate::probe::{Class, Probe, Question, Report};
use crate::select::{Handler, Select};
use crate::syntax::{self, Callee};
use crate::well_known::JOINS;
use quote::ToTokens;
use syn::visit::{self, Visit};
use syn::{Expr, Ident, Macro};

pub(crate) const LINT: Lint = Lint { name: "futurelock", default: Level::Warn, check };

/// Timers, task handles and the like can be printed, and hold nothing that a handler waits for.
const QUESTION: Question = Question::Class { class: Class::NOT_PRINTABLE, finding: LINT.name };

/// What makes futures that only wait for others, and hold nothing meanwhile, from tokio's documentation. Some are async
/// functions, whose futures cannot be printed.
const LEAVES: &[&str] = &[
    "accept",
    "cancelled",
    "cancelled_owned",
    "changed",
    "closed",
    "ctrl_c",
    "notified",
    "recv",
    "sleep",
    "sleep_until",
    "spawn",
    "spawn_blocking",
    "spawn_local",
    "tick",
];

/// Waits that end by themselves.
const PAUSES: &[&str] = &["sleep", "sleep_until", "tick", "yield_now"];

/// Types of task handles and receivers, which can only be printed if their output can.
const HANDLES: &[&str] = &["JoinHandle", "Receiver", "Task"];

/// Words in the names of what only waits: handles whose type is not written, signals to stop, and timers. What their
/// futures are made of cannot be seen, and few of them hold anything.
const WAITERS: &[&str] = &[
    "cancel",
    "cancellation",
    "cancelled",
    "deadline",
    "delay",
    "exit",
    "handle",
    "interrupt",
    "interrupted",
    "kill",
    "quit",
    "receiver",
    "rx",
    "shutdown",
    "sig",
    "sigint",
    "signal",
    "signals",
    "sigterm",
    "sleep",
    "stop",
    "stopped",
    "task",
    "terminate",
    "timeout",
    "timer",
    "tripwire",
];

fn check(facts: &Facts<'_>, report: &mut Report) {
    for select in &facts.selects {
        check_variables(facts, select, report);
    }
    for polled in &facts.polled {
        check_polled(facts, polled, report);
    }
}

/// Is what an arm polls by reference to be watched while the program runs? What the lint is silent about for its name, or
/// was told to be, is not.
pub(crate) fn may_stall(polled: &Polled<'_>) -> bool {
    polled.levels.of(LINT.name) != Level::Allow && !only_waits(&polled.referred.name.to_string())
}

/// Asks about variables where they are bound: only there can it be seen what made them, and a name that futures'
/// `select!` polls must stay a name.
fn check_variables(facts: &Facts<'_>, select: &SelectFact<'_>, report: &mut Report) {
    for (index, future, levels) in select.futures() {
        let level = levels.of(LINT.name);
        if level != Level::Allow
            && let Some((name, reference)) = polled_variable(facts, select, future)
            && let Some(maker) = select.maker(name)
            && !is_leaf(maker)
            && !only_waits(&name.to_string())
            && others(&select.select, index).any(|handler| waits_without(name, handler))
        {
            let ends = Some(syntax::ends(reference));
            report.probes.push(Probe { place: Place::of(maker), question: QUESTION, level, ends });
        }
    }
}

/// The variable that an arm polls by reference, if its type is not written, and the expression that says so.
fn polled_variable<'a>(facts: &Facts<'_>, select: &SelectFact<'_>, future: &'a Expr) -> Option<(&'a Ident, &'a Expr)> {
    let by_name = syntax::peel(future);
    match (by_name, Referred::of(future)) {
        (Expr::Path(path), _) if select.polls_names => Some((path.path.get_ident()?, by_name)),
        (_, Some(referred)) if !referred.is_field && facts.names.type_of(referred.name).is_none() => {
            Some((referred.name, referred.reference))
        }
        _ => None,
    }
}

/// Asks about fields and variables of written types where they are polled.
fn check_polled(facts: &Facts<'_>, polled: &Polled<'_>, report: &mut Report) {
    let level = polled.levels.of(LINT.name);
    let Referred { reference, name, is_field } = polled.referred;
    let may_hold = is_field || facts.names.type_of(name).is_some_and(|ty| !ty.names().any(is_handle));
    if level != Level::Allow
        && may_hold
        && !only_waits(&name.to_string())
        && others(polled.select, polled.index).any(|handler| waits_without(name, handler))
    {
        let ends = Some(syntax::ends(reference));
        report.probes.push(Probe { place: Place::of(reference), question: QUESTION, level, ends });
    }
}

fn is_handle(ty: &str) -> bool {
    HANDLES.contains(&ty)
}

/// Do the words of a name say so?
pub(crate) fn only_waits(name: &str) -> bool {
    let mut words = name.split('_').map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    words.any(|word| WAITERS.contains(&word))
}

/// Is it made by a function whose futures hold nothing?
fn is_leaf(maker: &Expr) -> bool {
    match syntax::peel(maker) {
        Expr::MethodCall(call) if call.method == "fuse" || call.method == "boxed" => is_leaf(&call.receiver),
        Expr::Macro(mac) if syntax::is_macro(&mac.mac, "pin") => {
            mac.mac.parse_body::<Expr>().is_ok_and(|pinned| is_leaf(&pinned))
        }
        maker => Callee::of(maker)
            .is_some_and(|callee| callee.is_one_of(LEAVES) || only_waits(&callee.name) || starts(&callee.name)),
    }
}

/// Does the name say that a task is started, of which the handle is given?
fn starts(name: &str) -> bool {
    name.split('_').any(|word| word == "spawn" || word == "start")
}

/// Does a handler await something other than the future of this name, while that is alive?
fn waits_without(name: &Ident, handler: &Handler) -> bool {
    let mut search = Waits { name, waits: false, gone: false };
    match handler {
        Handler::Block(block) => search.visit_block(block),
        Handler::Expr(expr) => search.visit_expr(expr),
    }
    search.waits
}

/// Reads a handler in the order in which it runs.
struct Waits<'a> {
    name: &'a Ident,
    waits: bool,
    /// Has the future been dropped, moved, replaced, or awaited to its end?
    gone: bool,
}

impl Waits<'_> {
    fn is_it(&self, expr: &Expr) -> bool {
        let place = Referred::of(expr).map(|referred| referred.name).or_else(|| Some(named_place(expr)?.0));
        place == Some(self.name)
    }

    fn mentions_it(&self, tokens: impl ToTokens) -> bool {
        syntax::holds_word(tokens.to_token_stream(), &[&self.name.to_string()])
    }

    fn wait_for(&mut self, future: &Expr) {
        if self.is_it(future) {
            self.gone = true;
        } else if !self.mentions_it(future) && !Callee::of(future).is_some_and(|callee| callee.is_one_of(PAUSES)) {
            self.waits |= !self.gone;
        }
    }
}

impl<'ast> Visit<'ast> for Waits<'_> {
    fn visit_expr(&mut self, expr: &'ast Expr) {
        match expr {
            // They run elsewhere, or later; what moves into them is polled there, if at all.
            Expr::Closure(closure) => self.gone |= closure.capture.is_some() && self.mentions_it(&closure.body),
            Expr::Async(block) => self.gone |= block.capture.is_some() && self.mentions_it(&block.block),
            _ => visit::visit_expr(self, expr),
        }
    }

    fn visit_expr_await(&mut self, await_: &'ast syn::ExprAwait) {
        // What a call takes is moved into its future: it is polled again, not gone.
        let gone = self.gone;
        visit::visit_expr_await(self, await_);
        let moved = std::mem::replace(&mut self.gone, gone);
        self.wait_for(&await_.base);
        self.gone |= moved;
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        visit::visit_expr_call(self, call);
        self.gone |=
            call.args.iter().any(|argument| matches!(argument, Expr::Path(_) | Expr::Field(_)) && self.is_it(argument));
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        visit::visit_expr_method_call(self, call);
        self.gone |= call.method == "set" && self.mentions_it(&call.receiver);
    }

    fn visit_expr_assign(&mut self, assign: &'ast syn::ExprAssign) {
        visit::visit_expr_assign(self, assign);
        self.gone |= self.is_it(&assign.left);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        let is_wait = Select::is_macro(mac) || syntax::is_macro_of(mac, JOINS);
        let waits = is_wait || syntax::holds_word(mac.tokens.clone(), &["await"]);
        self.waits |= waits && !self.gone && !self.mentions_it(&mac.tokens);
    }

    fn visit_item(&mut self, _: &'ast syn::Item) {}
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        for names in [LEAVES, PAUSES, HANDLES, WAITERS] {
            assert!(names.is_sorted(), "{names:?}");
        }
    }

    /// What is underlined if a job made like this is polled like this, while the other arm's handler does that.
    fn of(maker: &str, future: &str, handler: &str) -> Vec<String> {
        found(LINT.name, &format!("let mut job = {maker}; select! {{ _ = {future} => {{}}, _ = f() => {handler} }}"))
    }

    fn of_handler(handler: &str) -> bool {
        !of("pin!(g())", "&mut job", handler).is_empty()
    }

    #[test]
    fn references_are_underlined() {
        assert_eq!(of("pin!(g())", "&mut job", "h().await"), ["&mut job"]);
        assert_eq!(of("Box::pin(g())", "job.as_mut()", "h().await"), ["job.as_mut()"]);
        assert_eq!(of("g()", "(&mut job)", "h().await"), ["&mut job"]);
        assert_eq!(of("pin!(g())", "Pin::new(&mut job)", "h().await"), ["&mut job"]);
        assert_eq!(of("pin!(g())", "(&mut job).fuse()", "h().await"), ["&mut job"]);
        assert_eq!(of("g()", "&mut self.job", "h().await"), ["&mut self.job"]);
    }

    #[test]
    fn values_are_not() {
        assert!(of("g()", "job", "h().await").is_empty());
        assert!(of("g()", "job.next()", "h().await").is_empty());
        assert!(of("g()", "&mut g()", "h().await").is_empty());
    }

    #[test]
    fn names_are_in_futures_select() {
        let select = "let (a, b) = (f().fuse(), g().fuse()); pin_mut!(a, b); \
            futures::select! { _ = a => h().await, _ = b => {}, complete => k().await }";
        assert_eq!(found(LINT.name, select), ["b"]);
    }

    #[test]
    fn names_are_not_in_tokios() {
        let select = "let a = f(); let b = g(); tokio::select! { _ = a => h().await, _ = b => k().await }";
        assert!(found(LINT.name, select).is_empty());
    }

    #[test]
    fn tuples_are_taken_apart() {
        let select = "let (mut a, mut b) = (f(), g()); select! { _ = &mut a => {}, _ = &mut b => h().await }";
        assert_eq!(found(LINT.name, select), ["&mut a"]);
    }

    #[test]
    fn temporaries_that_live_on_are_not_touched() {
        assert!(of("Wrap(&g(), h())", "&mut job", "h().await").is_empty());
        assert!(of("pin!(Wrap(&g(), h()))", "&mut job", "h().await").is_empty());
    }

    #[test]
    fn leaves_are_not() {
        assert!(of("pin!(ctrl_c())", "&mut job", "h().await").is_empty());
        assert!(of("tokio::signal::ctrl_c()", "&mut job", "h().await").is_empty());
        assert!(of("pin!(rx.recv())", "&mut job", "h().await").is_empty());
        assert!(of("tokio::spawn(g())", "&mut job", "h().await").is_empty());
        assert!(of("pin!(shutdown_signal())", "&mut job", "h().await").is_empty());
        assert!(of("pin!(sleep(d).fuse())", "&mut job", "h().await").is_empty());
    }

    #[test]
    fn handles_are_not() {
        assert!(found(LINT.name, "select! { _ = &mut self.worker_handle => {}, _ = f() => h().await }").is_empty());
        assert!(
            found(LINT.name, "let job: JoinHandle<T> = g(); select! { _ = &mut job => {}, _ = f() => h().await }")
                .is_empty()
        );
    }

    #[test]
    fn what_is_called_like_a_signal_or_a_timer_is_not() {
        let of_field =
            |name: &str| found(LINT.name, &format!("select! {{ _ = &mut self.{name} => {{}}, _ = f() => h().await }}"));
        for name in ["shutdown1", "stop", "shutdown_rx", "sleep_ft", "tripwire", "sig", "idle_timeout"] {
            assert!(of_field(name).is_empty(), "{name}");
        }
        for name in ["stopping_work", "signature", "compaction", "current"] {
            assert_eq!(of_field(name), [format!("&mut self.{name}")]);
        }
        assert!(of("wait_for_shutdown()", "&mut job", "h().await").is_empty());
    }

    #[test]
    fn written_types_are_asked_where_they_are_polled() {
        let of_type = |ty: &str| {
            found(LINT.name, &format!("let job: {ty} = g(); select! {{ _ = &mut job => {{}}, _ = f() => h().await }}"))
        };
        assert_eq!(of_type("BoxFuture<'static, ()>"), ["&mut job"]);
        assert_eq!(of_type("Pin<&mut dyn Future<Output = ()>>"), ["&mut job"]);
        assert!(of_type("oneshot::Receiver<T>").is_empty());
        assert!(of_type("tokio::task::JoinHandle<T>").is_empty());
    }

    #[test]
    fn handlers_that_wait_are_known() {
        assert!(of_handler("h().await"));
        assert!(of_handler("{ if a { for b in c { h(b).await?; } } }"));
        assert!(of_handler("{ tokio::join!(h(), k()); }"));
        assert!(of_handler("{ println!(\"{}\", h().await) }"));
        assert!(of_handler("{ if tx.send(1).await.is_err() { return; } }"));
        assert!(of_handler("match a { Some(b) => h(b).await, None => {} }"));
    }

    #[test]
    fn handlers_that_do_not_are_known() {
        assert!(!of_handler("{}"));
        assert!(!of_handler("println!(\"job\")"));
        assert!(!of_handler("{ spawn(async move { h().await }); }"));
        assert!(!of_handler("{ let k = async || h().await; }"));
        assert!(!of_handler("sleep(d).await"));
    }

    #[test]
    fn handlers_that_wait_for_it_are_known() {
        assert!(!of_handler("job.await"));
        assert!(!of_handler("(&mut job).await"));
        assert!(!of_handler("timeout(d, &mut job).await"));
        assert!(!of_handler("{ tokio::join!(job, h()); }"));
        assert!(!of_handler("{ select! { _ = &mut job => {}, _ = h() => {} } }"));
        assert!(!of_handler("{ let x = job.await; h(x).await }"));
    }

    #[test]
    fn handlers_that_drop_it_are_known() {
        assert!(!of_handler("{ drop(job); h().await }"));
        assert!(!of_handler("{ job.set(g()); h().await }"));
        assert!(!of_handler("{ job = pin!(g()); h().await }"));
        assert!(of_handler("{ h().await; drop(job); }"));
        assert!(of_handler("{ job = g(h().await); }"));
    }

    #[test]
    fn its_own_handler_may_wait() {
        let select = "let mut job = pin!(g()); select! { _ = &mut job => h().await, _ = f() => {}, else => h().await }";
        assert!(found(LINT.name, select).is_empty());
    }

    #[test]
    fn it_can_be_silenced() {
        assert!(of("pin!(g())", "#[checked(allow(futurelock))] &mut job", "h().await").is_empty());
        assert!(of("g()", "#[checked(allow(futurelock))] &mut self.job", "h().await").is_empty());
    }
}
