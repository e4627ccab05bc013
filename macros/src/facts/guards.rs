//! The guards of locks, borrows and spans that are alive at an `.await` of the body that made them.
//!
//! Which expressions may make a guard is told by names ([`makers`]), where the guard is alive by a walk over the body in the
//! order of evaluation ([`walk`]). Whether it is a guard at all is for the compiler to say: a lint asks.

mod macros;
mod makers;
mod patterns;
mod walk;

pub(crate) use macros::holds_await;
pub(super) use makers::Makers;

use super::{Place, Reader};
use crate::lints::Levels;
use crate::syntax;
use proc_macro2::Span;
use syn::{Expr, ExprCall, ExprMethodCall, Pat};
use walk::Walk;

/// An expression whose value is alive at an `.await`, and may be a guard.
pub(crate) struct Guard {
    pub(crate) place: Place,
    /// Its first and its last token.
    pub(crate) ends: (Span, Span),
    pub(crate) kind: Kind,
    /// Is it a guard for certain, whatever its type?
    pub(crate) certain: bool,
    pub(crate) levels: Levels,
}

/// What the guard belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A thread: `m.lock()`.
    Thread,
    /// A task: `m.lock().await`.
    Task,
}

/// tracing's macros that make a span.
const SPANS: &[&str] = &["debug_span", "error_span", "info_span", "span", "trace_span", "warn_span"];

impl Reader<'_> {
    pub(super) fn note_maker_of_call(&mut self, call: &ExprCall) {
        self.guards.note_call(call, self.context.levels);
    }

    pub(super) fn note_maker_of_method(&mut self, call: &ExprMethodCall) {
        let certain = call.method == "enter" && self.is_span(&call.receiver);
        self.guards.note_method(call, certain, self.context.levels);
    }

    /// Notes a variable that a `let` binds to a span, or to something else from here on.
    pub(super) fn note_span(&mut self, pattern: &Pat, init: &Expr) {
        if let Pat::Ident(name) = pattern {
            let is_span = matches!(syntax::peel(init), Expr::Macro(_)) && self.is_span(init);
            self.guards.note_variable(&name.ident, is_span);
        }
    }

    /// Is it one of tracing's spans, as far as is written? What `enter` gives is of a type like any other.
    fn is_span(&self, expr: &Expr) -> bool {
        match syntax::peel(expr) {
            Expr::Macro(mac) => syntax::is_macro_of(&mac.mac, SPANS),
            Expr::Path(path) => path.path.get_ident().is_some_and(|name| {
                self.guards.is_span(name) || self.facts.names.type_of(name).is_some_and(|ty| ty.is("tracing::Span"))
            }),
            _ => false,
        }
    }

    /// Walks over a body that was read just now, if more makers were noted in it than before.
    pub(super) fn note_guards(&mut self, makers_before: usize, walk: impl FnOnce(&mut Walk<'_>)) {
        if self.context.asynchronous && self.guards.count() > makers_before {
            let mut body = Walk::new(&self.guards);
            walk(&mut body);
            self.facts.guards.extend(body.into_guards());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::visit::{self, Visit};

    #[derive(Default)]
    struct Noting(Makers);

    impl<'ast> Visit<'ast> for Noting {
        fn visit_expr_call(&mut self, call: &'ast ExprCall) {
            self.0.note_call(call, Levels::default());
            visit::visit_expr_call(self, call);
        }

        fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
            self.0.note_method(call, false, Levels::default());
            visit::visit_expr_method_call(self, call);
        }
    }

    /// The expressions of a one-line body whose values are alive at an `.await`, with a `~` before those of async locks.
    fn held(body: &str) -> Vec<String> {
        let text = format!("{{ {body} }}");
        let block: syn::Block = syn::parse_str(&text).unwrap_or_else(|error| panic!("{body}: {error}"));
        let mut noting = Noting::default();
        noting.visit_block(&block);
        let mut walk = Walk::new(&noting.0);
        walk.block(&block);
        let part = |guard: Guard| {
            let task = if guard.kind == Kind::Task { "~" } else { "" };
            format!("{task}{}", &text[guard.ends.0.start().column..guard.ends.1.end().column])
        };
        walk.into_guards().map(part).collect()
    }

    #[track_caller]
    fn alive(body: &str, expected: &[&str]) {
        assert_eq!(held(body), expected, "{body}");
    }

    #[track_caller]
    fn none_alive(bodies: &[&str]) {
        for body in bodies {
            assert!(held(body).is_empty(), "{body}: {:?}", held(body));
        }
    }

    #[test]
    fn a_variable_lives_until_the_end_of_its_block() {
        alive("let g = m.lock().unwrap(); f().await;", &["m.lock().unwrap()"]);
        alive("let mut g = m.lock(); g.push(1); g[0] = *g + 1; f(&g, &mut g).await", &["m.lock()"]);
        alive("let _g = cell.borrow_mut(); f().await;", &["cell.borrow_mut()"]);
        alive("let g: MutexGuard<'_, T> = m.lock().expect(\"\"); f().await;", &["m.lock().expect(\"\")"]);
        alive("let g = m.lock()?; f().await;", &["m.lock()?"]);
        alive("let g = Mutex::lock(&m).unwrap(); f().await;", &["Mutex::lock(&m).unwrap()"]);
        alive("let g = m.try_lock_for(second); f().await;", &["m.try_lock_for(second)"]);
        alive("if x { let g = m.read(); f().await; }", &["m.read()"]);
        none_alive(&[
            "{ let g = m.lock(); } f().await;",
            "f().await; let g = m.lock();",
            "let g = m.lock(); g.push(1);",
            "let n = { let g = m.lock(); g.len() }; f(n).await",
            "let _ = m.lock(); f().await;",
            "let g = m.lock(1); f().await;",
            "let g = fs::read(x); f().await;",
            "let g: &T = m.borrow(); f().await;",
            "let Ok(_) = m.lock() else { return }; f().await;",
        ]);
    }

    #[test]
    fn a_move_ends_it() {
        none_alive(&[
            "let g = m.lock(); drop(g); f().await;",
            "let g = m.lock(); take(g)?; f().await;",
            "let g = m.lock(); let l = Lease { g }; f().await;",
            "let g = m.lock(); let l = Lease(g); f().await;",
            "let g = m.lock(); self.free = g; f().await;",
            "let g = m.lock(); let c = move || g.len(); drop(c); f().await;",
            "let g = m.lock(); let c = || drop(g); c(); f().await;",
            "let g = m.lock(); let b = async move { g.len() }; f(b).await;",
            "let s = span.entered(); let s = s.exit(); f().await;",
            "let g = m.lock(); if let Ok(g) = g { take(g); } f().await;",
            "let g = m.lock(); unknown!(g); f().await;",
            "let g = m.lock(); return g; f().await;",
            "let g = m.try_lock(); let n = g.map_or(0, |g| g.len()); f(n).await",
        ]);
        alive("let g = m.lock(); println!(\"{}\", g); f().await;", &["m.lock()"]);
        alive("let g = m.lock(); println!(\"{g:?}\"); f().await;", &["m.lock()"]);
        alive("let g = m.lock(); let c = || g.len(); f().await;", &["m.lock()"]);
        alive("let g = m.lock(); let h = n.lock(); drop(h); f().await;", &["m.lock()"]);
        alive("let g = m.lock(); let _ = g; f().await;", &["m.lock()"]);
        alive("let g = m.lock(); let h = g; f().await;", &["m.lock()"]);
        alive("let g = m.lock(); let g = g.len(); drop(g); f().await;", &["m.lock()"]);
    }

    #[test]
    fn ways_part_and_meet() {
        alive("let g = m.lock(); if c { drop(g); a().await } b().await", &["m.lock()"]);
        alive("let g = m.lock(); if c { drop(g) } else { a().await }", &["m.lock()"]);
        alive("let g = m.lock(); match c { 1 => drop(g), _ => {} } f().await", &["m.lock()"]);
        alive("let g = m.lock(); while c { f().await; }", &["m.lock()"]);
        alive("let g = m.lock(); c && f().await;", &["m.lock()"]);
        alive("loop { let g = m.lock(); if g.x { continue; } f().await; }", &["m.lock()"]);
        none_alive(&[
            "let g = m.lock(); if c { drop(g); f().await; return; } g.push(1);",
            "let g = m.lock(); match c { 1 => drop(g), 2 => { drop(g); } _ => return } f().await",
            "let g = m.lock(); match c { 1 => drop(g), _ => panic!() } f().await",
            "let g = m.lock(); if c { drop(g) } else { process::exit(1) } f().await",
            "let mut g = m.lock(); for _ in 0..3 { drop(g); f().await; g = m.lock(); } g.push(1);",
            "loop { f().await; let g = m.lock(); if g.x { break; } }",
            "loop { let g = m.lock(); if g.x { break; } } f().await;",
            "let x = 'a: { let g = m.lock(); if g.x { break 'a 1; } 2 }; f().await;",
            "let g = m.lock(); loop { if c { drop(g); break; } } f().await;",
        ]);
        alive("let mut g = m.lock(); drop(g); g = n.lock(); f().await;", &["n.lock()"]);
        alive("let g; if c { g = m.lock(); } f().await;", &["m.lock()"]);
    }

    #[test]
    fn a_pattern_binds_it() {
        alive("if let Ok(g) = m.lock() { f().await }", &["m.lock()"]);
        alive("let Ok(g) = m.lock() else { return }; f().await", &["m.lock()"]);
        alive("match m.try_lock() { Ok(g) => f().await, Err(_) => {} }", &["m.try_lock()"]);
        alive("let (g, x) = (m.lock(), 1); f().await", &["m.lock()"]);
        alive("let (a, b) = RefMut::map_split(g, h); f().await", &["RefMut::map_split(g, h)"]);
        alive("let g = Some(m.lock().unwrap()); f().await", &["m.lock().unwrap()"]);
        alive("let g = c.then(|| m.lock().unwrap()); f().await", &["c.then(|| m.lock().unwrap())"]);
        alive("let g = if c { a.lock() } else { b.lock() }; f().await", &["if c { a.lock() } else { b.lock() }"]);
        none_alive(&[
            "match m.try_lock() { Ok(g) => g.push(1), Err(_) => f().await }",
            "if let Some(g) = m.try_lock() { g.push(1) } else { f().await }",
            "if let Ok(g) = m.lock() { drop(g); f().await }",
            "let Ok(g) = m.try_lock() else { return f().await }; g.push(1);",
            "let Some(g) = m.try_lock() else { return f().await }; g.push(1);",
        ]);
    }

    #[test]
    fn a_temporary_lives_until_the_end_of_its_statement() {
        alive("send(m.lock().unwrap().clone()).await;", &["m.lock().unwrap()"]);
        alive("m.lock().unwrap().push(f().await);", &["m.lock().unwrap()"]);
        alive("let x = send(*m.lock()).await;", &["m.lock()"]);
        alive("f(m.read().len(), g().await)", &["m.read()"]);
        alive("match m.lock().unwrap().pop() { Some(x) => f(x).await, None => {} }", &["m.lock().unwrap()"]);
        alive("if let Some(x) = m.lock().unwrap().pop() { f(x).await }", &["m.lock().unwrap()"]);
        alive("while let Some(x) = m.lock().pop() { f(x).await }", &["m.lock()"]);
        alive("for x in m.read().iter() { f(x).await }", &["m.read()"]);
        alive("#[for_await] for x in f(m.read().len()) {}", &["m.read()"]);
        alive("let x = &*m.lock().unwrap(); f(x).await", &["m.lock().unwrap()"]);
        alive("let x = &mut m.lock().unwrap().y[0]; f(x).await", &["m.lock().unwrap()"]);
        alive("let S { ref x } = *m.lock(); f(x).await", &["m.lock()"]);
        none_alive(&[
            "let x = m.lock().unwrap().clone(); f(x).await",
            "m.lock().unwrap().push(1); f().await",
            "while c(m.lock().unwrap().x) { f().await }",
            "if *m.lock() > 1 { f().await }",
            "if m.lock().is_empty() && x { f().await }",
            "m.lock().is_empty() && f().await;",
            "f(g().await, m.lock().len());",
            "*m.lock() = f().await;",
            "*m.lock() += f().await;",
            "f({ m.lock().clone() }).await",
            "if let Some(x) = m.lock().pop() { x } else { f().await }",
            "f(m.lock()).await",
            "match x { y if m.lock().has(y) => f().await, _ => {} }",
            "let x = cell.borrow().unwrap(); f(x).await",
        ]);
    }

    #[test]
    fn closures_and_async_blocks_wait_on_their_own() {
        none_alive(&[
            "let g = m.lock(); spawn(async { f().await; }); g.push(1);",
            "let g = m.lock(); let c = async |x| f(x).await; drop(g); c(1).await",
            "let x = xs.map(|x| m.lock()[x]).sum(); f(x).await",
            "let add = |n| { let g = m.lock(); g.push(n); return; }; f().await;",
        ]);
        alive("let g = m.lock(); async { f().await }.await;", &["m.lock()"]);
    }

    #[test]
    fn macros_wait_and_move() {
        alive("let g = m.lock(); join!(f(g[0]), h());", &["m.lock()"]);
        alive("let g = m.lock(); tokio::select! { x = f() => g.push(x), _ = h() => {} }", &["m.lock()"]);
        alive("let g = m.lock(); assert!(g.len() < f().await, \"\");", &["m.lock()"]);
        alive("let g = m.lock(); some_macro!(f().await);", &["m.lock()"]);
        none_alive(&[
            "let g = m.lock(); join!(f(g), h());",
            "let g = m.lock(); vec![async { f().await }];",
            "let g = m.lock(); drop(g); select! { x = f() => {} }",
            "let g = m.lock(); println!(\"{}\", 1); g.push(1);",
        ]);
    }

    #[test]
    fn generators_wait_where_they_yield() {
        alive("let g = m.lock(); yield_!(1);", &["m.lock()"]);
        alive("let g = m.lock(); let x = yield_!(g.len());", &["m.lock()"]);
        alive("let g = m.lock(); for x in &*g { yield_!(x.clone()); }", &["m.lock()"]);
        alive("let x = &mut m.lock()[0]; yield_!(x.clone());", &["m.lock()"]);
        alive("let g = m.lock(); #[for_await] for x in y {}", &["m.lock()"]);
        alive("#[for_await] for x in y { let g = m.lock(); yield_!(x); }", &["m.lock()"]);
        none_alive(&[
            "let n = m.lock().len(); yield_!(n);",
            "let g = m.lock(); drop(g); yield_!(1);",
            "let g = m.lock(); yield_!(g);",
            "#[for_await] for x in y { let g = m.lock(); g.push(x); }",
            "let g = m.lock(); defer! { f().await; } drop(g);",
        ]);
    }

    #[test]
    fn the_guard_of_an_async_lock_is_there_for_what_is_done_with_it() {
        alive("let g = m.lock().await; f().await;", &["~m.lock().await"]);
        alive("let mut g = m.write().await; *g += f().await;", &["~m.write().await"]);
        alive("let g = m.lock().await; while let Some(x) = rx.recv().await { *g = x }", &["~m.lock().await"]);
        alive("let g = m.lock().await; select! { n = f() => *g = n, _ = h() => {} }", &["~m.lock().await"]);
        none_alive(&[
            "let g = m.lock().await; g.query(1).await?; g.x.flush().await",
            "let g = m.lock().await; ping(&mut g).await; ping(&mut *g).await",
            "m.lock().await.push(1); f().await",
            "m.lock().await.query().await",
            "let n = m.lock().await.len(); f(n).await",
            "let g = m.lock().await; drop(g); f().await",
            "let _ = m.lock().await; f().await",
        ]);
    }
}
