//! Generators that are dropped unfinished are closed by their task, inner before outer, however they are left.
//!
//! The example is that of asyncio's page: `cursor()` and `rows()`, in nested loops that are both left early. With
//! `#[for_await]` the loops close; without it the task does.

use checked_async::{Kind, adopting, adopting_local, capture, capture_future, checked_async, generator, spawn};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::log::SharedLog as Log;
use checked_async_tests::patient::{patient, run_patiently};
use futures::future::{FutureExt, LocalBoxFuture, pending};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

/// Gives others their turn a few times, on any executor.
async fn pause() {
    for _ in 0..3 {
        futures_lite::future::yield_now().await;
    }
}

#[generator]
async fn cursor(log: Log) -> u32 {
    defer! {
        log.note("cursor closes");
        pause().await;
        log.note("cursor is closed");
    }
    yield_!(1);
    yield_!(2);
}

#[generator]
async fn rows(log: Log) -> u32 {
    defer! {
        log.note("rows closes");
        pause().await;
        log.note("rows is closed");
    }
    yield_!(1);
    yield_!(2);
}

/// How the loops are left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Break,
    Return,
    Question,
    Panic,
    /// Not by themselves: somebody drops the task's future.
    Waits,
}

const WAYS: [Way; 4] = [Way::Break, Way::Return, Way::Question, Way::Panic];

#[allow(clippy::never_loop, reason = "as on the page")]
#[checked_async(allow(unclosed_generator))]
async fn by_hand(log: Log, way: Way) -> Result<(), ()> {
    let mut outer = cursor(log.clone());
    while outer.next().await.is_some() {
        let mut inner = rows(log.clone());
        while inner.next().await.is_some() {
            match way {
                Way::Break => break,
                Way::Return => return Ok(()),
                Way::Question => Err(())?,
                Way::Panic => panic!("on purpose"),
                Way::Waits => pending().await,
            }
        }
        break;
    }
    Ok(())
}

#[checked_async]
async fn by_loops(log: Log, way: Way) -> Result<(), ()> {
    #[for_await]
    for _ in cursor(log.clone()) {
        #[for_await]
        for _ in rows(log.clone()) {
            match way {
                Way::Break => break,
                Way::Return => return Ok(()),
                Way::Question => Err(())?,
                Way::Panic => panic!("on purpose"),
                Way::Waits => pending().await,
            }
        }
        break;
    }
    Ok(())
}

async fn left(log: Log, way: Way, closing: Closing) {
    let left = match closing {
        Closing::ByHand => by_hand(log, way).await,
        Closing::ByLoops => by_loops(log, way).await,
    };
    assert_eq!(left.is_err(), way == Way::Question);
}

/// Who is meant to close.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Closing {
    ByHand,
    ByLoops,
}

const CLOSED: [&str; 4] = ["rows closes", "rows is closed", "cursor closes", "cursor is closed"];

/// Leaves the loops in every way but by force, each on a log of its own.
#[track_caller]
fn each_way(run: impl Fn(Log, Way, Closing)) {
    for way in WAYS {
        for closing in [Closing::ByHand, Closing::ByLoops] {
            let log = Log::default();
            let ((), violations) = capture(|| run(log.clone(), way, closing));
            let mut expected = CLOSED.to_vec();
            expected.push("went on");
            assert_eq!(log.notes(), expected, "{way:?} {closing:?}");
            // Whoever iterates by hand and leaves is told so. A loop that is unwound has closed what it can.
            let reports = if cfg!(debug_assertions) && closing == Closing::ByHand { 2 } else { 0 };
            assert_eq!(kinds(&violations), vec![Kind::GeneratorUnclosed; reports], "{way:?} {closing:?}");
            for violation in &violations {
                assert!(violation.message.starts_with("generator was left for its task to close: "), "{violation}");
            }
        }
    }
}

#[test]
fn in_a_task_of_the_loop() {
    each_way(|log, way, closing| {
        run_patiently(async {
            let task = spawn(left(log.clone(), way, closing));
            assert_eq!(task.await.is_err(), way == Way::Panic);
            log.note("went on");
        });
    });
}

#[test]
fn in_the_main_task_of_the_loop() {
    each_way(|log, way, closing| {
        let main = left(log.clone(), way, closing);
        let left = catch_unwind(AssertUnwindSafe(|| run_patiently(main)));
        assert_eq!(left.is_err(), way == Way::Panic);
        log.note("went on");
    });
}

fn in_threads(spawn: impl Fn(Log, Way, Closing) -> bool) {
    for way in WAYS {
        for closing in [Closing::ByHand, Closing::ByLoops] {
            let log = Log::default();
            assert_eq!(spawn(log.clone(), way, closing), way == Way::Panic, "{way:?} {closing:?}");
            assert_eq!(log.notes(), CLOSED, "{way:?} {closing:?}");
        }
    }
}

#[test]
fn in_a_task_of_tokio() {
    each_way(|log, way, closing| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let task = tokio::spawn(adopting(left(log.clone(), way, closing)));
            assert_eq!(task.await.is_err(), way == Way::Panic);
            log.note("went on");
        });
    });
}

/// The same by `checked_async::tokio`, in each of its ways to start a task.
#[test]
fn in_a_supervised_task_of_tokio() {
    use checked_async::tokio;
    let each = |start: fn(Log, Way, Closing) -> LocalBoxFuture<'static, bool>| {
        each_way(|log, way, closing| {
            let runtime = ::tokio::runtime::Builder::new_current_thread().build().unwrap();
            let local_set = ::tokio::task::LocalSet::new();
            let panicked = local_set.block_on(&runtime, start(log.clone(), way, closing));
            assert_eq!(panicked, way == Way::Panic);
            log.note("went on");
        });
    };
    each(|log, way, closing| Box::pin(async move { tokio::spawn(left(log, way, closing)).await.is_err() }));
    each(|log, way, closing| Box::pin(async move { tokio::spawn_local(left(log, way, closing)).await.is_err() }));
    each(|log, way, closing| {
        Box::pin(async move {
            let mut set = tokio::JoinSet::new();
            set.spawn(left(log, way, closing));
            set.join_next().await.unwrap().is_err()
        })
    });
    each(|log, way, closing| {
        Box::pin(async move {
            let mut set = tokio::JoinSet::new();
            set.spawn_local(left(log, way, closing));
            set.join_next().await.unwrap().is_err()
        })
    });
}

/// An aborted task is not polled again: what it has left is closed by another.
#[test]
fn when_a_supervised_task_of_tokio_is_aborted() {
    for closing in [Closing::ByHand, Closing::ByLoops] {
        let log = Log::default();
        let ((), violations) = capture(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let task = checked_async::tokio::spawn(left(log.clone(), Way::Waits, closing));
                pause().await;
                task.abort();
                assert!(task.await.unwrap_err().is_cancelled());
                for _ in 0..10 {
                    pause().await;
                }
            });
        });
        log.assert(&CLOSED);
        let reports = if cfg!(debug_assertions) && closing == Closing::ByHand { 2 } else { 0 };
        assert_eq!(kinds(&violations), vec![Kind::GeneratorUnclosed; reports], "{closing:?}");
    }
}

/// A runtime that shuts down takes no tasks any more.
#[test]
fn when_a_runtime_of_tokio_shuts_down_the_loss_is_reported() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let task = checked_async::tokio::spawn(left(log.clone(), Way::Waits, Closing::ByLoops));
            pause().await;
            // Or else its loss would be one more.
            drop(task.abort_handle());
        });
    });
    log.assert(&[]);
    let lost = violations.iter().filter(|violation| violation.message.contains("before its cleanup ran"));
    assert_eq!(lost.count(), if cfg!(debug_assertions) { 2 } else { 0 });
}

#[test]
fn in_a_task_of_many_threads() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    in_threads(|log, way, closing| {
        let left = capture_future(adopting(left(log, way, closing)));
        runtime.block_on(async { tokio::spawn(left).await.is_err() })
    });
}

#[test]
fn in_a_task_of_smol() {
    in_threads(|log, way, closing| {
        let left = AssertUnwindSafe(capture_future(adopting(left(log, way, closing))));
        let task = smol::spawn(left.catch_unwind());
        smol::block_on(task).is_err()
    });
}

#[test]
fn in_no_task() {
    each_way(|log, way, closing| {
        let main = AssertUnwindSafe(adopting_local(left(log.clone(), way, closing)));
        let left = futures::executor::block_on(main.catch_unwind());
        assert_eq!(left.is_err(), way == Way::Panic);
        log.note("went on");
    });
}

#[test]
fn when_a_task_of_the_loop_is_cancelled() {
    for closing in [Closing::ByHand, Closing::ByLoops] {
        let log = Log::default();
        let ((), violations) = capture(|| {
            run_patiently(async {
                let task = spawn(left(log.clone(), Way::Waits, closing));
                pause().await;
                task.cancel();
                assert!(task.await.unwrap_err().is_cancelled());
                log.note("went on");
            });
        });
        log.assert(&[CLOSED[0], CLOSED[1], CLOSED[2], CLOSED[3], "went on"]);
        let reports = if cfg!(debug_assertions) && closing == Closing::ByHand { 2 } else { 0 };
        assert_eq!(violations.len(), reports, "{closing:?}");
    }
}

#[test]
fn when_the_loop_shuts_down() {
    for closing in [Closing::ByHand, Closing::ByLoops] {
        let log = Log::default();
        let ((), _) = capture(|| {
            run_patiently(async {
                drop(spawn(left(log.clone(), Way::Waits, closing)));
                pause().await;
            });
        });
        log.assert(&CLOSED);
    }
}

#[test]
fn when_a_timeout_is_over() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        let clock = checked_async::MockClock::new();
        patient()
            .clock(clock)
            .run(async {
                let second = std::time::Duration::from_secs(1);
                checked_async::timeout(second, left(log.clone(), Way::Waits, Closing::ByLoops)).await.unwrap_err();
                log.note("timed out");
                pause().await;
                log.note("went on");
            })
            .unwrap();
    });
    // The rest of the poll in which they are dropped runs first.
    log.assert(&["timed out", CLOSED[0], CLOSED[1], CLOSED[2], CLOSED[3], "went on"]);
    assert_silent(&violations);
}

#[test]
fn when_a_task_of_another_runtime_is_dropped_the_loss_is_reported() {
    for closing in [Closing::ByHand, Closing::ByLoops] {
        let log = Log::default();
        let ((), violations) = capture(|| {
            assert!(adopting(left(log.clone(), Way::Waits, closing)).now_or_never().is_none());
        });
        log.assert(&[]);
        let lost = violations.iter().filter(|violation| violation.message.contains("before its cleanup ran"));
        assert_eq!(lost.count(), if cfg!(debug_assertions) { 2 } else { 0 });
    }
}

#[test]
fn the_rest_of_the_poll_runs_first() {
    let log = Log::default();
    let ((), _) = capture(|| {
        run_patiently(async {
            let mut rows = rows(log.clone());
            rows.next().await;
            drop(rows);
            log.note("dropped");
            pause().await;
            log.note("went on");
        });
    });
    log.assert(&["dropped", "rows closes", "rows is closed", "went on"]);
}

#[test]
fn what_has_no_cleanup_to_do_is_just_dropped() {
    #[generator]
    async fn numbers(log: Log) -> u32 {
        let _last = scopeguard(log.clone());
        yield_!(1);
        {
            defer! { log.note("closed"); }
            yield_!(2);
        }
        yield_!(3);
    }
    struct Scopeguard(Log);
    impl Drop for Scopeguard {
        fn drop(&mut self) {
            self.0.note("dropped");
        }
    }
    fn scopeguard(log: Log) -> Scopeguard {
        Scopeguard(log)
    }
    let log = Log::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            drop(numbers(log.clone()));
            for items in [1, 3] {
                let mut numbers = numbers(log.clone());
                for _ in 0..items {
                    numbers.next().await;
                }
                drop(numbers);
                log.note("went on");
            }
        });
    });
    log.assert(&["dropped", "went on", "closed", "dropped", "went on"]);
    assert_silent(&violations);
}

/// What a body leaves on its way out is closed before the rest of its own cleanup.
#[test]
fn inner_before_outer_in_cleanup_too() {
    #[generator(allow(unclosed_generator))]
    async fn outer(log: Log) -> u32 {
        defer! {
            log.note("outer closes");
            {
                let mut rows = rows(log.clone());
                rows.next().await;
            }
            pause().await;
            log.note("outer is closed");
        }
        yield_!(1);
        yield_!(2);
    }
    async fn main(log: Log) {
        outer(log.clone()).next().await;
        cursor(log.clone()).next().await;
        pause().await;
        log.note("went on");
    }
    let expected = [
        "outer closes",
        "rows closes",
        "rows is closed",
        "outer is closed",
        "cursor closes",
        "cursor is closed",
        "went on",
    ];
    let on_the_loop = Log::default();
    let ((), _) = capture(|| run_patiently(main(on_the_loop.clone())));
    on_the_loop.assert(&expected);
    let elsewhere = Log::default();
    let ((), _) = capture(|| futures::executor::block_on(adopting(main(elsewhere.clone()))));
    elsewhere.assert(&expected);
}

#[test]
fn a_panic_in_cleanup_does_not_stop_the_rest() {
    #[generator]
    async fn fails(log: Log) -> u32 {
        defer! {
            log.note("fails");
            panic!("on purpose");
        }
        yield_!(1);
        yield_!(2);
    }
    async fn main(log: Log) {
        fails(log.clone()).next().await;
        rows(log.clone()).next().await;
        pause().await;
        log.note("went on");
    }
    for on_the_loop in [true, false] {
        let log = Log::default();
        let ((), violations) = capture(|| match on_the_loop {
            true => run_patiently(main(log.clone())),
            false => futures::executor::block_on(adopting_local(main(log.clone()))),
        });
        log.assert(&["fails", "rows closes", "rows is closed", "went on"]);
        let panics = violations.iter().filter(|violation| violation.kind == Kind::TaskPanic);
        assert_eq!(panics.count(), 1);
    }
}

/// Outside of any task, as in a callback, the loop makes one for it.
#[test]
fn in_a_callback_of_the_loop() {
    for ends_at_once in [true, false] {
        let log = Log::default();
        let ((), _) = capture(|| {
            run_patiently(async {
                let mut rows = rows(log.clone());
                rows.next().await;
                checked_async::call_soon(move || drop(rows));
                if !ends_at_once {
                    pause().await;
                    pause().await;
                    log.note("went on");
                }
            });
        });
        let expected = ["rows closes", "rows is closed", "went on"];
        log.assert(&expected[..if ends_at_once { 2 } else { 3 }]);
    }
}

#[test]
fn where_there_is_no_task_the_loss_is_reported() {
    let log = Log::default();
    let (line, violations) = capture(|| {
        let mut rows = rows(log.clone());
        futures::executor::block_on(rows.next());
        drop(rows);
        line!() - 3
    });
    log.assert(&[]);
    assert_eq!(violations.len(), usize::from(cfg!(debug_assertions)));
    for violation in violations {
        assert_eq!(violation.message, "generator was dropped before its cleanup ran: `generator_adoption::rows`");
        assert_eq!(violation.created.unwrap().line, line);
    }
}

/// Which generators can be adopted.
mod which {
    use super::*;

    /// Takes one item of a generator, drops it in a task that adopts, and says whether it was closed.
    fn is_adopted<B, T>(log: &Log, generator: checked_async::Generator<B, T>) -> bool
    where
        B: Future<Output = ()> + ?Sized,
    {
        let ((), _) = capture(|| {
            run_patiently(async {
                let mut generator = generator;
                generator.next().await;
            });
        });
        !log.notes().is_empty()
    }

    /// The same with one that may go to another thread.
    fn is_adopted_anywhere<B, T>(log: &Log, generator: checked_async::Generator<B, T>) -> bool
    where
        B: Future<Output = ()> + ?Sized,
    {
        let ((), _) = capture(|| {
            futures::executor::block_on(adopting(async {
                let mut generator = generator;
                generator.next().await;
            }));
        });
        !log.notes().is_empty()
    }

    macro_rules! assert_adopted {
        ($make:expr, here: $here:expr, anywhere: $anywhere:expr) => {
            let log = Log::default();
            assert_eq!(is_adopted(&log, $make(&log)), $here, "here: {}", stringify!($make));
            let log = Log::default();
            assert_eq!(is_adopted_anywhere(&log, $make(&log)), $anywhere, "anywhere: {}", stringify!($make));
        };
    }

    #[generator]
    async fn local(log: Log, _held: Rc<u32>) -> u32 {
        defer! { log.note("closed"); }
        yield_!(1);
        yield_!(2);
    }

    #[generator]
    async fn generic<T: Clone + 'static, const N: usize>(log: Log, item: T, _rest: [T; N]) -> T {
        defer! { log.note("closed"); }
        loop {
            yield_!(item.clone());
        }
    }

    #[generator]
    async fn by_clause<T>(log: Log, item: T) -> T
    where
        T: Clone + Send + 'static,
    {
        defer! { log.note("closed"); }
        loop {
            yield_!(item.clone());
        }
    }

    #[generator]
    async fn unbounded<T: Clone>(log: Log, item: T) -> T {
        defer! { log.note("closed"); }
        loop {
            yield_!(item.clone());
        }
    }

    #[generator]
    async fn any(log: Log, item: impl Clone + 'static) -> u32 {
        let _item = item.clone();
        defer! { log.note("closed"); }
        yield_!(1);
        yield_!(2);
    }

    #[generator]
    async fn patterns((log, _): (Log, u32), mut n: u32, _: String) -> u32 {
        defer! { log.note("closed"); }
        loop {
            n += 1;
            yield_!(n);
        }
    }

    #[generator(send)]
    async fn literal(log: Log, text: &'static str, call: Box<dyn Fn(&str) -> u32 + Send + Sync>) -> u32 {
        defer! { log.note("closed"); }
        loop {
            yield_!(call(text));
        }
    }

    #[test]
    fn those_that_own_what_they_hold() {
        assert_adopted!(|log: &Log| rows(log.clone()), here: true, anywhere: true);
        assert_adopted!(|log: &Log| rows(log.clone()).erased(), here: true, anywhere: true);
        assert_adopted!(|log: &Log| rows(log.clone()).erased_local(), here: true, anywhere: true);
        assert_adopted!(|log: &Log| patterns((log.clone(), 1), 2, String::new()), here: true, anywhere: true);
        assert_adopted!(|log: &Log| literal(log.clone(), "a", Box::new(|_| 1)), here: true, anywhere: true);
        assert_adopted!(|log: &Log| by_clause(log.clone(), 1), here: true, anywhere: true);
    }

    #[test]
    fn those_that_stay_on_their_thread_there() {
        assert_adopted!(|log: &Log| local(log.clone(), Rc::new(1)), here: true, anywhere: false);
        // Whether what it is called with is `Send`, its definition does not know.
        assert_adopted!(|log: &Log| generic(log.clone(), 1, [2]), here: true, anywhere: false);
    }

    #[test]
    fn those_that_may_borrow_not() {
        struct Hidden<'a>(&'a Log);

        #[generator]
        async fn borrows(log: &Log) -> u32 {
            defer! { log.note("closed"); }
            yield_!(1);
            yield_!(2);
        }

        #[generator]
        async fn hides(log: Hidden) -> u32 {
            defer! { log.0.note("closed"); }
            yield_!(1);
            yield_!(2);
        }

        #[generator]
        async fn names<'a>(log: Hidden<'a>) -> u32 {
            defer! { log.0.note("closed"); }
            yield_!(1);
            yield_!(2);
        }
        assert_adopted!(borrows, here: false, anywhere: false);
        let log = Log::default();
        assert!(!is_adopted(&log, hides(Hidden(&log))));
        let log = Log::default();
        assert!(!is_adopted(&log, names(Hidden(&log))));
        assert_adopted!(|log: &Log| unbounded(log.clone(), 1), here: false, anywhere: false);
        assert_adopted!(|log: &Log| any(log.clone(), 1), here: false, anywhere: false);
    }

    struct Plain(Log);

    impl Plain {
        #[generator]
        async fn consuming(self) -> u32 {
            defer! { self.0.note("closed"); }
            yield_!(1);
            yield_!(2);
        }

        #[generator]
        async fn shared(self: Arc<Self>) -> u32 {
            defer! { self.0.note("closed"); }
            yield_!(1);
            yield_!(2);
        }

        #[generator]
        async fn borrowing(&self) -> u32 {
            defer! { self.0.note("closed"); }
            yield_!(1);
            yield_!(2);
        }

        #[generator]
        async fn without_self(log: Log) -> u32 {
            defer! { log.note("closed"); }
            yield_!(1);
            yield_!(2);
        }
    }

    struct Wrapping<T>(T, Log);

    impl<T: Clone> Wrapping<T> {
        #[generator]
        async fn consuming(self) -> T {
            defer! { self.1.note("closed"); }
            loop {
                yield_!(self.0.clone());
            }
        }

        #[generator]
        async fn items(log: Log, item: T) -> T {
            defer! { log.note("closed"); }
            loop {
                yield_!(item.clone());
            }
        }
    }

    #[test]
    fn methods_of_plain_types() {
        assert_adopted!(|log: &Log| Plain(log.clone()).consuming(), here: true, anywhere: false);
        assert_adopted!(|log: &Log| Arc::new(Plain(log.clone())).shared(), here: true, anywhere: false);
        assert_adopted!(|log: &Log| Plain::without_self(log.clone()), here: true, anywhere: true);
        let log = Log::default();
        let plain = Plain(log.clone());
        assert!(!is_adopted(&log, plain.borrowing()));
    }

    #[test]
    fn methods_of_generic_types_not() {
        assert_adopted!(|log: &Log| Wrapping(1, log.clone()).consuming(), here: false, anywhere: false);
        assert_adopted!(|log: &Log| Wrapping::items(log.clone(), 1), here: false, anywhere: false);
        let (text, log) = (String::new(), Log::default());
        assert!(!is_adopted(&log, Wrapping::items(log.clone(), &text)));
    }

    #[test]
    fn those_that_a_macro_writes_not() {
        macro_rules! declare {
            ($name:ident, $type:ty) => {
                #[generator]
                async fn $name(log: $type) -> u32 {
                    defer! { log.note("closed"); }
                    yield_!(1);
                    yield_!(2);
                }
            };
        }
        declare!(declared, Log);
        assert_adopted!(|log: &Log| declared(log.clone()), here: false, anywhere: false);
    }
}
