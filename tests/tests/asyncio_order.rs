//! The order of events on the loop: what CPython 3.13 printed for asyncio's script `s02_order`, section by section, and what
//! the same program does here.
//!
//! Differences stand in `docs/from-asyncio.md`, under "Where the loop differs from asyncio".

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use checked_async::{
    EventLoop, Kind, MockClock, RunError, call_at, call_later, call_soon, capture, catch_cancel, now, promise, run,
    run_blocking, sleep, spawn, yield_now,
};
use checked_async_tests::by_hand::kinds;
use checked_async_tests::patient::patient;
use checked_async_tests::trace::{Both, CPython, Here, Trace};

/// Runs a future on a loop whose clock moves by itself.
fn run_mocked<F: Future>(main: F) -> F::Output {
    EventLoop::builder().clock(MockClock::new()).run(main).unwrap()
}

const MS: Duration = Duration::from_millis(1);

/// The task of many sections: three steps, each noted.
async fn three_steps(trace: Trace, name: &str) {
    for step in 0..3 {
        trace.note(format!("{name}{step}"));
        yield_now().await;
    }
}

/// Notes that it is dropped.
struct NoteDrop(Trace, &'static str);

impl Drop for NoteDrop {
    fn drop(&mut self) {
        self.0.note(self.1);
    }
}

/// `# call_soon FIFO and one-turn rule`
#[test]
fn call_soon_is_fifo_and_waits_for_the_next_turn() {
    let trace = Trace::default();
    run(async {
        let a = trace.clone();
        call_soon(move || {
            a.note("a");
            call_soon(move || a.note("a2"));
        });
        let b = trace.clone();
        call_soon(move || b.note("b"));
        yield_now().await;
        trace.note("# one turn later");
        yield_now().await;
        trace.note("# two turns later");
    });
    trace.assert(&[Both("a"), Both("b"), Both("# one turn later"), Both("a2"), Both("# two turns later")]);
}

/// `# tasks start in creation order; interleave per sleep(0)`
#[test]
fn tasks_interleave() {
    let trace = Trace::default();
    run(async {
        let (x, y) = (spawn(three_steps(trace.clone(), "x")), spawn(three_steps(trace.clone(), "y")));
        x.await.unwrap();
        y.await.unwrap();
    });
    trace.assert(&[Both("x0"), Both("y0"), Both("x1"), Both("y1"), Both("x2"), Both("y2")]);
}

/// `# await of a plain coroutine does not yield to the loop`
#[test]
fn awaiting_a_plain_future_does_not_yield() {
    let trace = Trace::default();
    let inner = async || trace.note("inner");
    run(async {
        let background = spawn(three_steps(trace.clone(), "bg"));
        inner().await;
        inner().await;
        trace.note("after");
        background.await.unwrap();
    });
    trace.assert(&[Both("inner"), Both("inner"), Both("after"), Both("bg0"), Both("bg1"), Both("bg2")]);
}

/// `# await finished future does not yield`; of a finished task's handle the same is true.
#[test]
fn awaiting_what_is_finished_does_not_yield() {
    let trace = Trace::default();
    run(async {
        let (promise, promised) = promise();
        promise.set(1).unwrap();
        let background = spawn(three_steps(trace.clone(), "bg"));
        promised.await.unwrap();
        trace.note("after");
        background.await.unwrap();

        let finished = spawn(async {});
        yield_now().await;
        assert!(finished.is_finished());
        let background = spawn(three_steps(trace.clone(), "bg"));
        finished.await.unwrap();
        trace.note("after the task");
        background.await.unwrap();
    });
    trace.assert(&[
        Both("after"),
        Both("bg0"),
        Both("bg1"),
        Both("bg2"),
        Both("after the task"),
        Both("bg0"),
        Both("bg1"),
        Both("bg2"),
    ]);
}

/// `# done callbacks: called via call_soon, in order, one turn after set_result`; a callback is a task that waits, and to
/// remove it is to drop the future, which the setter is told.
#[test]
fn who_waits_is_woken_in_order_in_the_next_turn() {
    let trace = Trace::default();
    run(async {
        let mut promises = Vec::new();
        let mut waiting = Vec::new();
        for name in ["1", "2"] {
            let (promise, promised) = promise();
            let trace = trace.clone();
            promises.push(promise);
            waiting.push(spawn(async move {
                let () = promised.await.unwrap();
                trace.note(name);
            }));
        }
        yield_now().await;
        for promise in promises {
            promise.set(()).unwrap();
        }
        trace.note("# set");
        yield_now().await;
        trace.note("# one turn later");
        for task in waiting {
            task.await.unwrap();
        }
        let (promise, promised) = promise();
        drop(promised);
        assert_eq!(promise.set(0), Err(0));
    });
    trace.assert(&[Both("# set"), Both("1"), Both("2"), Both("# one turn later")]);
}

/// `# timers: heap by when; … cancelled timers skipped`
#[test]
fn timers_fire_by_their_time() {
    let trace = Trace::default();
    run_mocked(async {
        let begin = now();
        for (name, delay) in [("30", 3 * MS), ("10", MS), ("20", 2 * MS)] {
            let trace = trace.clone();
            call_at(begin + delay, move || trace.note(name));
        }
        let cancelled = trace.clone();
        let handle = call_at(begin + MS * 3 / 2, move || cancelled.note("cancelled"));
        assert!(handle.cancel());
        sleep(6 * MS).await;
        trace.note(format!("h.cancelled {}", handle.is_cancelled()));
    });
    trace.assert(&[Both("10"), Both("20"), Both("30"), Both("h.cancelled true")]);
}

/// `# timers: … same-when order`: CPython's heap mixes them, here the order of creation is promised.
#[test]
fn timers_of_the_same_time_fire_in_the_order_of_their_creation() {
    let trace = Trace::default();
    run_mocked(async {
        let when = now() + MS;
        for name in ["0", "1", "2", "3", "4", "5"] {
            let trace = trace.clone();
            call_at(when, move || trace.note(name));
        }
        sleep(4 * MS).await;
    });
    trace.assert(&[Both("0"), Here("1"), Both("2"), CPython("5"), CPython("1"), Both("3"), Both("4"), Here("5")]);
}

/// `# ready callbacks run before expired timers queued in same turn`
#[test]
fn what_is_ready_runs_before_timers_that_fall_due() {
    let trace = Trace::default();
    run_mocked(async {
        let (timer, soon) = (trace.clone(), trace.clone());
        call_later(Duration::ZERO, move || timer.note("timer0"));
        call_soon(move || soon.note("soon"));
        yield_now().await;
        trace.note("# one turn later");
        yield_now().await;
        trace.note("# two turns later");
    });
    trace.assert(&[Both("soon"), Both("# one turn later"), Both("timer0"), Both("# two turns later")]);
}

/// `# cancel(): delivered next turn; before start`: as in CPython where the task catches the cancellation.
#[test]
fn a_cancellation_arrives_in_the_next_turn() {
    let trace = Trace::default();
    run_mocked(async {
        let inner = trace.clone();
        let task = spawn(async move {
            inner.note("start");
            if catch_cancel(sleep(1000 * MS)).await.is_err() {
                inner.note("cancelled");
            }
        });
        yield_now().await;
        assert!(task.cancel());
        trace.note("after cancel()");
        yield_now().await;
        trace.note("turn1");
        yield_now().await;
        trace.note(format!("turn2 done={}", task.is_finished()));
    });
    trace.assert(&[Both("start"), Both("after cancel()"), Both("cancelled"), Both("turn1"), Both("turn2 done=true")]);
}

/// The same where the task does not catch it: its future is dropped at that place, which CPython has no word for.
#[test]
fn a_cancellation_that_nobody_catches_drops_the_future_in_the_next_turn() {
    let trace = Trace::default();
    run_mocked(async {
        let inner = trace.clone();
        let task = spawn(async move {
            inner.note("start");
            let _dropped = NoteDrop(inner.clone(), "dropped");
            sleep(1000 * MS).await;
            inner.note("never");
        });
        yield_now().await;
        task.cancel();
        trace.note("after cancel()");
        yield_now().await;
        trace.note("turn1");
        assert!(task.await.unwrap_err().is_cancelled());
    });
    trace.assert(&[Both("start"), Both("after cancel()"), Here("dropped"), CPython("cancelled"), Both("turn1")]);
}

/// `# cancel(): … before start`: the body never runs.
#[test]
fn a_task_that_is_cancelled_before_it_starts_never_runs() {
    let trace = Trace::default();
    run(async {
        let task = spawn(three_steps(trace.clone(), "x"));
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
    });
    trace.assert(&[]);
}

/// `# create_task: first step next turn; result wakes awaiter one turn later`
#[test]
fn a_task_starts_in_the_next_turn() {
    let trace = Trace::default();
    run(async {
        let inner = trace.clone();
        let task = spawn(async move { inner.note("q") });
        trace.note("created");
        task.await.unwrap();
        trace.note("awaited");
    });
    trace.assert(&[Both("created"), Both("q"), Both("awaited")]);
}

/// `# eager task factory (3.12+)`: there is none, a task never runs within the call that starts it.
#[test]
fn no_task_starts_eagerly() {
    let trace = Trace::default();
    run(async {
        let inner = trace.clone();
        let task = spawn(async move { inner.note("q") });
        trace.note(format!("created done={}", task.is_finished()));
        task.await.unwrap();
    });
    trace.assert(&[CPython("q"), CPython("created done=true"), Here("created done=false"), Here("q")]);
}

/// `# stop(): current iteration completes; callbacks added during it are kept for next run`
#[test]
fn stop_lets_the_turn_end() {
    let trace = Trace::default();
    let mut event_loop = EventLoop::new().unwrap();
    let handle = event_loop.handle();
    let (stopping, inner) = (handle.clone(), trace.clone());
    handle.call_soon(move || {
        inner.note("stop");
        stopping.stop();
        stopping.call_soon(move || inner.note("added-in-stop"));
    });
    let inner = trace.clone();
    handle.call_soon(move || inner.note("same-turn"));
    let run_for_ever = |event_loop: &mut EventLoop| event_loop.run(std::future::pending::<()>()).unwrap_err();
    let error = run_for_ever(&mut event_loop);
    trace.note("# first run");
    let stopping = handle.clone();
    handle.call_soon(move || stopping.stop());
    assert!(matches!(run_for_ever(&mut event_loop), RunError::Stopped));
    trace.note("# second run");
    trace.note(error.to_string());
    event_loop.close();
    trace.assert(&[
        Both("stop"),
        Both("same-turn"),
        Both("# first run"),
        Both("added-in-stop"),
        Both("# second run"),
        CPython("Event loop stopped before Future completed."),
        Here("the event loop was stopped before the future was finished"),
    ]);
}

/// `# asyncio.run shutdown order`, without the generator, whose closing is not the loop's yet. The closure ends when the
/// second task is cleaned up, so that its place does not depend on time.
#[test]
fn run_ends_in_order() {
    let trace = Trace::default();
    let (finish, may_finish) = mpsc::channel();
    let (done, job) = mpsc::channel();
    let result = run(async {
        for (name, finish) in [("t1", None), ("t2", Some(finish))] {
            let trace = trace.clone();
            drop(spawn(async move {
                if catch_cancel(std::future::pending::<()>()).await.is_err() {
                    trace.note(format!("{name} cancelled"));
                    yield_now().await;
                    trace.note(format!("{name} cleaned"));
                    if let Some(finish) = finish {
                        finish.send(()).unwrap();
                    }
                }
            }));
        }
        yield_now().await;
        let (started, has_started) = mpsc::channel();
        let blocking = run_blocking(move || {
            started.send(()).unwrap();
            may_finish.recv().unwrap();
            done.send("executor job done").unwrap();
        });
        // Dropped before it has started it would never run.
        has_started.recv().unwrap();
        drop(blocking);
        trace.note("main returns");
        "result"
    });
    // It has ended before `run` has, or this would find nothing.
    trace.note(job.try_recv().unwrap());
    trace.note(format!("run -> {result}"));
    trace.assert(&[
        Both("main returns"),
        Both("t1 cancelled"),
        Both("t2 cancelled"),
        Both("t1 cleaned"),
        Both("t2 cleaned"),
        CPython("asyncgen closed"),
        Both("executor job done"),
        Both("run -> result"),
    ]);
}

/// `# asyncio.run shutdown order`: a task that swallows its cancellation is waited for.
#[test]
fn run_waits_for_a_task_that_resists() {
    let trace = Trace::default();
    let resisting = Rc::new(RefCell::new(None));
    let steps = Rc::new(Cell::new(0));
    run_mocked(async {
        let (inner, counted) = (trace.clone(), steps.clone());
        let task = spawn(async move {
            while counted.get() < 3 {
                match catch_cancel(sleep(10 * MS)).await {
                    Ok(()) => counted.set(counted.get() + 1),
                    Err(_) => inner.note("resist swallowed cancel"),
                }
            }
        });
        *resisting.borrow_mut() = Some(task);
        yield_now().await;
    });
    let done = resisting.borrow().as_ref().unwrap().is_finished() && steps.get() == 3;
    trace.note(format!("run waited for the resisting task: {done}"));
    trace.assert(&[Both("resist swallowed cancel"), Both("run waited for the resisting task: true")]);
}

/// A task that goes on swallowing: CPython's `run` never returns, ours has a limit.
#[test]
fn run_does_not_wait_for_ever() {
    let trace = Trace::default();
    let ((), violations) = capture(|| {
        patient()
            .shutdown_timeout(MS)
            .run(async {
                let dropped = NoteDrop(trace.clone(), "dropped");
                drop(spawn(async move {
                    let _dropped = dropped;
                    loop {
                        let _ = catch_cancel(std::future::pending::<()>()).await;
                    }
                }));
            })
            .unwrap();
    });
    assert_eq!(kinds(&violations), [Kind::PendingTaskDropped]);
    trace.assert(&[CPython("run never returns"), Here("dropped")]);
}
