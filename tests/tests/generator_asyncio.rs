//! asyncio's own examples, step by step: what CPython 3.13 printed for each script, and what the same program does here.
//!
//! Each test bears the name of its script. Where the order differs from CPython's, both orders stand in the test, and
//! `docs/generators.md` says why.

use checked_async::{Refused, checked_async, closing, generator};
use checked_async_tests::log::Log;
use checked_async_tests::patient::{patient, run_patiently};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

/// Runs a future on tokio, on smol and on the event loop, each with a log of its own.
fn run(scenario: impl AsyncFn(Log)) -> Log {
    let on_tokio = Log::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.unwrap().block_on(scenario(on_tokio.clone()));
    let on_smol = Log::default();
    smol::block_on(scenario(on_smol.clone()));
    assert_eq!(on_tokio, on_smol);
    let on_the_loop = Log::default();
    run_patiently(scenario(on_the_loop.clone()));
    assert_eq!(on_smol, on_the_loop);
    on_the_loop
}

/// A sleep that works on any runtime, since no order here may depend on time.
async fn sleep() {
    for _ in 0..3 {
        futures_lite::future::yield_now().await;
    }
}

#[generator]
async fn cursor(log: Log, work_done: Rc<Cell<bool>>) -> u32 {
    defer! {
        log.note(format!("cursor.finally {}", work_done.get()));
    }
    yield_!(1);
}

#[generator]
async fn rows(log: Log, work_done: Rc<Cell<bool>>) -> u32 {
    defer! {
        log.note("rows.finally.start");
        sleep().await;
        work_done.set(true);
        log.note("rows.finally.end");
    }
    yield_!(2);
}

#[test]
fn page03_aclosing() {
    #[generator]
    async fn generator(log: Log) -> u32 {
        defer! { log.note("closed"); }
        yield_!(1);
        yield_!(2);
    }
    let log = run(async |log| {
        let first = closing(generator(log.clone()), async |numbers| numbers.next().await).await;
        log.note(format!("{first:?}"));
        #[checked_async]
        async fn by_loop(log: Log) {
            #[for_await]
            for x in generator(log.clone()) {
                log.note(format!("{x}"));
                break; // Don't iterate until the end
            }
        }
        by_loop(log.clone()).await;
    });
    log.assert(&["closed", "Some(1)", "1", "closed"]);
}

/// CPython: `rows.finally.start`, `cursor.finally work_done= False` with an AssertionError, `rows.finally.end`, and all of
/// it after `main.end`. Here the loops themselves close, inner before outer.
#[test]
fn page04_cursor_rows() {
    #[checked_async]
    async fn main(log: Log) {
        let work_done = Rc::new(Cell::new(false));
        #[for_await]
        for c in cursor(log.clone(), work_done.clone()) {
            #[for_await]
            for r in rows(log.clone(), work_done.clone()) {
                log.note(format!("body {c} {r}"));
                break;
            }
            break;
        }
        log.note("main.end");
    }
    run(async |log| main(log).await).assert(&[
        "body 1 2",
        "rows.finally.start",
        "rows.finally.end",
        "cursor.finally true",
        "main.end",
    ]);
}

/// The same, iterated by hand: the task closes them, when the rest of its poll is over, and in the right order.
#[test]
fn page04_cursor_rows_left_to_the_loop() {
    #[allow(clippy::never_loop, reason = "as on the page")]
    async fn main(log: Log) {
        let work_done = Rc::new(Cell::new(false));
        let mut cursor = cursor(log.clone(), work_done.clone());
        while let Some(c) = cursor.next().await {
            let mut rows = rows(log.clone(), work_done.clone());
            while let Some(r) = rows.next().await {
                log.note(format!("body {c} {r}"));
                break;
            }
            break;
        }
        log.note("main.end");
    }
    let log = Log::default();
    let ((), _) = checked_async::capture(|| run_patiently(main(log.clone())));
    log.note("run returned");
    log.assert(&[
        "body 1 2",
        "main.end",
        "rows.finally.start",
        "rows.finally.end",
        "cursor.finally true",
        "run returned",
    ]);
}

/// The same order as CPython's.
#[test]
fn page05_cursor_rows_fixed() {
    let log = run(async |log| {
        let work_done = Rc::new(Cell::new(false));
        closing(cursor(log.clone(), work_done.clone()), async |cursor_gen| {
            cursor_gen.next().await;
            closing(rows(log.clone(), work_done.clone()), async |rows_gen| {
                rows_gen.next().await;
            })
            .await;
        })
        .await;
        log.note("main.end");
    });
    log.assert(&["rows.finally.start", "rows.finally.end", "cursor.finally true", "main.end"]);
}

#[generator]
async fn agenfn(log: Log) -> u32 {
    defer! {
        log.note("finally.start");
        sleep().await;
        log.note("finally.end");
    }
    yield_!(10);
    yield_!(11);
}

/// CPython: the item, and then "async generator ignored GeneratorExit" where the script drops it after its loop. Here the
/// drop is reported with the place of the call, and a generator belongs to no loop: one made and started outside
/// of any can be closed in another.
#[test]
fn page06_runner_agen() {
    let log = Log::default();
    let ((), violations) = checked_async::capture(|| {
        let mut agen = agenfn(log.clone());
        log.note(format!("{:?}", smol::block_on(agen.next())));
        drop(agen);
    });
    assert_eq!(violations.len(), usize::from(cfg!(debug_assertions)));
    log.note("dropped");
    let mut agen = agenfn(log.clone());
    log.note(format!("{:?}", futures::executor::block_on(agen.next())));
    run(async |_| {
        // The second run finds it closed, which is no mistake.
        log.note("in the loop");
    });
    smol::block_on(agen.aclose());
    // Three runs.
    log.assert(&[
        "Some(10)",
        "dropped",
        "Some(10)",
        "in the loop",
        "in the loop",
        "in the loop",
        "finally.start",
        "finally.end",
    ]);
}

/// CPython, where the script drops it between the run and the end of its `Runner`: the loop's end closes it. Here nobody is there
/// to be left a generator between two runs, and its loss is reported; what is kept until the loop's end is closed there.
#[test]
fn page06b_runner_agen_wrapped() {
    for is_kept in [false, true] {
        let log = Log::default();
        let ((), violations) = checked_async::capture(|| {
            let mut runner = patient().build().unwrap();
            let mut agen = agenfn(log.clone());
            log.note(format!("{:?}", runner.run(agen.next()).unwrap()));
            let kept = is_kept.then_some(agen);
            runner.close();
            drop(kept);
        });
        if is_kept {
            log.assert(&["Some(10)", "finally.start", "finally.end"]);
        } else {
            log.assert(&["Some(10)"]);
        }
        let reports = if cfg!(debug_assertions) && !is_kept { 1 } else { 0 };
        assert_eq!(violations.len(), reports);
    }
}

/// CPython: the loop does not know the generator, `shutdown_asyncgens` leaves it, and its drop prints `finally.start` and
/// "async generator ignored GeneratorExit". Here it is closed wherever someone does.
#[test]
fn page06c_agen_started_before_loop() {
    let log = Log::default();
    let mut agen = agenfn(log.clone());
    log.note(format!("first item outside loop: {:?}", futures::executor::block_on(agen.next())));
    run_patiently(async {
        log.note(format!("second item inside loop: {:?}", agen.next().await));
        agen.aclose().await;
    });
    log.note("run returned; deleting");
    let ((), violations) = checked_async::capture(|| drop(agen));
    assert!(violations.is_empty());
    log.assert(&[
        "first item outside loop: Some(10)",
        "second item inside loop: Some(11)",
        "finally.start",
        "finally.end",
        "run returned; deleting",
    ]);
}

#[test]
fn page07_runner_fixed() {
    let log = run(async |log| {
        closing(agenfn(log.clone()), async |agen| log.note(format!("{:?}", agen.next().await))).await;
        log.note("main.end");
    });
    log.assert(&["Some(10)", "finally.start", "finally.end", "main.end"]);
}

/// CPython: `received A`, then RuntimeError `anext(): asynchronous generator is already running` for B. Here two
/// operations at once need two `&mut` borrows, which is a compile error; behind a lock they take turns.
#[test]
fn page08_concurrent_asend() {
    #[generator(resume = Option<&'static str>)]
    async fn consumer(log: Log) -> u32 {
        for idx in 0..100 {
            sleep().await;
            let message = yield_!(idx);
            log.note(format!("received {}", message.unwrap_or("nothing")));
        }
    }
    let log = run(async |log| {
        let agenerator = smol::lock::Mutex::new(consumer(log.clone()));
        assert_eq!(agenerator.lock().await.next().await, Some(0));
        let fa = async { agenerator.lock().await.asend(Some("A")).await };
        let fb = async { agenerator.lock().await.asend(Some("B")).await };
        let (a, b) = futures::join!(fa, fb);
        assert_eq!((a, b), (Ok(Some(1)), Ok(Some(2))));
    });
    log.assert(&["received A", "received B"]);
}

#[generator]
async fn tagged(log: Log, tag: &'static str, n: u32) -> u32 {
    defer! {
        log.note(format!("{tag} finally start"));
        sleep().await;
        log.note(format!("{tag} finally end"));
    }
    for i in 0..n {
        yield_!(i);
    }
}

/// Its steps 3 to 5, 11, 12 and 15, on any executor, and closing in place of steps 6 to 10. There are no hooks.
#[test]
fn g02_hooks() {
    let log = run(async |log| {
        let mut g = tagged(log.clone(), "x", 3);
        drop(g.next());
        log.note("4 next() called (not awaited)");
        g.next().await;
        g.next().await;
        log.note("6 close");
        g.aclose().await;
        log.note("7 after close");
        let mut g = tagged(log.clone(), "ex", 1);
        while g.next().await.is_some() {}
        log.note("11 exhausted");
        drop(g);
        log.note("12 exhausted+dropped");
        let mut g = tagged(log.clone(), "late", 3);
        g.next().await;
        g.aclose().await;
        g.aclose().await;
    });
    log.assert(&[
        "4 next() called (not awaited)",
        "6 close",
        "x finally start",
        "x finally end",
        "7 after close",
        "ex finally start",
        "ex finally end",
        "11 exhausted",
        "12 exhausted+dropped",
        "late finally start",
        "late finally end",
    ]);
}

/// Its steps 6 to 10: dropped in a task, which CPython's loop closes in another, two turns later. Here the task itself does,
/// before it goes on.
#[test]
fn g02_hooks_dropped() {
    let log = Log::default();
    let ((), _) = checked_async::capture(|| {
        run_patiently(async {
            let mut g = tagged(log.clone(), "x", 3);
            g.next().await;
            log.note("6 drop");
            drop(g);
            log.note("7 after drop");
            futures_lite::future::yield_now().await;
            log.note("8 after 1 turn");
        });
    });
    log.assert(&["6 drop", "7 after drop", "x finally start", "x finally end", "8 after 1 turn"]);
}

/// Its steps 13 to 16: CPython closes all at once, in no order; here newest first, each when the one before it is closed.
#[test]
fn g02_hooks_shutdown() {
    let log = Log::default();
    run_patiently(async {
        let mut gs = Vec::new();
        for tag in ["s0", "s1", "s2"] {
            let mut g = tagged(log.clone(), tag, 3);
            g.next().await;
            gs.push(g);
        }
        log.note("13 shutdown");
        checked_async::shutdown_generators().await;
        log.note("14 done");
        checked_async::shutdown_generators().await;
        log.note("16 shutdown again (idempotent)");
    });
    log.assert(&[
        "13 shutdown",
        "s2 finally start",
        "s2 finally end",
        "s1 finally start",
        "s1 finally end",
        "s0 finally start",
        "s0 finally end",
        "14 done",
        "16 shutdown again (idempotent)",
    ]);
}

/// Its steps 18 and 19: what is alive when the main task is done, some of it failing. Each failure is one report, as one event
/// is CPython's; a BaseException, which CPython swallows, is a panic like any other here.
#[test]
fn g02_hooks_alive_at_the_end() {
    #[generator]
    async fn bad(log: Log, tag: &'static str) -> u32 {
        defer! {
            log.note(format!("{tag} closing"));
            panic!("{tag}");
        }
        yield_!(1);
        yield_!(2);
    }
    #[generator]
    async fn ok(log: Log, tag: &'static str) -> u32 {
        defer! {
            log.note(format!("{tag} closing"));
            sleep().await;
            log.note(format!("{tag} closed"));
        }
        yield_!(1);
        yield_!(2);
    }
    let log = Log::default();
    let ((), violations) = checked_async::capture(|| {
        let kept = run_patiently(async {
            let (mut ok1, mut bad1) = (ok(log.clone(), "ok1"), bad(log.clone(), "bad1"));
            let (mut bad2, mut ok2) = (bad(log.clone(), "bad2"), ok(log.clone(), "ok2"));
            for first in [ok1.next().await, bad1.next().await, bad2.next().await, ok2.next().await] {
                assert_eq!(first, Some(1));
            }
            log.note("18 returning with live gens");
            (ok1, bad1, bad2, ok2)
        });
        log.note("run returned");
        drop(kept);
    });
    log.assert(&[
        "18 returning with live gens",
        "ok2 closing",
        "ok2 closed",
        "bad2 closing",
        "bad1 closing",
        "ok1 closing",
        "ok1 closed",
        "run returned",
    ]);
    let messages: Vec<&str> = violations.iter().map(|violation| &*violation.message).collect();
    assert_eq!(
        messages,
        ["cleanup that was left to a task panicked: bad2", "cleanup that was left to a task panicked: bad1",]
    );
}

/// Its step 21: CPython says nothing of a generator that is dropped after its loop was closed. One that a loop's end has closed
/// has nothing left to lose; one that it could not close is reported.
#[test]
fn g02_hooks_dropped_after_the_loop() {
    #[generator]
    async fn borrowing(log: &Log) -> u32 {
        defer! { log.note("finally"); }
        yield_!(1);
        yield_!(2);
    }
    let log = Log::default();
    let ((), violations) = checked_async::capture(|| {
        let mut runner = patient().build().unwrap();
        let mut g = borrowing(&log);
        runner.run(g.next()).unwrap();
        runner.close();
        log.note("dropping after loop.close");
        drop(g);
        log.note("dropped");
    });
    log.assert(&["dropping after loop.close", "dropped"]);
    assert_eq!(violations.len(), usize::from(cfg!(debug_assertions)));
}

/// Its step 20: the consumer is cancelled while it waits in `anext`. CPython throws the cancellation into the body. Here the
/// body stays where it is, and closing leaves it there.
#[test]
fn g02_hooks_suspended_in_an_await() {
    #[generator]
    async fn slow(log: Log) -> u32 {
        defer! { log.note("slow finally"); }
        std::future::pending::<()>().await;
        yield_!(1);
    }
    let log = run(async |log| {
        let mut g = slow(log.clone());
        smol::future::poll_once(g.next()).await;
        log.note("task cancelled");
        g.aclose().await;
    });
    log.assert(&["task cancelled", "slow finally"]);
}

/// CPython, in each variant: `rows.finally.start`, `cursor.finally`, `rows.finally.end`, and after `caught` or `after loops`.
#[test]
fn g03_cursor_rows_variants() {
    #[checked_async]
    async fn main(log: Log, variant: &str) -> Result<(), &'static str> {
        let work_done = Rc::new(Cell::new(false));
        #[for_await]
        for _c in cursor(log.clone(), work_done.clone()) {
            #[for_await]
            for _r in rows(log.clone(), work_done.clone()) {
                match variant {
                    "exception" => Err("body")?,
                    "return" => return Ok(()),
                    _ => break,
                }
            }
            break;
        }
        log.note("after loops");
        Ok(())
    }
    for variant in ["break", "return", "exception"] {
        let log = run(async |log| match main(log.clone(), variant).await {
            Ok(()) => log.note("main.end"),
            Err(_) => log.note("caught"),
        });
        let mut expected = vec!["rows.finally.start", "rows.finally.end", "cursor.finally true"];
        match variant {
            "break" => expected.extend(["after loops", "main.end"]),
            "return" => expected.push("main.end"),
            _ => expected.push("caught"),
        }
        log.assert(&expected);
    }
}

/// CPython: TypeError for a value sent to a fresh generator, which stays usable; StopAsyncIteration after the end.
#[test]
fn asend_before_and_after() {
    #[generator(resume = u32)]
    async fn one() -> u32 {
        yield_!(1);
    }
    run(async |_| {
        let mut one = one();
        assert_eq!(one.asend(7).await.unwrap_err().reason(), Refused::NotStarted);
        assert_eq!(one.start().await, Some(1));
        assert_eq!(one.asend(7).await, Ok(None));
        assert_eq!(one.asend(7).await.unwrap_err().reason(), Refused::Finished);
    });
}

/// Cancelled by its task: a future that is dropped cannot await, so the cleanup is not run, and is reported. (CPython awaits
/// it while the cancellation passes through.)
#[test]
fn cancellation_of_the_task() {
    let log = Log::default();
    let (_, violations) = checked_async::capture(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.unwrap().block_on(async {
            let waits = closing(agenfn(log.clone()), async |agen| {
                agen.next().await;
                std::future::pending::<()>().await;
            });
            tokio::time::timeout(Duration::from_secs(1), waits).await.unwrap_err();
        });
    });
    assert_eq!(violations.len(), usize::from(cfg!(debug_assertions)));
    log.assert(&[]);
}
