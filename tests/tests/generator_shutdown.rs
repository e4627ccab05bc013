//! `shutdown_generators`: what is alive is closed, newest first, whoever has it.

use checked_async::{AsyncGen, Kind, Violation, capture, generator, shutdown_generators, spawn};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::log::SharedLog as Log;
use checked_async_tests::patient::{patient, run_patiently};
use futures::FutureExt;
use futures::executor::block_on;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::thread;

/// Gives others their turn a few times, on any executor.
async fn pause() {
    for _ in 0..3 {
        futures_lite::future::yield_now().await;
    }
}

#[generator]
async fn numbers(log: Log, name: &'static str) -> u32 {
    defer! {
        log.note(format!("{name} closes"));
        pause().await;
        log.note(format!("{name} is closed"));
    }
    yield_!(1);
    yield_!(2);
}

#[generator]
async fn fails(log: Log) -> u32 {
    defer! {
        log.note("fails");
        panic!("on purpose");
    }
    yield_!(1);
    yield_!(2);
}

#[generator]
async fn waits(log: Log) -> u32 {
    defer! { log.note("the one in use is closed"); }
    pause().await;
    yield_!(1);
    pause().await;
    yield_!(2);
}

async fn begun(log: &Log, name: &'static str) -> AsyncGen<'static, u32> {
    let mut generator = numbers(log.clone(), name).erased();
    assert_eq!(generator.next().await, Some(1));
    generator
}

#[test]
fn newest_first() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let mut first = begun(&log, "first").await;
            let mut second = begun(&log, "second").await;
            let unstarted = numbers(log.clone(), "unstarted");
            shutdown_generators().await;
            log.note("shut down");
            assert!(first.is_finished() && second.is_finished() && !unstarted.is_finished());
            assert_eq!(first.next().await, None);
            second.aclose().await;
            shutdown_generators().await;
        });
    });
    log.assert(&["second closes", "second is closed", "first closes", "first is closed", "shut down"]);
    assert_silent(&violations);
}

#[test]
fn when_the_loop_closes() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        let mut event_loop = patient().build().unwrap();
        let mut first = event_loop.run(begun(&log, "first")).unwrap();
        let second = event_loop.run(begun(&log, "second")).unwrap();
        event_loop.close();
        log.note("the loop is closed");
        assert_eq!(block_on(first.next()), None);
        drop(second);
    });
    let expected = ["second closes", "second is closed", "first closes", "first is closed", "the loop is closed"];
    log.assert(&expected);
    assert_silent(&violations);
}

/// Those of tasks come first: the tasks are cancelled, and waited for.
#[test]
fn after_the_tasks() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        let mut event_loop = patient().build().unwrap();
        let kept = event_loop.run(begun(&log, "kept")).unwrap();
        let task_log = log.clone();
        event_loop
            .run(async {
                drop(spawn(async move {
                    let kept = begun(&task_log, "of a task").await;
                    std::future::pending::<()>().await;
                    drop(kept);
                }));
                pause().await;
            })
            .unwrap();
        event_loop.close();
        drop(kept);
    });
    log.assert(&["of a task closes", "of a task is closed", "kept closes", "kept is closed"]);
    // Which could have used `#[for_await]`.
    assert_eq!(violations.len(), usize::from(cfg!(debug_assertions)));
}

#[test]
fn a_loop_that_is_not_closed_leaves_them_alone() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        let mut event_loop = patient().build().unwrap();
        let mut kept = event_loop.run(begun(&log, "kept")).unwrap();
        drop(event_loop);
        assert_eq!(block_on(kept.next()), Some(2));
        block_on(kept.aclose());
    });
    log.assert(&["kept closes", "kept is closed"]);
    assert_silent(&violations);
}

#[test]
fn a_panic_in_one_does_not_stop_the_rest() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let first = begun(&log, "first").await;
            let mut fails = fails(log.clone());
            fails.next().await;
            shutdown_generators().await;
            assert_eq!(fails.next().await, None);
            drop(first);
        });
    });
    log.assert(&["fails", "first closes", "first is closed"]);
    assert_eq!(kinds(&violations), [Kind::TaskPanic]);
    assert_eq!(violations[0].message, "cleanup that was left to a task panicked: on purpose");
}

#[test]
fn one_in_use_is_left_alone() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let mut generator = waits(log.clone());
            let next = spawn(async move {
                let first = generator.next().await;
                generator.aclose().await;
                first
            });
            futures_lite::future::yield_now().await;
            shutdown_generators().await;
            log.note("shut down");
            assert_eq!(next.await.unwrap(), Some(1));
        });
    });
    log.assert(&["shut down", "the one in use is closed"]);
    if cfg!(debug_assertions) {
        assert_eq!(kinds(&violations), [Kind::GeneratorReentered]);
        assert_eq!(violations[0].message, "generator is in use and cannot be closed: `generator_shutdown::waits`");
    }
}

#[test]
fn operations_wait_while_it_is_closed() {
    let log = Log::default();
    run_patiently(async {
        let mut generator = begun(&log, "it").await;
        let shutdown = spawn(shutdown_generators());
        futures_lite::future::yield_now().await;
        log.note("next");
        assert!(!generator.is_finished());
        assert_eq!(generator.next().await, None);
        log.note("none");
        assert!(generator.is_finished());
        shutdown.await.unwrap();
    });
    log.assert(&["it closes", "next", "it is closed", "none"]);
}

#[test]
fn it_may_be_dropped_while_it_is_closed() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let generator = begun(&log, "it").await;
            let shutdown = spawn(shutdown_generators());
            futures_lite::future::yield_now().await;
            drop(generator);
            log.note("dropped");
            shutdown.await.unwrap();
        });
    });
    log.assert(&["it closes", "dropped", "it is closed"]);
    assert_silent(&violations);
}

#[test]
fn a_shutdown_may_be_given_up() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let mut older = begun(&log, "older").await;
            let mut newer = begun(&log, "newer").await;
            assert!(shutdown_generators().now_or_never().is_none());
            log.note("given up");
            assert_eq!(newer.next().await, None);
            assert_eq!(older.next().await, Some(2));
            older.aclose().await;
        });
    });
    log.assert(&["newer closes", "given up", "newer is closed", "older closes", "older is closed"]);
    assert_silent(&violations);
}

#[test]
fn a_shutdown_may_be_given_up_after_its_owner() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let generator = begun(&log, "it").await;
            let mut shutdown = Box::pin(shutdown_generators());
            assert!(shutdown.as_mut().now_or_never().is_none());
            drop(generator);
            drop(shutdown);
            log.note("given up");
            pause().await;
            log.note("went on");
        });
    });
    // The task that has given up the shutdown has adopted it.
    log.assert(&["it closes", "given up", "it is closed", "went on"]);
    assert_eq!(violations.len(), usize::from(cfg!(debug_assertions)));
}

#[test]
fn it_may_be_on_another_thread() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let mut generator = begun(&log, "it").await;
            let (give_back, given_back) = futures::channel::oneshot::channel();
            let (go_on, gone_on) = std::sync::mpsc::channel();
            let elsewhere = thread::spawn(move || {
                assert_eq!(block_on(generator.next()), Some(2));
                give_back.send(()).unwrap();
                gone_on.recv().unwrap();
                assert_eq!(block_on(generator.next()), None);
            });
            given_back.await.unwrap();
            shutdown_generators().await;
            log.note("shut down");
            go_on.send(()).unwrap();
            checked_async::run_blocking(move || elsewhere.join().unwrap()).await.unwrap();
        });
    });
    log.assert(&["it closes", "it is closed", "shut down"]);
    assert_silent(&violations);
}

/// Many at once, each used, closed or dropped on another thread while the loop shuts down.
#[test]
fn at_any_time_on_another_thread() {
    for turn in 0..200 {
        let closed = Arc::new(Mutex::new(0));
        #[generator]
        async fn counted(closed: Arc<Mutex<u32>>) -> u32 {
            defer! {
                pause().await;
                *closed.lock().unwrap() += 1;
            }
            for n in 0..10 {
                yield_!(n);
            }
        }
        let ((), violations) = capture(|| {
            run_patiently(async {
                let mut generators = Vec::new();
                for _ in 0..4 {
                    let mut generator = counted(closed.clone());
                    generator.next().await;
                    generators.push(generator);
                }
                let elsewhere = thread::spawn(move || {
                    for (index, mut generator) in generators.into_iter().enumerate() {
                        block_on(async {
                            for _ in 0..(index + turn) % 3 {
                                generator.next().await;
                            }
                            // All of them, or else the drop would be at fault.
                            generator.aclose().await;
                        });
                    }
                });
                shutdown_generators().await;
                checked_async::run_blocking(move || elsewhere.join().unwrap()).await.unwrap();
            });
        });
        assert_eq!(*closed.lock().unwrap(), 4);
        // One may be in use on the other thread just then.
        let others = violations.iter().filter(|violation| violation.kind != Kind::GeneratorReentered);
        assert_eq!(others.count(), 0);
    }
}

fn one(violations: &[Violation]) -> &Violation {
    let [violation] = violations else { panic!("{} reports", violations.len()) };
    violation
}

#[test]
fn nothing_is_to_begin_afterwards() {
    let log = Log::default();
    let (begun, violations) = capture(|| {
        catch_unwind(AssertUnwindSafe(|| {
            run_patiently(async {
                shutdown_generators().await;
                let mut late = numbers(log.clone(), "late");
                assert_eq!(late.next().await, Some(1));
                late.aclose().await;
            });
        }))
    });
    assert_eq!(begun.is_err(), cfg!(debug_assertions));
    if cfg!(debug_assertions) {
        let violation = one(&violations);
        assert_eq!(violation.kind, Kind::GeneratorAfterShutdown);
        assert_eq!(
            violation.message,
            "generator is iterated after `shutdown_generators`: `generator_shutdown::numbers`"
        );
        assert!(violation.created.is_some());
        log.assert(&[]);
    } else {
        log.assert(&["late closes", "late is closed"]);
    }
}

/// What has no `defer!`, or borrows, has nothing to close, or cannot be reached.
#[test]
fn others_are_not_the_loops() {
    #[generator]
    async fn plain() -> u32 {
        yield_!(1);
        yield_!(2);
    }

    #[generator]
    async fn borrows(log: &Log) -> u32 {
        defer! { log.note("closed"); }
        yield_!(1);
        yield_!(2);
    }
    let log = Log::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let (mut plain, mut borrows) = (plain(), borrows(&log));
            plain.next().await;
            borrows.next().await;
            shutdown_generators().await;
            assert_eq!(plain.next().await, Some(2));
            assert_eq!(borrows.next().await, Some(2));
            borrows.aclose().await;
        });
    });
    log.assert(&["closed"]);
    assert_silent(&violations);
}
