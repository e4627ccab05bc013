//! Tasks: names, output, panics wherever they may come from, and what becomes of handles.

use std::cell::Cell;
use std::future::pending;
use std::rc::Rc;

use checked_async::{Kind, capture, current_task, spawn, yield_now};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::faults::{Drops, OnDrop, PanicsOnDrop, Payload};
use checked_async_tests::log::Log;
use checked_async_tests::loops::{self, run};

#[test]
fn a_task_has_a_name_and_an_id_of_its_own() {
    run(async {
        let first = spawn(async { current_task().unwrap().name() });
        let second = spawn(async { current_task().unwrap().name() }).named(format!("worker {}", 7));
        assert_ne!(first.id(), second.id());
        assert_eq!(first.name(), format!("task {}", first.id()));
        assert_eq!(second.name(), "worker 7");
        assert_eq!(second.task().name(), "worker 7");
        let name = first.name();
        assert_eq!(first.await.unwrap(), name);
        assert_eq!(second.await.unwrap(), "worker 7");
        assert_eq!(current_task().unwrap().name(), "main");
    });
}

#[test]
fn the_output_is_kept_for_the_handle() {
    run(async {
        let task = spawn(async { vec![1, 2, 3] });
        assert!(!task.is_finished());
        yield_now().await;
        yield_now().await;
        assert!(task.is_finished());
        assert!(!task.cancel(), "it is over");
        assert_eq!(task.await.unwrap(), [1, 2, 3]);
    });
}

#[test]
fn a_panic_is_the_handles_with_all_it_carries() {
    let ((), violations) = capture(|| {
        run(async {
            let error = spawn(async { std::panic::panic_any(Payload(0)) }).await.map(|never: ()| never).unwrap_err();
            assert!(error.is_panic() && !error.is_cancelled());
            assert!(error.into_panic().is::<Payload>());
        });
    });
    assert_silent(&violations);
}

#[test]
fn a_panic_in_the_drop_of_the_future_is_a_panic_of_the_task() {
    let ((), violations) = capture(|| {
        run(async {
            // When it ends: the value lives as long as the future, being captured and never moved out.
            let value = PanicsOnDrop("at the end");
            let ends = spawn(std::future::poll_fn(move |_| {
                let _ = &value;
                std::task::Poll::Ready(())
            }));
            let error = ends.await.unwrap_err();
            assert_eq!(error.to_string(), "the task panicked: at the end");
            // When it is cancelled.
            let value = PanicsOnDrop("when cancelled");
            let cancelled = spawn(async move {
                let _value = value;
                pending::<()>().await;
            });
            yield_now().await;
            cancelled.cancel();
            let error = cancelled.await.unwrap_err();
            assert_eq!(error.to_string(), "the task panicked: when cancelled");
        });
    });
    assert_silent(&violations);
}

#[test]
fn a_future_that_panics_in_poll_and_in_drop_ends_its_task_alone() {
    struct Both;
    impl Future for Both {
        type Output = ();
        fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
            panic!("in poll");
        }
    }
    impl Drop for Both {
        fn drop(&mut self) {
            std::panic::panic_any(Payload(3));
        }
    }
    run(async {
        let error = spawn(Both).await.unwrap_err();
        assert_eq!(error.to_string(), "the task panicked: in poll");
        assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
    });
}

#[test]
fn a_future_dropped_with_its_loop_may_panic_with_what_panics_again() {
    struct Bad;
    impl Drop for Bad {
        fn drop(&mut self) {
            std::panic::panic_any(Payload(3));
        }
    }
    let drops = Drops::default();
    let counted = drops.value();
    let ((), violations) = capture(|| {
        let mut event_loop = loops::builder().build().unwrap();
        event_loop
            .run(async {
                drop(spawn(async {
                    let _bad = Bad;
                    pending::<()>().await;
                }));
                drop(spawn(async move {
                    let _counted = counted;
                    pending::<()>().await;
                }));
                yield_now().await;
            })
            .unwrap();
    });
    assert_eq!(drops.count(), 1, "the other one is dropped too");
    let pending_tasks = violations.iter().filter(|violation| violation.kind == Kind::PendingTaskDropped);
    assert_eq!(pending_tasks.count(), 2);
}

#[test]
fn a_lost_panic_is_reported_once_whenever_the_handle_goes() {
    for before in [true, false] {
        let ((), violations) = capture(|| {
            run(async {
                let task = spawn(async { panic!("nobody reads this") }).named("careless");
                if !before {
                    yield_now().await;
                    yield_now().await;
                    assert!(task.is_finished());
                }
                drop(task);
                yield_now().await;
                yield_now().await;
            });
        });
        assert_eq!(kinds(&violations), [Kind::TaskPanic]);
        let violation = &violations[0];
        assert_eq!(violation.message, "task `careless` panicked and nobody has read it: nobody reads this");
        let created = violation.created.as_ref().unwrap();
        assert!(created.file.ends_with("loop_tasks.rs"), "{created}");
    }
}

#[test]
fn a_lost_error_is_reported_once_with_name_and_place() {
    for before in [true, false] {
        let mut line = 0;
        let ((), violations) = capture(|| {
            run(async {
                line = line!() + 1;
                let task = spawn(async { Err::<(), _>(std::fmt::Error) }).named("sloppy");
                if !before {
                    yield_now().await;
                    yield_now().await;
                }
                drop(task);
                yield_now().await;
                yield_now().await;
            });
        });
        assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved]);
        assert_eq!(violations[0].message, "error of task `sloppy` was never retrieved: `core::fmt::Error`");
        assert_eq!(violations[0].created.as_ref().unwrap().line, line);
    }
}

#[test]
fn what_is_read_is_not_reported() {
    let ((), violations) = capture(|| {
        run(async {
            assert!(spawn(async { Err::<(), _>("no") }).await.unwrap().is_err());
            assert!(spawn(async { panic!("read") }).await.map(|never: ()| never).is_err());
            drop(spawn(async { Ok::<_, ()>(1) }));
            drop(spawn(async { Some(1) }));
            let cancelled = spawn(async { Err::<(), _>("never runs") });
            cancelled.cancel();
            drop(cancelled);
            yield_now().await;
            yield_now().await;
        });
    });
    assert_silent(&violations);
}

#[test]
fn a_failed_task_that_is_cancelled_after_that_is_still_reported() {
    let ((), violations) = capture(|| {
        run(async {
            let task = spawn(async { Err::<(), _>("no") });
            yield_now().await;
            yield_now().await;
            assert!(!task.cancel());
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved]);
}

#[test]
fn an_output_whose_drop_panics_does_not_disturb_the_loop() {
    let ((), violations) = capture(|| {
        run(async {
            drop(spawn(async { PanicsOnDrop("in the drop of the output") }));
            let late = spawn(async { PanicsOnDrop("in the drop of the handle") });
            yield_now().await;
            yield_now().await;
            drop(late);
            assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskPanic, Kind::TaskPanic]);
}

#[test]
fn a_payload_whose_drop_panics_does_not_disturb_the_loop() {
    let ((), violations) = capture(|| {
        run(async {
            drop(spawn(async { std::panic::panic_any(Payload(3)) }));
            yield_now().await;
            yield_now().await;
            assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskPanic]);
}

#[test]
fn abort_on_drop_cancels() {
    let log = Log::default();
    run(async {
        let at_drop = log.clone();
        let guard = OnDrop(move || at_drop.note("future dropped"));
        let task = spawn(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        let task_ref = task.task();
        let task = task.abort_on_drop();
        yield_now().await;
        assert!(!task.handle().is_finished());
        drop(task);
        log.note("handle dropped");
        yield_now().await;
        assert!(task_ref.is_finished());
        assert_eq!(spawn(async { 5 }).abort_on_drop().await.unwrap(), 5);
    });
    log.assert(&["handle dropped", "future dropped"]);
}

#[test]
fn spawning_from_the_drop_of_a_future() {
    let log = Log::default();
    run(async {
        let inner = log.clone();
        let guard = OnDrop(move || {
            let log = inner.clone();
            drop(spawn(async move { log.note("spawned by a drop") }));
        });
        let task = spawn(async move {
            let _guard = guard;
            pending::<()>().await;
        });
        yield_now().await;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        yield_now().await;
    });
    log.assert(&["spawned by a drop"]);
}

#[test]
fn a_handle_may_be_polled_by_reference_and_left() {
    run(async {
        let mut task = spawn(async {
            yield_now().await;
            yield_now().await;
            3
        });
        for _ in 0..2 {
            assert!(futures_lite::future::poll_once(&mut task).await.is_none());
        }
        // Another task takes over.
        assert_eq!(spawn(task).await.unwrap().unwrap(), 3);
    });
}

#[test]
fn two_tasks_that_await_each_other_are_seen() {
    // Handles through cells: the only way to make a circle.
    run(async {
        let slot = Rc::new(Cell::new(None::<checked_async::JoinHandle<()>>));
        let shared = Rc::clone(&slot);
        let first = spawn(async move {
            yield_now().await;
            let second = shared.take().unwrap();
            let _ = second.await;
        })
        .named("first");
        let first_ref = first.task();
        let second = spawn(async move {
            let _ = first.await;
        })
        .named("second");
        slot.set(Some(second));
        for _ in 0..4 {
            yield_now().await;
        }
        let tree = checked_async::task_tree();
        assert_eq!(tree.len(), 3);
        if checked_async::handle().is_debug() {
            assert!(tree.to_string().contains("awaited in a circle"), "{tree}");
        }
        first_ref.cancel();
    });
}
