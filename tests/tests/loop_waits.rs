//! Time limits, shields and promises.

use std::cell::Cell;
use std::future::{pending, ready};
use std::rc::Rc;
use std::time::Duration;

use checked_async::{
    Abandoned, Elapsed, Kind, capture, catch_cancel, now, promise, shield, sleep, spawn, timeout, timeout_at, yield_now,
};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::faults::{Drops, PanicsOnDrop, panicking_waker};
use checked_async_tests::log::Log;
use checked_async_tests::loops::{run, run_mocked};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_time_limit_of_zero_never_polls() {
    run_mocked(async {
        let polled = Cell::new(false);
        let future = || async { polled.set(true) };
        assert_eq!(timeout(Duration::ZERO, future()).await, Err(Elapsed));
        assert_eq!(timeout_at(now(), future()).await, Err(Elapsed));
        assert_eq!(timeout_at(now() - SECOND, future()).await, Err(Elapsed));
        assert!(!polled.get());
    });
}

#[test]
fn what_is_ready_at_the_limit_is_ready() {
    run_mocked(async {
        assert_eq!(timeout(SECOND, sleep(SECOND)).await, Ok(()));
        assert_eq!(timeout(Duration::from_nanos(1), ready(1)).await, Ok(1));
        assert_eq!(timeout(Duration::MAX, sleep(SECOND)).await, Ok(()));
    });
}

#[test]
fn the_inner_limit_is_told_from_the_outer() {
    run_mocked(async {
        let begin = now();
        assert_eq!(timeout(2 * SECOND, timeout(SECOND, pending::<()>())).await, Ok(Err(Elapsed)));
        assert_eq!(now() - begin, SECOND);
        assert_eq!(timeout(SECOND, timeout(2 * SECOND, pending::<()>())).await, Err(Elapsed));
        assert_eq!(timeout(SECOND, timeout(SECOND, pending::<()>())).await, Ok(Err(Elapsed)), "both are due");
        assert_eq!(now() - begin, 3 * SECOND);
    });
}

#[test]
fn a_limit_drops_what_it_limits_at_once() {
    run_mocked(async {
        let drops = Drops::default();
        let value = drops.value();
        let limited = timeout(SECOND, async move {
            let _value = value;
            pending::<()>().await;
        });
        let mut limited = Box::pin(limited);
        assert!(limited.as_mut().await.is_err());
        assert_eq!(drops.count(), 1, "not only with the `Timeout`");
    });
}

#[test]
fn cancelling_around_a_limit_is_a_cancellation() {
    run_mocked(async {
        let task = spawn(catch_cancel(timeout(SECOND, pending::<()>())));
        yield_now().await;
        task.cancel();
        assert!(task.await.unwrap().is_err());
    });
}

#[test]
fn a_shielded_task_runs_on() {
    let log = Log::default();
    run_mocked(async {
        let inner = log.clone();
        let task = spawn(shield(async move {
            sleep(SECOND).await;
            inner.note("done");
        }));
        yield_now().await;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        log.note("cancelled");
        sleep(2 * SECOND).await;
        assert_eq!(shield(async { 4 }).await.unwrap(), 4);
    });
    log.assert(&["cancelled", "done"]);
}

#[test]
fn a_shielded_task_that_fails_late_is_reported() {
    let ((), violations) = capture(|| {
        run_mocked(async {
            let shielded = shield(async {
                sleep(2 * SECOND).await;
                Err::<(), _>("late")
            });
            assert!(timeout(SECOND, shielded).await.is_err());
            sleep(2 * SECOND).await;
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved]);
}

#[test]
fn a_shielded_task_that_is_itself_cancelled_says_so() {
    run_mocked(async {
        let shielded = shield(pending::<()>());
        shielded.handle().cancel();
        assert!(shielded.await.unwrap_err().is_cancelled());
    });
}

#[test]
fn setting_a_promise_after_its_future_is_gone_says_so() {
    run(async {
        let (mut promise, promised) = promise::<u32>();
        assert!(!promise.is_cancelled());
        let noticed = Rc::new(Cell::new(false));
        let notice = Rc::clone(&noticed);
        let setter = spawn(async move {
            promise.cancelled().await;
            notice.set(true);
            promise.set(1)
        });
        yield_now().await;
        assert!(!noticed.get());
        drop(promised);
        assert_eq!(setter.await.unwrap(), Err(1));
    });
}

#[test]
fn an_abandoned_promise_says_so() {
    run(async {
        let (promise, promised) = promise::<u32>();
        let waiter = spawn(promised);
        yield_now().await;
        drop(promise);
        assert_eq!(waiter.await.unwrap(), Err(Abandoned));
        let (promise, promised) = checked_async::promise::<u32>();
        drop(promise);
        assert_eq!(promised.await, Err(Abandoned));
    });
}

#[test]
fn an_error_that_was_set_is_reported_unless_it_is_read() {
    let ((), violations) = capture(|| {
        run(async {
            let (setter, promised) = promise::<Result<u32, &'static str>>();
            setter.set_error("read").unwrap();
            assert_eq!(promised.await, Ok(Err("read")));
            // Given as a value, it is nobody's duty.
            let (setter, promised) = promise::<Result<u32, &'static str>>();
            setter.set(Err("a value")).unwrap();
            drop(promised);
            let (setter, promised) = promise::<Result<u32, &'static str>>();
            drop(promised);
            assert_eq!(setter.set_error("given back"), Err("given back"));
        });
    });
    assert_silent(&violations);
    let mut line = 0;
    let ((), violations) = capture(|| {
        run(async {
            line = line!() + 1;
            let (setter, promised) = promise::<Result<u32, std::fmt::Error>>();
            setter.set_error(std::fmt::Error).unwrap();
            drop(promised);
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved]);
    assert_eq!(violations[0].created.as_ref().unwrap().line, line);
}

#[test]
fn promises_work_without_a_loop_and_with_bad_wakers() {
    let poll = |future: &mut checked_async::Promised<u32>| {
        let waker = panicking_waker();
        std::pin::Pin::new(future).poll(&mut std::task::Context::from_waker(&waker))
    };
    let ((), violations) = capture(|| {
        let (setter, mut promised) = promise();
        assert!(poll(&mut promised).is_pending());
        setter.set(1).unwrap();
        assert_eq!(poll(&mut promised), std::task::Poll::Ready(Ok(1)));
        let (setter, mut promised) = promise();
        assert!(poll(&mut promised).is_pending());
        drop(setter);
        assert_eq!(poll(&mut promised), std::task::Poll::Ready(Err(Abandoned)));
    });
    assert_eq!(kinds(&violations), [Kind::CallbackPanicked; 2], "said of each waker");
}

#[test]
fn a_promised_value_whose_drop_panics_harms_only_who_drops_it() {
    run(async {
        let task = spawn(async {
            let (setter, promised) = promise();
            setter.set(PanicsOnDrop("dropped unread")).unwrap();
            drop(promised);
        });
        assert_eq!(task.await.unwrap_err().to_string(), "the task panicked: dropped unread");
    });
}
