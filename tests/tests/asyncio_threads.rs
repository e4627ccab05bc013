//! Other threads and the loop: what CPython 3.13 printed for asyncio's scripts `t01_threadsafe_executor`,
//! `t02_call_soon_not_waking` and `page09_threads`, and what the same programs do here.
//!
//! The numbers are those that the script prints. Differences stand in `docs/from-asyncio.md`.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::rc::Rc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use checked_async::{
    EventLoop, Handle, Kind, LoopClosed, Promise, Remote, TaskRef, capture_future, catch_cancel, current_task, promise,
    remote, run, run_blocking, spawn, yield_now,
};
use checked_async_tests::by_hand::kinds;
use checked_async_tests::is_send;
use checked_async_tests::patient::run_patiently;
use checked_async_tests::trace::{Both, CPython, Here, Trace};

/// Runs a closure on another thread while the loop runs on.
async fn on_thread<T: Send + 'static>(closure: impl FnOnce() -> T + Send + 'static) -> T {
    run_blocking(closure).await.unwrap()
}

/// The message of a panic.
fn message(panic: Box<dyn std::any::Any + Send>) -> String {
    match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => (*panic.downcast::<&str>().unwrap()).to_owned(),
    }
}

/// Steps 1 and 2. An error of the task's own is its output, a panic is what an exception is in CPython.
#[test]
fn t01_result_and_exception() {
    let trace = Trace::default();
    run(async {
        let loop_ = remote();
        let value = async {
            yield_now().await;
            1
        };
        let result = on_thread(move || loop_.spawn(value).unwrap().result()).await;
        trace.note(format!("1 result: {}", result.unwrap()));
        let loop_ = remote();
        let error = on_thread(move || loop_.spawn(async { Err::<(), _>("boom") }).unwrap().result()).await;
        trace.note(format!("2 exception: {}", error.unwrap().unwrap_err()));
        let loop_ = remote();
        let panic = on_thread(move || loop_.spawn(async { panic!("boom") }).unwrap().result()).await;
        trace.note(format!("2 panic: {}", message(panic.unwrap_err().into_panic())));
    });
    trace.assert(&[Both("1 result: 1"), Both("2 exception: boom"), Here("2 panic: boom")]);
}

/// Step 3: In CPython the outer future is cancelled before the task is; here `cancel` asks, and `result` says what came of it.
#[test]
fn t01_timeout_then_cancel() {
    let trace = Trace::default();
    run(async {
        let (loop_, inner) = (remote(), trace.clone());
        on_thread(move || {
            let in_task = inner.clone();
            let (begins, begun) = mpsc::channel();
            // `catch_cancel` belongs to the loop's thread, so the future is made there.
            let handle = loop_.spawn_with(move || async move {
                begins.send(()).unwrap();
                if catch_cancel(std::future::pending::<()>()).await.is_err() {
                    in_task.note("coroutine got CancelledError");
                }
            });
            // Cancelled before that, it would never begin.
            begun.recv().unwrap();
            let handle = handle.unwrap().result_timeout(Duration::from_millis(1)).unwrap_err();
            inner.note(format!("result(timeout) -> still running: {}", !handle.is_finished()));
            let cancelling = handle.cancel();
            handle.result().unwrap();
            inner.note("result() -> what the task made of it");
            inner.note(format!("cancel() -> {cancelling}"));
        })
        .await;
        let loop_ = remote();
        let cancelled = on_thread(move || {
            let handle = loop_.spawn(std::future::pending::<()>()).unwrap();
            assert!(handle.cancel());
            let result = handle.result();
            // What is finished cannot be cancelled any more.
            let finished = loop_.spawn(async {}).unwrap();
            loop_.spawn(async {}).unwrap().result().unwrap();
            assert!(!finished.cancel());
            result.unwrap_err().is_cancelled()
        });
        trace.note(format!("3 cancelled: {}", cancelled.await));
    });
    trace.assert(&[
        Both("result(timeout) -> still running: true"),
        Both("coroutine got CancelledError"),
        Here("result() -> what the task made of it"),
        Both("cancel() -> true"),
        Both("3 cancelled: true"),
    ]);
}

/// Step 5: (4, a function where a coroutine is expected, does not compile.) What was sent is dropped, nothing waits for ever.
#[test]
fn t01_closed_loop() {
    let trace = Trace::default();
    let event_loop = EventLoop::new().unwrap();
    let closed = event_loop.remote();
    event_loop.close();
    run(async {
        let inner = trace.clone();
        on_thread(move || {
            let error: LoopClosed = closed.spawn(async { 1 }).unwrap_err();
            inner.note(format!("5 closed loop: {error}"));
            assert_eq!(closed.call_soon(|| unreachable!("nobody can call it")), Err(LoopClosed));
        })
        .await;
    });
    trace.assert(&[CPython("5 closed loop: Event loop is closed"), Here("5 closed loop: the event loop is closed")]);
}

/// Step 6: CPython blocks until the time is over, or for ever without one. Here the call is refused, with or without.
#[test]
fn t01_result_on_the_loop_s_own_thread() {
    let trace = Trace::default();
    let (later, violations) = run_patiently(capture_future(async {
        let handle = remote().spawn(async {}).unwrap();
        let refused = catch_unwind(AssertUnwindSafe(|| handle.result_timeout(Duration::from_secs(3600))));
        assert!(message(refused.unwrap_err()).contains("thread of the event loop would wait for its own task"));
        let handle = remote().spawn(async {}).unwrap();
        catch_unwind(AssertUnwindSafe(|| handle.result())).unwrap_err();
        trace.note("6 refused");
        // Awaiting it is right on this thread.
        remote().spawn(async { 9 }).unwrap().await.unwrap()
    }));
    assert_eq!(kinds(&violations), [Kind::ResultOnLoopThread; 2]);
    trace.note(format!("later {later}"));
    trace.assert(&[CPython("6 TimeoutError (loop blocked)"), Here("6 refused"), Both("later 9")]);
}

/// Step 6, of a finished task: there is nothing to wait for, so it is no mistake.
#[test]
fn t01_result_of_a_finished_task_on_the_loop_s_own_thread() {
    let output = run(async {
        let handle = remote().spawn(async { 9 }).unwrap();
        while !handle.is_finished() {
            yield_now().await;
        }
        handle.result().unwrap()
    });
    assert_eq!(output, 9);
}

/// Step 7.
#[test]
fn t01_inner_task_is_cancelled_from_the_loop_s_side() {
    thread_local! {
        static TASK: RefCell<Option<TaskRef>> = const { RefCell::new(None) };
    }
    let trace = Trace::default();
    run(async {
        let loop_ = remote();
        let (started, has_started) = mpsc::channel();
        let outside = spawn(on_thread(move || {
            let task = loop_.spawn_with(|| async {
                TASK.set(current_task());
                std::future::pending::<()>().await;
            });
            started.send(()).unwrap();
            task.unwrap().result().unwrap_err().is_cancelled()
        }));
        on_thread(move || has_started.recv().unwrap()).await;
        while TASK.with_borrow(Option::is_none) {
            yield_now().await;
        }
        assert!(TASK.take().unwrap().cancel());
        trace.note(format!("7 cancelled: {}", outside.await.unwrap()));
    });
    trace.assert(&[Both("7 cancelled: true")]);
}

/// Steps 8 and 9.
#[test]
fn t01_executor() {
    let trace = Trace::default();
    run(async {
        trace.note(format!("8 executor: {}", run_blocking(|| 4 * 2).await.unwrap()));
        assert_ne!(run_blocking(|| thread::current().id()).await.unwrap(), thread::current().id());
        let error = run_blocking(|| panic!("k")).await;
        trace.note(format!("9 in the awaiting task: {}", message(error.unwrap_err().into_panic())));
        assert_eq!(run_blocking(|| Err::<(), _>("k")).await.unwrap(), Err("k"));
    });
    trace.assert(&[Both("8 executor: 8"), Both("9 in the awaiting task: k")]);
}

/// Step 10: The closure is not finished before the loop has made five more turns, so the loop must go on.
#[test]
fn t01_loop_runs_while_the_executor_blocks() {
    let trace = Trace::default();
    run(async {
        let ticks = Rc::new(Cell::new(0));
        let (tick, ticked) = mpsc::channel();
        let counting = ticks.clone();
        let ticker = spawn(async move {
            loop {
                yield_now().await;
                counting.set(counting.get() + 1);
                let _ = tick.send(());
            }
        });
        run_blocking(move || ticked.iter().take(5).count()).await.unwrap();
        trace.note(format!("10 loop kept running: {}", ticks.get() >= 5));
        ticks.set(0);
        thread::sleep(Duration::from_millis(1));
        trace.note(format!("direct blocking call: ticks = {}", ticks.get()));
        ticker.cancel();
    });
    trace.assert(&[Both("10 loop kept running: true"), Both("direct blocking call: ticks = 0")]);
}

/// Step 11, of a closure that runs.
#[test]
fn t01_cancelled_while_the_closure_runs() {
    let trace = Trace::default();
    run(async {
        let (started, has_started) = mpsc::channel();
        let (finish, may_finish) = mpsc::channel::<()>();
        let (done, is_done) = mpsc::channel();
        let task = spawn(async move {
            run_blocking(move || {
                started.send(()).unwrap();
                may_finish.recv().unwrap();
                done.send("thread keeps running").unwrap();
            })
            .await
        });
        on_thread(move || has_started.recv().unwrap()).await;
        trace.note(format!("11 cancel: {}", task.cancel()));
        trace.note(format!("awaiting -> cancelled: {}", task.await.unwrap_err().is_cancelled()));
        finish.send(()).unwrap();
        trace.note(on_thread(move || is_done.recv().unwrap()).await);
    });
    trace.assert(&[Both("11 cancel: true"), Both("awaiting -> cancelled: true"), Both("thread keeps running")]);
}

/// Step 11, of a closure that waits for its turn: in a child whose pool has one thread, which is taken.
#[test]
fn t01_queued_closure_is_dropped() {
    const THREADS: &str = "BLOCKING_MAX_THREADS";
    if std::env::var(THREADS).as_deref() != Ok("1") {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "t01_queued_closure_is_dropped", "--test-threads=1"])
            .env(THREADS, "1")
            .output()
            .unwrap();
        let stdout = String::from_utf8_lossy(&child.stdout);
        assert!(child.status.success() && stdout.contains("1 passed"), "{stdout}");
        return;
    }
    let trace = Trace::default();
    run(async {
        let (started, has_started) = mpsc::channel();
        let (finish, may_finish) = mpsc::channel::<()>();
        let busy = run_blocking(move || {
            started.send(()).unwrap();
            may_finish.recv().unwrap();
        });
        has_started.recv().unwrap();
        let (inner, (owned, is_dropped)) = (trace.clone(), mpsc::channel::<()>());
        drop(run_blocking(move || {
            let _owned = owned;
            inner.note("SHOULD NOT RUN");
        }));
        finish.send(()).unwrap();
        busy.await.unwrap();
        // The one thread has come past it: what the closure owned is gone.
        run_blocking(move || is_dropped.recv().unwrap_err()).await.unwrap();
        trace.note("queued work cancelled before start: not run");
    });
    trace.assert(&[Both("queued work cancelled before start: not run")]);
}

/// Steps 12 and 15. There is no executor to shut down: without a loop there is nobody to run it for.
#[test]
fn t01_without_a_loop() {
    let panic = catch_unwind(|| drop(run_blocking(|| ()))).unwrap_err();
    assert!(message(panic).starts_with("no event loop is running on this thread; "));
}

/// Step 16: Any payload passes; CPython refuses to put a StopIteration into a future.
#[test]
fn t01_any_panic_passes() {
    let payload = run(async {
        let stopped = run_blocking(|| std::panic::panic_any(5_u8)).await;
        stopped.unwrap_err().into_panic()
    });
    assert_eq!(*payload.downcast::<u8>().unwrap(), 5);
}

/// The script posts a callback from another thread, in both ways. `call_soon` of the loop itself, which CPython accepts
/// without waking the loop, cannot be called there. What `Remote` sends wakes it: there is nothing else that could.
#[test]
fn t02_call_soon_wakes_the_loop() {
    thread_local! {
        static POSTED: Cell<Option<Promise<()>>> = const { Cell::new(None) };
    }
    assert!(!is_send!(Handle));
    assert!(is_send!(Remote));
    let trace = Trace::default();
    run(async {
        let (promise, promised) = promise();
        POSTED.set(Some(promise));
        let loop_ = remote();
        let other = thread::spawn(move || loop_.call_soon(|| POSTED.take().unwrap().set(()).unwrap()));
        promised.await.unwrap();
        trace.note("call_soon_threadsafe: the callback ran");
        other.join().unwrap().unwrap();
    });
    trace.assert(&[
        CPython("call_soon: the callback ran with the next timer, half a second late"),
        Both("call_soon_threadsafe: the callback ran"),
    ]);
}

/// `call_soon` from one other thread is first in, first out.
#[test]
fn t02_call_soon_is_fifo() {
    let trace = Trace::default();
    run(async {
        let (loop_, inner) = (remote(), trace.clone());
        on_thread(move || {
            for name in ["1", "2", "3"] {
                let inner = inner.clone();
                loop_.call_soon(move || inner.note(name)).unwrap();
            }
            loop_.spawn(async {}).unwrap().result().unwrap();
        })
        .await;
    });
    trace.assert(&[Both("1"), Both("2"), Both("3")]);
}

#[test]
fn page09_threads() {
    let trace = Trace::default();
    run(async {
        let (loop_, inner) = (remote(), trace.clone());
        let other = move || {
            let future = loop_.spawn(async {
                yield_now().await;
                42
            });
            inner.note("future");
            inner.note(future.unwrap().result().unwrap().to_string());
            let in_callback = inner.clone();
            loop_.call_soon(move || in_callback.note("threadsafe cb ran")).unwrap();
            loop_.spawn(async {}).unwrap().result().unwrap();
        };
        on_thread(other).await;
        // A future that the loop's side awaits, cancelled by another thread.
        let future = remote().spawn(std::future::pending::<()>()).unwrap();
        let cancelled = on_thread(move || {
            assert!(future.cancel());
            // It goes back to the loop's thread, to be awaited there.
            future
        })
        .await;
        assert!(cancelled.await.unwrap_err().is_cancelled());
        trace.note("fut cancelled from thread");
    });
    trace.assert(&[Both("future"), Both("42"), Both("threadsafe cb ran"), Both("fut cancelled from thread")]);
}
