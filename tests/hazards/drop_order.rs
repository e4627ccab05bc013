//! Everything is dropped when and in the order in which it is without the attribute.
//!
//! Tail temporaries and scrutinees live differently long in editions 2021 and 2024; so each edition is compared with
//! itself. Every function is run to its end, dropped before its first poll, and dropped at its first suspension.

use super::poll::pause;
use checked_async::checked_async;
use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

thread_local! {
    static EVENTS: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn event(name: &'static str) {
    EVENTS.with(|events| events.borrow_mut().push(name));
}

/// Notes when it is dropped.
struct Noisy(&'static str);
impl Noisy {
    fn touch(&self) -> Option<&'static str> {
        event("touch");
        Some(self.0)
    }
    fn this(&self) -> &Self {
        self
    }
    fn inner(&self) -> Noisy {
        Noisy("inner")
    }
    fn fails(&self) -> Result<u32, ()> {
        Err(())
    }
}
impl Drop for Noisy {
    fn drop(&mut self) {
        event(self.0);
    }
}

struct Pair {
    left: Noisy,
    right: Noisy,
}

fn noisy(name: &'static str) -> Noisy {
    event("make");
    Noisy(name)
}

/// Suspends once, and keeps what it is given as long.
async fn pause_with(noisy: &Noisy) -> usize {
    pause().await;
    event("paused");
    noisy.0.len()
}

macro_rules! twins {
    ($($tokens:tt)*) => {
        #[allow(unused, clippy::all, dropping_copy_types, for_loops_over_fallibles)]
        mod plain {
            use super::*;
            $($tokens)*
        }
        #[allow(unused, clippy::all, dropping_copy_types, for_loops_over_fallibles)]
        #[checked_async]
        mod checked {
            use super::*;
            $($tokens)*
        }
    };
}

twins! {
    pub(super) async fn named(a: Noisy, b: Noisy) {
        pause().await;
        event("end");
    }
    pub(super) async fn underscores(_a: Noisy, _: Noisy, c: Noisy, _: Noisy) {
        pause().await;
        event("end");
    }
    pub(super) async fn tuple((a, b): (Noisy, Noisy), c: Noisy) {
        pause().await;
        event("end");
    }
    pub(super) async fn partial((a, _): (Noisy, Noisy), c: Noisy, (_, d): (Noisy, Noisy)) {
        pause().await;
        event("end");
    }
    pub(super) async fn nothing_bound((_, _): (Noisy, Noisy), c: Noisy) {
        pause().await;
        event("end");
    }
    pub(super) async fn structure(Pair { left, .. }: Pair, c: Noisy) {
        pause().await;
        event("end");
    }
    pub(super) async fn other_side(Pair { right, left: _ }: Pair, c: Noisy) {
        pause().await;
        event("end");
    }
    pub(super) async fn by_reference(ref a: Noisy, ref mut b: Noisy, c: Noisy) {
        pause().await;
        event("end");
    }
    pub(super) async fn array([a, .., b]: [Noisy; 3], c: Noisy) {
        pause().await;
        event("end");
    }
    pub(super) async fn mutable(mut a: Noisy, b: Noisy) {
        a = noisy("assigned");
        pause().await;
        event("end");
    }
    pub(super) async fn moved(a: Noisy, b: Noisy) {
        drop(a);
        pause().await;
        event("end");
    }
    pub(super) async fn moved_sometimes(a: Noisy, b: Noisy) {
        if b.0 == "b" {
            drop(a);
        }
        pause().await;
        event("end");
    }
    pub(super) async fn shadowed(a: Noisy, b: Noisy) {
        let a = noisy("local");
        let b = (a, b);
        pause().await;
        event("end");
    }
    pub(super) async fn unused_by_body(a: Noisy, b: Noisy) {}
    pub(super) async fn returned(a: Noisy, b: Noisy) -> Noisy {
        pause().await;
        a
    }
    pub(super) async fn returned_early(a: Noisy, b: Noisy) -> Noisy {
        let local = noisy("local");
        if b.0 == "b" {
            pause().await;
            return a;
        }
        local
    }
    pub(super) async fn locals(a: Noisy) {
        let first = noisy("first");
        let second = noisy("second");
        {
            let inner = noisy("inner local");
            pause().await;
        }
        event("end");
    }
    pub(super) async fn wildcards(a: Noisy) {
        let _ = noisy("discarded");
        let _named = noisy("named");
        _ = noisy("assigned");
        let (_, part) = (noisy("left"), noisy("right"));
        let (_, _) = (noisy("left"), noisy("right"));
        (_, _) = (noisy("left"), noisy("right"));
        let _ = a;
        pause().await;
        event("end");
    }
    pub(super) async fn statements(a: Noisy) {
        noisy("statement");
        noisy("touched").touch();
        noisy("twice").this().touch();
        noisy("outer").inner();
        noisy("outer").inner().touch();
        let _ = noisy("let").touch();
        let _ = noisy("let").inner();
        let _ = noisy("let").inner().this();
        let _bound = noisy("bound").inner();
        drop(noisy("dropped"));
        drop(noisy("dropped").inner());
        drop((noisy("left"), noisy("right")));
        (noisy("left"), noisy("right"));
        vec![noisy("in"), noisy("vec")];
        let _ = vec![noisy("in"), noisy("let vec")];
        Some(noisy("some"));
        pause_with(&noisy("argument")).await;
        let _ = pause_with(&noisy("let argument")).await;
        event("end");
    }
    pub(super) async fn prolonged(a: Noisy) {
        let kept = &noisy("kept");
        let _kept = &noisy("also kept");
        let _inside = Some(&noisy("kept inside"));
        let _field = &noisy("kept field").0;
        let _tuple = (&noisy("kept in tuple"), 1);
        let _not = Some(noisy("not kept").0);
        let matched = match noisy("scrutinee").touch() { Some(name) => name, None => "none" };
        let _pinned = std::pin::pin!(noisy("in pin"));
        pause().await;
        event("end");
    }
    pub(super) async fn branches(a: Noisy) {
        if noisy("condition").touch().is_some() {
            event("then");
        }
        if let Some(_) = noisy("if let").touch() {
            event("then");
        } else {
            event("else");
        }
        if let None = noisy("if let else").touch() {
            event("then");
        } else {
            event("else");
        }
        match noisy("match").touch() {
            Some(_) => event("arm"),
            None => {}
        }
        match noisy("match with value").touch() {
            Some(_) => noisy("arm"),
            None => noisy("other arm"),
        };
        while let Some(_) = noisy("while").touch() {
            event("body");
            break;
        }
        for _ in noisy("for").touch() {
            event("body");
        }
        let Some(_) = noisy("let else").touch() else { return };
        if true { noisy("then value") } else { noisy("else value") };
        pause().await;
        event("end");
    }
    pub(super) async fn tail_temporary(a: Noisy) -> usize {
        let local = noisy("local");
        noisy("temporary").touch().map_or(0, |name| name.len())
    }
    pub(super) async fn tail_match(a: Noisy) -> usize {
        let local = noisy("local");
        match noisy("scrutinee").touch() {
            Some(name) => name.len(),
            None => 0,
        }
    }
    pub(super) async fn tail_if_let(a: Noisy) -> usize {
        let local = noisy("local");
        if let Some(name) = noisy("scrutinee").touch() {
            noisy("then").0.len()
        } else {
            0
        }
    }
    pub(super) async fn tail_else(a: Noisy) -> usize {
        let local = noisy("local");
        if let None = noisy("scrutinee").touch() {
            0
        } else {
            noisy("else").0.len()
        }
    }
    pub(super) async fn tail_await(a: Noisy) -> usize {
        let local = noisy("local");
        pause_with(&noisy("temporary")).await
    }
    pub(super) async fn tail_await_of_local(a: Noisy) -> usize {
        let local = noisy("local");
        pause_with(&local).await
    }
    pub(super) async fn tail_block(a: Noisy) -> usize {
        let local = noisy("local");
        {
            let inner = noisy("inner local");
            noisy("temporary").0.len()
        }
    }
    pub(super) async fn tail_unit(a: Noisy) {
        let local = noisy("local");
        drop(noisy("temporary").touch())
    }
    pub(super) async fn statement_at_the_end(a: Noisy) {
        let local = noisy("local");
        noisy("temporary").touch();
    }
    pub(super) async fn question(a: Noisy) -> Result<u32, ()> {
        let local = noisy("local");
        pause().await;
        let n = noisy("temporary").fails()?;
        event("not reached");
        Ok(n)
    }
    pub(super) async fn question_at_the_end(a: Noisy) -> Result<u32, ()> {
        let local = noisy("local");
        Ok(noisy("temporary").fails()?)
    }
    pub(super) async fn question_statement(a: Noisy) -> Result<(), ()> {
        let local = noisy("local");
        noisy("temporary").fails()?;
        Ok(())
    }
    pub(super) async fn return_with_temporary(a: Noisy) -> usize {
        let local = noisy("local");
        return noisy("temporary").touch().map_or(0, |name| name.len());
    }
    pub(super) async fn loops(a: Noisy) -> usize {
        let mut rounds = 0;
        let last = loop {
            let local = noisy("local");
            rounds += 1;
            if rounds == 1 {
                noisy("continue").touch();
                continue;
            }
            pause().await;
            break noisy("break").0.len();
        };
        'outer: for _ in 0..2 {
            let local = noisy("outer local");
            loop {
                let local = noisy("inner local");
                if rounds == 2 {
                    rounds += 1;
                    continue 'outer;
                }
                break 'outer;
            }
        }
        last
    }
    pub(super) async fn blocks(a: Noisy, b: Noisy) {
        let future = async {
            let local = noisy("local");
            pause_with(&a).await;
            noisy("temporary").touch();
        };
        let moving = async move {
            let inside = b;
            pause_with(&inside).await
        };
        future.await;
        moving.await;
        event("end");
    }
    pub(super) async fn closures(a: Noisy) {
        let closure = || {
            let local = noisy("local");
            noisy("temporary").touch();
        };
        closure();
        let moving = move || drop(a.0.len());
        moving();
        let ignores = |_: Noisy, (_, b): (Noisy, Noisy)| event("called");
        ignores(noisy("1"), (noisy("2"), noisy("3")));
        event("end");
    }
    pub(super) async fn panics(a: Noisy, _: Noisy, (b, _): (Noisy, Noisy)) {
        let local = noisy("local");
        pause().await;
        noisy("temporary").touch().filter(|_| false).expect("a panic");
    }
    pub(super) async fn generic<T, U>(a: T, _: U, b: impl Sized) {
        pause().await;
        event("end");
    }
    pub(super) fn by_hand(a: Noisy, _: Noisy, b: Noisy) -> impl Future<Output = usize> {
        let local = noisy("local");
        async move {
            pause().await;
            a.0.len() + local.0.len()
        }
    }
    pub(super) fn boxed(a: Noisy, _: Noisy, b: Noisy) -> Pin<Box<dyn Future<Output = usize>>> {
        let local = noisy("local");
        noisy("temporary").touch();
        Box::pin(async move {
            pause().await;
            a.0.len() + local.0.len()
        })
    }

    pub(super) struct Owner(pub(super) Noisy);
    impl Owner {
        pub(super) async fn owned(self, a: Noisy) {
            pause().await;
            event("end");
        }
        pub(super) async fn mutable(mut self, _: Noisy) {
            self.0 = noisy("assigned");
            pause().await;
            event("end");
        }
        pub(super) async fn in_box(self: Box<Self>, a: Noisy) {
            pause().await;
            event("end");
        }
        pub(super) async fn in_rc(self: std::rc::Rc<Self>, _: Noisy, a: Noisy) {
            pause().await;
            event("end");
        }
        pub(super) async fn taken_apart(self, a: Noisy) -> Noisy {
            let Owner(noisy) = self;
            pause().await;
            noisy
        }
        pub(super) async fn unused(self, _: Noisy) {}
    }
}

/// How far a future is polled before it is dropped.
#[derive(Clone, Copy, Debug)]
enum Until {
    Made,
    Suspended,
    Ended,
}

/// The events of one run.
fn events<F: Future>(make: impl FnOnce() -> F, until: Until) -> Vec<&'static str> {
    EVENTS.with(|events| events.borrow_mut().clear());
    let mut future = Box::pin(make());
    event("made");
    let mut context = Context::from_waker(Waker::noop());
    let polls = match until {
        Until::Made => 0,
        Until::Suspended => 1,
        Until::Ended => 100,
    };
    let polled = catch_unwind(AssertUnwindSafe(|| {
        for _ in 0..polls {
            if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
                event("ready");
                drop(output);
                event("output dropped");
                break;
            }
        }
    }));
    if polled.is_err() {
        event("panicked");
    }
    checked_async::discard(future);
    EVENTS.with(|events| events.borrow_mut().split_off(0))
}

macro_rules! compare {
    ($($path:ident)::+ ($($argument:expr),*)) => {
        for until in [Until::Made, Until::Suspended, Until::Ended] {
            let plain = events(|| plain::$($path)::+($($argument),*), until);
            let checked = events(|| checked::$($path)::+($($argument),*), until);
            assert!(plain.len() > 1, "nothing happened");
            assert_eq!(plain, checked, "{} until {until:?}", stringify!($($path)::+));
        }
    };
}

#[test]
fn arguments() {
    compare!(named(Noisy("a"), Noisy("b")));
    compare!(underscores(Noisy("a"), Noisy("b"), Noisy("c"), Noisy("d")));
    compare!(tuple((Noisy("a"), Noisy("b")), Noisy("c")));
    compare!(partial((Noisy("a"), Noisy("b")), Noisy("c"), (Noisy("d"), Noisy("e"))));
    compare!(nothing_bound((Noisy("a"), Noisy("b")), Noisy("c")));
    compare!(structure(Pair { left: Noisy("l"), right: Noisy("r") }, Noisy("c")));
    compare!(other_side(Pair { left: Noisy("l"), right: Noisy("r") }, Noisy("c")));
    compare!(by_reference(Noisy("a"), Noisy("b"), Noisy("c")));
    compare!(array([Noisy("a"), Noisy("b"), Noisy("c")], Noisy("d")));
    compare!(mutable(Noisy("a"), Noisy("b")));
    compare!(moved(Noisy("a"), Noisy("b")));
    compare!(moved_sometimes(Noisy("a"), Noisy("b")));
    compare!(moved_sometimes(Noisy("a"), Noisy("other")));
    compare!(shadowed(Noisy("a"), Noisy("b")));
    compare!(unused_by_body(Noisy("a"), Noisy("b")));
    compare!(generic(Noisy("a"), Noisy("b"), Noisy("c")));
    compare!(by_hand(Noisy("a"), Noisy("b"), Noisy("c")));
    compare!(boxed(Noisy("a"), Noisy("b"), Noisy("c")));
}

#[test]
fn receivers() {
    macro_rules! compare_method {
        ($name:ident, $owner:expr, ($($argument:expr),*)) => {
            for until in [Until::Made, Until::Suspended, Until::Ended] {
                let plain = {
                    use plain::Owner;
                    events(|| $owner(Owner(Noisy("self"))).$name($($argument),*), until)
                };
                let checked = {
                    use checked::Owner;
                    events(|| $owner(Owner(Noisy("self"))).$name($($argument),*), until)
                };
                assert_eq!(plain, checked, "{} until {until:?}", stringify!($name));
            }
        };
    }
    compare_method!(owned, std::convert::identity, (Noisy("a")));
    compare_method!(mutable, std::convert::identity, (Noisy("a")));
    compare_method!(in_box, Box::new, (Noisy("a")));
    compare_method!(in_rc, std::rc::Rc::new, (Noisy("a"), Noisy("b")));
    compare_method!(taken_apart, std::convert::identity, (Noisy("a")));
    compare_method!(unused, std::convert::identity, (Noisy("a")));
}

#[test]
fn bodies() {
    compare!(returned(Noisy("a"), Noisy("b")));
    compare!(returned_early(Noisy("a"), Noisy("b")));
    compare!(returned_early(Noisy("a"), Noisy("other")));
    compare!(locals(Noisy("a")));
    compare!(wildcards(Noisy("a")));
    compare!(statements(Noisy("a")));
    compare!(prolonged(Noisy("a")));
    compare!(branches(Noisy("a")));
    compare!(loops(Noisy("a")));
    compare!(blocks(Noisy("a"), Noisy("b")));
    compare!(closures(Noisy("a")));
    compare!(panics(Noisy("a"), Noisy("b"), (Noisy("c"), Noisy("d"))));
}

#[test]
fn ends() {
    compare!(tail_temporary(Noisy("a")));
    compare!(tail_match(Noisy("a")));
    compare!(tail_if_let(Noisy("a")));
    compare!(tail_else(Noisy("a")));
    compare!(tail_await(Noisy("a")));
    compare!(tail_await_of_local(Noisy("a")));
    compare!(tail_block(Noisy("a")));
    compare!(tail_unit(Noisy("a")));
    compare!(statement_at_the_end(Noisy("a")));
    compare!(question(Noisy("a")));
    compare!(question_at_the_end(Noisy("a")));
    compare!(question_statement(Noisy("a")));
    compare!(return_with_temporary(Noisy("a")));
}
