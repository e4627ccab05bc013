//! Running: one future after another, inside of each other, stopped, and after panics.

use std::cell::Cell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use checked_async::{
    EventLoop, Handle, Kind, RunError, call_soon, capture, catch_cancel, handle, run_blocking, sleep, spawn, yield_now,
};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::faults::{Drops, OnDrop};
use checked_async_tests::log::Log;
use checked_async_tests::loops::{self, run};

/// What a panic said.
#[track_caller]
fn said(panic: Box<dyn std::any::Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().expect("a panic with a text")).to_owned(),
    }
}

#[test]
fn running_inside_of_a_running_loop_is_refused() {
    let polled = Rc::new(Cell::new(false));
    let ((), violations) = capture(|| {
        run(async {
            let inner = Rc::clone(&polled);
            let nested = async move { inner.set(true) };
            let panic = catch_unwind(AssertUnwindSafe(|| checked_async::run(nested))).unwrap_err();
            assert!(said(panic).contains("event loop was run inside of a running event loop"));
            let mut other = EventLoop::new().unwrap();
            assert!(catch_unwind(AssertUnwindSafe(|| other.run(async {}))).is_err());
            assert!(catch_unwind(AssertUnwindSafe(|| EventLoop::builder().run(async {}))).is_err());
            // The outer one is as it was.
            assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
        });
    });
    assert_eq!(kinds(&violations), [Kind::NestedRun; 3]);
    assert!(!polled.get());
    assert!(violations[0].created.as_ref().unwrap().file.ends_with("loop_run.rs"));
}

#[test]
fn running_again_from_a_callback_or_a_drop_is_refused() {
    let ((), violations) = capture(|| {
        run(async {
            call_soon(|| checked_async::run(async {}));
            let task = spawn(async {
                let _guard = OnDrop(|| checked_async::run(async {}));
                pending::<()>().await;
            });
            yield_now().await;
            yield_now().await;
            task.cancel();
            assert!(task.await.unwrap_err().is_panic());
        });
    });
    assert_eq!(kinds(&violations), [Kind::NestedRun, Kind::CallbackPanicked, Kind::NestedRun]);
}

#[test]
#[expect(clippy::async_yields_async, reason = "the task is to outlive this run")]
fn tasks_live_on_between_runs() {
    let mut event_loop = loops::builder().build().unwrap();
    let task = event_loop
        .run(async {
            spawn(async {
                yield_now().await;
                yield_now().await;
                5
            })
        })
        .unwrap();
    // Between the runs the handle works, and free functions do not.
    let late = event_loop.handle().spawn(async { 6 });
    assert!(catch_unwind(|| drop(spawn(async {}))).is_err());
    assert!(Handle::try_current().is_none());
    assert_eq!(event_loop.run(task).unwrap().unwrap(), 5);
    assert_eq!(event_loop.run(late).unwrap().unwrap(), 6);
    event_loop.close();
}

#[test]
fn stop_ends_the_run_after_its_turn() {
    let log = Log::default();
    let mut event_loop = loops::builder().build().unwrap();
    let result = event_loop.run(async {
        let (first, second, next) = (log.clone(), log.clone(), log.clone());
        call_soon(move || {
            first.note("stop");
            handle().stop();
            call_soon(move || next.note("next run"));
        });
        call_soon(move || second.note("the same turn"));
        let _guard = OnDrop(|| log.note("main dropped"));
        pending::<()>().await;
    });
    assert!(matches!(result, Err(RunError::Stopped)), "{result:?}");
    log.note("between");
    event_loop.run(yield_now()).unwrap();
    event_loop.close();
    log.assert(&["stop", "the same turn", "main dropped", "between", "next run"]);
}

#[test]
fn a_panic_goes_on_after_the_shutdown() {
    let log = Log::default();
    let result = catch_unwind(AssertUnwindSafe(|| {
        run(async {
            let inner = log.clone();
            drop(spawn(async move {
                let _ = catch_cancel(pending::<()>()).await;
                yield_now().await;
                inner.note("clean");
            }));
            yield_now().await;
            std::panic::panic_any("the main future's");
        });
    }));
    assert_eq!(said(result.unwrap_err()), "the main future's");
    log.assert(&["clean"]);
    assert!(Handle::try_current().is_none());
    run(async {});
}

#[test]
#[expect(clippy::async_yields_async, reason = "the task is to outlive this run")]
fn a_panic_in_a_run_leaves_the_loop_usable() {
    let mut event_loop = loops::builder().build().unwrap();
    let task = event_loop.run(async { spawn(async { 1 }) }).unwrap();
    assert!(
        catch_unwind(AssertUnwindSafe(|| event_loop.run(async { panic!("once") }).map(|never: ()| never))).is_err()
    );
    assert_eq!(event_loop.run(task).unwrap().unwrap(), 1);
    event_loop.close();
}

#[test]
fn the_main_future_may_borrow() {
    let mut text = String::from("a");
    run(async {
        let borrowed = &mut text;
        yield_now().await;
        borrowed.push('b');
    });
    assert_eq!(text, "ab");
}

#[test]
fn a_loop_may_be_dropped_inside_of_another() {
    let drops = Drops::default();
    let ((), violations) = capture(|| {
        run(async {
            let other = loops::builder().build().unwrap();
            let value = drops.value();
            drop(other.handle().spawn(async move {
                let _value = value;
                pending::<()>().await;
            }));
            drop(other);
            assert_eq!(drops.count(), 1);
            assert_eq!(spawn(async { 1 }).await.unwrap(), 1);
        });
    });
    assert_eq!(kinds(&violations), [Kind::PendingTaskDropped]);
}

#[test]
fn tasks_of_two_loops_on_one_thread_wake_each_other() {
    let mut first = loops::builder().build().unwrap();
    let mut second = loops::builder().build().unwrap();
    let (sender, receiver) = futures::channel::oneshot::channel();
    let task = first.handle().spawn(receiver);
    first.run(yield_now()).unwrap();
    second.run(async { sender.send(9).unwrap() }).unwrap();
    assert_eq!(first.run(task).unwrap().unwrap(), Ok(9));
    second.close();
    first.close();
}

#[test]
fn blocking_closures_give_their_output_or_their_panic() {
    let ((), violations) = capture(|| {
        run(async {
            assert_ne!(run_blocking(|| thread::current().id()).await.unwrap(), thread::current().id());
            let error = run_blocking(|| panic!("elsewhere")).await.map(|never: ()| never).unwrap_err();
            assert_eq!(error.to_string(), "the task panicked: elsewhere");
            // One that runs cannot be stopped, and nobody hears of its end.
            let (release, blocked) = std::sync::mpsc::channel::<()>();
            let (began, begun) = std::sync::mpsc::channel();
            let running = run_blocking(move || {
                began.send(()).unwrap();
                let _ = blocked.recv();
                panic!("nobody hears this");
            });
            begun.recv().unwrap();
            drop::<checked_async::RunBlocking<()>>(running);
            drop(release);
            sleep(Duration::ZERO).await;
        });
    });
    assert_silent(&violations);
}
