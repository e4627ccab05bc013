//! Cancellation: at which point it arrives, who catches it, and who does not.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

use checked_async::{Cancelled, MockClock, RunError, capture, catch_cancel, current_task, sleep, spawn, yield_now};
use checked_async_tests::by_hand::assert_silent;
use checked_async_tests::faults::OnDrop;
use checked_async_tests::log::Log;
use checked_async_tests::loops::{self, run, run_mocked};
use futures::future::{Either, join, select};

#[test]
fn before_the_first_step_the_task_never_runs() {
    let log = Log::default();
    run(async {
        let inner = log.clone();
        let dropped = log.clone();
        let guard = OnDrop(move || dropped.note("dropped"));
        let task = spawn(async move {
            let _guard = guard;
            inner.note("ran");
        });
        assert!(task.cancel());
        assert!(task.await.unwrap_err().is_cancelled());
    });
    log.assert(&["dropped"]);
}

#[test]
fn not_even_what_it_would_catch_begins() {
    let log = Log::default();
    run(async {
        let inner = log.clone();
        let task = spawn(catch_cancel(async move { inner.note("ran") }));
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
    });
    log.assert(&[]);
}

#[test]
fn a_suspended_task_is_dropped_in_its_next_turn() {
    let log = Log::default();
    run(async {
        let dropped = log.clone();
        let task = spawn(async move {
            let _guard = OnDrop(|| dropped.note("dropped"));
            pending::<()>().await;
        });
        yield_now().await;
        assert!(task.cancel());
        assert!(task.cancel(), "still running, and asked twice");
        log.note("asked");
        assert!(task.await.unwrap_err().is_cancelled());
    });
    log.assert(&["asked", "dropped"]);
}

#[test]
fn a_caught_request_is_used_up() {
    // So that the task has done all it can do before it is asked again, however long that takes.
    run_mocked(async {
        let task = spawn(async {
            let mut caught = 0;
            while caught < 3 {
                assert_eq!(catch_cancel(pending::<()>()).await, Err(Cancelled));
                caught += 1;
                // Without a catcher: only another request would end it here.
                yield_now().await;
                sleep(Duration::ZERO).await;
            }
            caught
        });
        for _ in 0..3 {
            yield_now().await;
            assert!(task.cancel());
            assert!(task.cancel(), "two requests before it runs are one");
            sleep(Duration::from_millis(1)).await;
        }
        assert_eq!(task.await.unwrap(), 3);
    });
}

#[test]
fn cancelled_in_its_cleanup_it_ends() {
    let log = Log::default();
    run(async {
        let inner = log.clone();
        let task = spawn(async move {
            let _ = catch_cancel(pending::<()>()).await;
            inner.note("cleanup");
            pending::<()>().await;
            inner.note("never");
        });
        yield_now().await;
        task.cancel();
        yield_now().await;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
    });
    log.assert(&["cleanup"]);
}

#[test]
fn the_innermost_catches() {
    run(async {
        let task = spawn(catch_cancel(async {
            let inner = catch_cancel(pending::<()>()).await;
            (inner, catch_cancel(async { 1 }).await)
        }));
        yield_now().await;
        task.cancel();
        assert_eq!(task.await.unwrap(), Ok((Err(Cancelled), Ok(1))));
    });
}

#[test]
fn siblings_all_catch_one_request() {
    run(async {
        let task = spawn(async {
            let both = join(catch_cancel(pending::<()>()), catch_cancel(pending::<()>())).await;
            // The request was one: nothing is left of it.
            yield_now().await;
            yield_now().await;
            both
        });
        yield_now().await;
        task.cancel();
        assert_eq!(task.await.unwrap(), (Err(Cancelled), Err(Cancelled)));
    });
}

#[test]
fn siblings_inside_of_a_catcher_catch_in_its_place() {
    run(async {
        let task = spawn(catch_cancel(async {
            join(
                catch_cancel(async {
                    yield_now().await;
                    catch_cancel(pending::<()>()).await
                }),
                catch_cancel(pending::<()>()),
            )
            .await
        }));
        for _ in 0..3 {
            yield_now().await;
        }
        task.cancel();
        assert_eq!(task.await.unwrap(), Ok((Ok(Err(Cancelled)), Err(Cancelled))));
    });
}

#[test]
fn a_sibling_that_is_dropped_because_another_has_caught_asks_for_no_more() {
    run(async {
        let task = spawn(async {
            let first = select(Box::pin(catch_cancel(pending::<()>())), Box::pin(catch_cancel(pending::<()>()))).await;
            let Either::Left((caught, other)) = first else { panic!("the first one is polled first") };
            drop(other);
            yield_now().await;
            yield_now().await;
            caught
        });
        yield_now().await;
        task.cancel();
        assert_eq!(task.await.unwrap(), Err(Cancelled));
    });
}

#[test]
fn a_catcher_that_is_left_before_it_could_catch_passes_the_request_on() {
    run(async {
        let go = Rc::new(Cell::new(false));
        let gone = Rc::clone(&go);
        let task = spawn(async move {
            // Ends in the very step in which the request would be delivered.
            let end = std::future::poll_fn(move |cx| {
                cx.waker().wake_by_ref();
                if gone.get() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
            });
            let _ = select(end, Box::pin(catch_cancel(pending::<()>()))).await;
            pending::<()>().await;
        });
        yield_now().await;
        go.set(true);
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
    });
}

#[test]
fn a_task_that_cancels_itself_ends_at_its_next_await() {
    let log = Log::default();
    run(async {
        let inner = log.clone();
        let task = spawn(async move {
            assert!(current_task().unwrap().cancel());
            inner.note("the step goes on");
            yield_now().await;
            inner.note("never");
        });
        assert!(task.await.unwrap_err().is_cancelled());
    });
    log.assert(&["the step goes on"]);
}

#[test]
fn a_task_that_has_cancelled_itself_may_catch_it() {
    run(async {
        let task = spawn(async {
            current_task().unwrap().cancel();
            let caught = catch_cancel(pending::<()>()).await;
            yield_now().await;
            caught
        });
        assert_eq!(task.await.unwrap(), Err(Cancelled));
    });
}

#[test]
fn a_task_that_is_ready_when_it_is_cancelled_gives_its_output() {
    run(async {
        let task = spawn(async {
            current_task().unwrap().cancel();
            8
        });
        assert_eq!(task.await.unwrap(), 8);
        let caught = spawn(catch_cancel(async {
            current_task().unwrap().cancel();
            8
        }));
        assert_eq!(caught.await.unwrap(), Ok(8));
    });
}

#[test]
fn cancelling_from_a_drop() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run(async {
            let inner = log.clone();
            let victim = spawn(async move {
                let _guard = OnDrop(|| inner.note("victim dropped"));
                pending::<()>().await;
            });
            let reference = victim.task();
            let killer = spawn(async move {
                let _guard = OnDrop(move || {
                    reference.cancel();
                    // Itself too, while it is being dropped.
                    current_task().unwrap().cancel();
                });
                pending::<()>().await;
            });
            yield_now().await;
            killer.cancel();
            assert!(killer.await.unwrap_err().is_cancelled());
            assert!(victim.await.unwrap_err().is_cancelled());
        });
    });
    log.assert(&["victim dropped"]);
    assert_silent(&violations);
}

#[test]
fn cancelling_the_future_given_to_run() {
    let result = loops::builder().run(async {
        current_task().unwrap().cancel();
        pending::<()>().await;
    });
    assert!(matches!(result, Err(RunError::Cancelled)), "{result:?}");
    let result = loops::builder().run(catch_cancel(async {
        let main = current_task().unwrap();
        checked_async::call_soon(move || assert!(main.cancel()));
        pending::<()>().await;
    }));
    assert_eq!(result.unwrap(), Err(Cancelled));
}

#[test]
fn what_is_cancelled_unpolled_is_no_fault() {
    checked_async_tests::checked! { async fn leaf() {} }
    let ((), violations) = capture(|| {
        run(async {
            let task = spawn(catch_cancel(async {
                let later = leaf();
                pending::<()>().await;
                later.await;
            }));
            let never_begun = spawn(leaf());
            never_begun.cancel();
            yield_now().await;
            task.cancel();
            assert_eq!(task.await.unwrap(), Err(Cancelled));
            assert!(never_begun.await.is_err());
        });
    });
    assert_silent(&violations);
}

#[test]
fn a_catcher_with_a_panicking_waker_is_still_cancelled() {
    let (dropped, _) = capture(|| {
        let dropped = Rc::new(Cell::new(false));
        let mark = Rc::clone(&dropped);
        let result = loops::builder().clock(MockClock::new()).shutdown_timeout(Duration::ZERO).run(async {
            let task = spawn(async move {
                let _guard = OnDrop(|| mark.set(true));
                let mut catcher = Box::pin(catch_cancel(pending::<()>()));
                let waker = checked_async_tests::faults::panicking_waker();
                assert!(catcher.as_mut().poll(&mut std::task::Context::from_waker(&waker)).is_pending());
                pending::<()>().await;
            });
            yield_now().await;
            // It has no way to hear of it; what matters is that nothing else is disturbed.
            task.cancel();
            yield_now().await;
            sleep(Duration::from_secs(1)).await;
        });
        result.unwrap();
        dropped.get()
    });
    assert!(dropped, "the shutdown ends it at the latest");
}
