//! What is never awaited or never read: what CPython 3.13 printed for asyncio's scripts `page01_never_awaited`,
//! `page02_never_retrieved` and `page02b_never_retrieved_future`, and what the same programs do here.

use checked_async::{EventLoop, Kind, capture, checked_async, promise, spawn, yield_now};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::patient::run_patiently;
use checked_async_tests::trace::{Both, CPython, Here, Trace};

#[checked_async]
async fn test(trace: Trace) {
    trace.note("never scheduled");
}

/// As the page has it, `test();`, it does not compile: `ui-tests/fail/unawaited_future.rs`. Where no compiler can see it, it is
/// reported in builds with checks, with its place, where CPython has the place in debug mode only.
#[test]
fn page01_never_awaited() {
    fn keep<F>(future: F) -> Option<F> {
        Some(future)
    }
    let trace = Trace::default();
    let (line, violations) = capture(|| {
        run_patiently(async {
            let forgotten = keep(test(trace.clone()));
            drop(forgotten);
            line!() - 2
        })
    });
    if cfg!(debug_assertions) {
        assert_eq!(kinds(&violations), [Kind::NeverAwaited]);
        assert_eq!(violations[0].message, "future was never awaited: `asyncio_unread::test`");
        let created = violations[0].created.as_ref().unwrap();
        assert!(created.file.ends_with("asyncio_unread.rs"));
        assert_eq!(created.line, line);
    } else {
        assert_silent(&violations);
    }
    trace.assert(&[]);
}

/// The page's fixes: to await it, or to make a task of it.
#[test]
fn page01_fixed() {
    let trace = Trace::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            test(trace.clone()).await;
            spawn(test(trace.clone())).await.unwrap();
        });
    });
    assert_silent(&violations);
    trace.assert(&[Both("never scheduled"), Both("never scheduled")]);
}

/// A task that is cancelled before it has begun drops its future unpolled, and rightly.
#[test]
fn page01_a_cancelled_task_is_no_mistake() {
    let trace = Trace::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let task = spawn(test(trace.clone()));
            task.cancel();
            assert!(task.await.unwrap_err().is_cancelled());
        });
    });
    assert_silent(&violations);
    trace.assert(&[]);
}

/// The place of the `spawn` is known in every build, where CPython has it in debug mode only.
#[test]
fn page02_never_retrieved() {
    async fn bug() -> Result<(), &'static str> {
        Err("not consumed")
    }
    let trace = Trace::default();
    let (line, violations) = capture(|| {
        run_patiently(async {
            drop(spawn(bug()));
            yield_now().await;
            line!() - 2
        })
    });
    for violation in &violations {
        trace.note(violation.message.clone());
        let created = violation.created.as_ref().unwrap();
        assert_eq!((created.file.ends_with("asyncio_unread.rs"), created.line), (true, line));
    }
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved]);
    trace.assert(&[
        CPython("Task exception was never retrieved: Exception('not consumed')"),
        Here("error of task 2 was never retrieved: `&str`"),
    ]);
}

/// The script as it is: its main function returns before the task has begun. What was queued by then has one more turn.
#[test]
fn page02_never_retrieved_at_the_end() {
    let trace = Trace::default();
    let inner = trace.clone();
    let ((), violations) = capture(|| {
        run_patiently(async move {
            drop(spawn(async move {
                inner.note("bug runs");
                Err::<(), _>("not consumed")
            }));
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved]);
    trace.assert(&[Both("bug runs")]);
}

/// The same with a loop that lives on: the task has begun when `run` returns.
#[test]
fn page02_a_task_that_is_started_last_has_begun() {
    let trace = Trace::default();
    let inner = trace.clone();
    let mut event_loop = EventLoop::new().unwrap();
    let start = async move {
        drop(spawn(async move {
            inner.note("first step");
            yield_now().await;
            inner.note("second step");
        }));
    };
    event_loop.run(start).unwrap();
    trace.note("run has returned");
    event_loop.run(yield_now()).unwrap();
    event_loop.close();
    trace.assert(&[Both("first step"), Both("run has returned"), Both("second step")]);
}

/// An exception is a panic, too.
#[test]
fn page02_never_retrieved_panic() {
    let trace = Trace::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            drop(spawn(async { panic!("not consumed") }).named("bug"));
            yield_now().await;
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskPanic]);
    trace.note(violations[0].message.clone());
    trace.assert(&[
        CPython("Task exception was never retrieved: Exception('not consumed')"),
        Here("task `bug` panicked and nobody has read it: not consumed"),
    ]);
}

#[test]
fn page02b_never_retrieved_future() {
    let trace = Trace::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let (promise, promised) = promise::<Result<(), _>>();
            promise.set_error("v").unwrap();
            drop(promised);
            trace.note("after del");
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved]);
    assert!(violations[0].created.is_some());
    trace.assert(&[Both("after del")]);
}
