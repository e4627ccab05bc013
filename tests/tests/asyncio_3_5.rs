//! The page's 3.5.2 edition: what CPython 3.13 printed for asyncio's scripts `o35_01` to `o35_07`, and what the same programs do
//! here.
//!
//! Differences stand in `docs/from-asyncio.md`.

use std::io;
use std::rc::Rc;
use std::time::Duration;

use checked_async::net::{TcpListener, TcpStream};
use checked_async::process::{Command, Stdio};
use checked_async::{
    Abandoned, EventLoop, Kind, MockClock, RunError, call_later, call_soon, capture, catch_cancel, handle, promise,
    run, shield, sleep, spawn, task_tree, timeout, yield_now,
};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::patient::{patient, run_patiently};
use checked_async_tests::trace::{Both, CPython, Here, Trace};
use futures_lite::AsyncReadExt;

/// `o35_01_cancel_set_result`: a setter is consumed, so "set twice" does not compile (see the documentation of `promise`), and
/// says whether anyone waited. A future is cancelled by its drop, after which nothing can be read of it.
#[test]
fn o35_01_set_after_cancel() {
    let trace = Trace::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let (setter, future) = promise();
            drop(future);
            trace.note(format!("done/cancelled {}", setter.is_cancelled()));
            trace.note(format!("set_result on cancelled -> {:?}", setter.set("done")));
            let (setter, future) = promise::<Result<(), _>>();
            drop(future);
            trace.note(format!("set_exception on cancelled -> {:?}", setter.set_error("error")));
            let (setter, future) = promise();
            setter.set(1).unwrap();
            trace.note("cancel after done");
            drop(future);
            // What CPython calls the result of a pending future: there is none yet.
            let (_setter, mut pending) = promise::<()>();
            assert!(futures::poll!(&mut pending).is_pending());
        });
    });
    assert_silent(&violations);
    trace.assert(&[
        Both("done/cancelled true"),
        CPython("set_result on cancelled -> InvalidStateError"),
        Here("set_result on cancelled -> Err(\"done\")"),
        CPython("set_exception on cancelled -> InvalidStateError"),
        Here("set_exception on cancelled -> Err(\"error\")"),
        Both("cancel after done"),
    ]);
}

/// `o35_01_cancel_set_result`: `call_soon(future.set_result)` with a future that is cancelled by then. It is an error that the
/// caller handles, and no longer one of the loop's.
#[test]
fn o35_01_set_by_call_soon() {
    let trace = Trace::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let (setter, future) = promise();
            let inner = trace.clone();
            call_soon(move || inner.note(format!("k.set_result -> {:?}", setter.set("x"))));
            drop(future);
            yield_now().await;
            trace.note("loop survives");
            let (setter, future) = promise();
            let inner = trace.clone();
            call_soon(move || {
                if setter.is_cancelled() {
                    inner.note("guarded ok");
                } else {
                    setter.set("done").unwrap();
                }
            });
            drop(future);
            yield_now().await;
        });
    });
    assert_silent(&violations);
    trace.assert(&[
        CPython("HANDLER Exception in callback Future.set_result() InvalidStateError"),
        Here("k.set_result -> Err(\"x\")"),
        Both("loop survives"),
        Both("guarded ok"),
    ]);
}

/// The page, before the scripts: cancelled explicitly, by a time limit, and the work that is not wanted any more.
#[test]
fn o35_01_ways_to_be_cancelled() {
    let trace = Trace::default();
    EventLoop::builder()
        .clock(MockClock::new())
        .run(async {
            let second = Duration::from_secs(1);
            let cancelled = spawn(std::future::pending::<()>());
            assert!(cancelled.cancel());
            assert!(cancelled.await.unwrap_err().is_cancelled());
            trace.note("cancelled by cancel()");
            let (mut setter, future) = promise::<()>();
            let limited = timeout(second, future).await;
            assert!(limited.is_err());
            setter.cancelled().await;
            trace.note("cancelled by wait_for(), and the setter can tell");
            let (done, was_done) = promise();
            let shielded = shield(async move {
                sleep(second * 2).await;
                done.set("shielded work").unwrap();
            });
            assert!(timeout(second, shielded).await.is_err());
            trace.note(was_done.await.unwrap());
        })
        .unwrap();
    trace.assert(&[
        Both("cancelled by cancel()"),
        Both("cancelled by wait_for(), and the setter can tell"),
        Both("shielded work"),
    ]);
}

/// The page's three coroutines, with its times.
async fn create(trace: Trace) {
    sleep(Duration::from_secs(3)).await;
    trace.note("(1) create file");
}

async fn write(trace: Trace) {
    sleep(Duration::from_secs(1)).await;
    trace.note("(2) write into file");
}

async fn close(trace: Trace) {
    trace.note("(3) close file");
}

/// Starts this on a loop and runs that until it is stopped; notes what is pending then, and gives back the loop.
fn run_until_stopped(trace: &Trace, test: impl Future<Output = ()> + 'static) -> EventLoop {
    let mut event_loop = patient().clock(MockClock::new()).build().unwrap();
    drop(event_loop.handle().spawn(test).named("test"));
    let error = event_loop.run(std::future::pending::<()>()).unwrap_err();
    assert!(matches!(error, RunError::Stopped));
    trace.note(format!("Pending tasks at exit: {}", event_loop.handle().task_tree().len()));
    event_loop
}

#[test]
fn o35_03_chain() {
    let trace = Trace::default();
    let inner = trace.clone();
    let ((), violations) = capture(|| {
        let event_loop = run_until_stopped(&trace, async move {
            drop(spawn(create(inner.clone())).named("create"));
            drop(spawn(write(inner.clone())).named("write"));
            drop(spawn(close(inner)).named("close"));
            sleep(Duration::from_secs(2)).await;
            handle().stop();
        });
        drop(event_loop);
    });
    for violation in &violations {
        trace.note(violation.message.clone());
    }
    assert_eq!(kinds(&violations), [Kind::PendingTaskDropped]);
    trace.assert(&[
        Both("(3) close file"),
        Both("(2) write into file"),
        Both("Pending tasks at exit: 1"),
        CPython("Task was destroyed but it is pending!"),
        Here("task `create` was dropped while it was pending"),
    ]);
}

#[test]
fn o35_04_chain_fixed() {
    let trace = Trace::default();
    let expected = [
        Both("(1) create file"),
        Both("(2) write into file"),
        Both("(3) close file"),
        Both("Pending tasks at exit: 0"),
    ];
    let ((), violations) = capture(|| {
        let inner = trace.clone();
        drop(run_until_stopped(&trace, async move {
            spawn(create(inner.clone())).await.unwrap();
            spawn(write(inner.clone())).await.unwrap();
            spawn(close(inner)).await.unwrap();
            sleep(Duration::from_secs(2)).await;
            handle().stop();
        }));
        trace.assert(&expected);
        let inner = trace.clone();
        drop(run_until_stopped(&trace, async move {
            create(inner.clone()).await;
            write(inner.clone()).await;
            close(inner).await;
            sleep(Duration::from_secs(2)).await;
            handle().stop();
        }));
        trace.assert(&expected);
    });
    assert_silent(&violations);
}

/// Notes its end.
struct Finally(Trace);

impl Drop for Finally {
    fn drop(&mut self) {
        self.0.note("kill_me finally");
    }
}

/// `o35_05_pending_destroyed`: a task that waits for a future to which nobody has the setter. If it has the setter itself, the
/// loop still owns it and cancels it at the end; CPython's collector destroys it. If nobody has, it does not wait.
#[test]
fn o35_05_pending_destroyed() {
    let trace = Trace::default();
    let ((), violations) = capture(|| {
        run_patiently(async {
            let inner = trace.clone();
            let task = spawn(async move {
                let (_setter, future) = promise::<()>();
                let _finally = Finally(inner);
                let _ = future.await;
            });
            yield_now().await;
            drop(task);
            yield_now().await;
            trace.note(format!("after gc, tasks: {}", task_tree().len()));
            let (setter, future) = promise::<()>();
            drop(setter);
            assert_eq!(future.await, Err(Abandoned));
        });
    });
    assert_silent(&violations);
    trace.assert(&[
        CPython("kill_me finally"),
        CPython("Task was destroyed but it is pending!"),
        CPython("after gc, tasks: 1"),
        Here("after gc, tasks: 2"),
        Here("kill_me finally"),
    ]);
}

/// `o35_05_pending_destroyed` with a loop that is dropped and not closed: then it is destroyed, and reported as in CPython.
#[test]
fn o35_05_pending_destroyed_with_its_loop() {
    let trace = Trace::default();
    let ((), violations) = capture(|| {
        let mut event_loop = patient().build().unwrap();
        let inner = trace.clone();
        let task = async move {
            let _finally = Finally(inner);
            std::future::pending::<()>().await;
        };
        drop(event_loop.handle().spawn(task));
        event_loop.run(yield_now()).unwrap();
    });
    assert_eq!(kinds(&violations), [Kind::PendingTaskDropped]);
    assert!(violations[0].created.as_ref().unwrap().file.ends_with("asyncio_3_5.rs"));
    trace.assert(&[Both("kill_me finally")]);
}

/// `o35_06_resource_warnings`: CPython warns of transports that are not closed, if warnings are on. Here a socket is closed by
/// the drop of its owner: the peer sees the end at once.
#[test]
fn o35_06_sockets_are_closed_by_their_drop() {
    let trace = Trace::default();
    let (result, violations) = capture(|| {
        run_patiently(async {
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            let client = TcpStream::connect(listener.local_addr()?).await?;
            let (mut server, _) = listener.accept().await?;
            drop(client);
            let received = server.read(&mut [0; 8]).await?;
            trace.note(format!("received {received} bytes"));
            // One that goes down with its task.
            let client = TcpStream::connect(listener.local_addr()?).await?;
            let (mut server, _) = listener.accept().await?;
            let task = spawn(async move {
                let mut client = client;
                client.read(&mut [0; 8]).await
            });
            yield_now().await;
            task.cancel();
            let received = server.read(&mut [0; 8]).await?;
            trace.note(format!("received {received} bytes"));
            io::Result::Ok(())
        })
    });
    result.unwrap();
    assert_silent(&violations);
    trace.assert(&[
        CPython("ResourceWarning: unclosed <StreamWriter …>"),
        Here("received 0 bytes"),
        CPython("ResourceWarning: unclosed transport <_SelectorSocketTransport …>"),
        Here("received 0 bytes"),
    ]);
}

/// `o35_06_resource_warnings`: a process whose handle goes is left running, or killed where that was asked for.
#[cfg(unix)]
#[test]
fn o35_06_a_process_may_be_killed_by_the_drop_of_its_handle() {
    let trace = Trace::default();
    run(async {
        let mut child = Command::new("cat");
        child.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = child.spawn().unwrap();
        // As long as this end is open, it is only a signal that ends the program.
        let _stdin = child.stdin.take();
        let mut stdout = child.stdout.take().unwrap();
        drop(child);
        let received = stdout.read(&mut [0; 8]).await.unwrap();
        trace.note(format!("received {received} bytes"));
    });
    trace.assert(&[
        CPython("ResourceWarning: unclosed transport <_UnixSubprocessTransport …>"),
        CPython("ResourceWarning: subprocess is still running"),
        Here("received 0 bytes"),
    ]);
}

async fn bug() -> Result<(), &'static str> {
    Err("not consumed")
}

/// `o35_07_never_consumed_fix`: three ways to read an error.
#[test]
fn o35_07_never_consumed_fix() {
    let trace = Trace::default();
    let ((), violations) = capture(|| {
        let mut event_loop = patient().clock(MockClock::new()).build().unwrap();
        let handle_exception = async {
            if bug().await.is_err() {
                trace.note("exception consumed (chain)");
            }
        };
        event_loop.run(handle_exception).unwrap();
        let task = event_loop.handle().spawn(bug());
        if event_loop.run(task).unwrap().unwrap().is_err() {
            trace.note("exception consumed (run_until_complete)");
        }
        let task = event_loop.handle().spawn(bug());
        let stopping = async {
            let handle = handle();
            call_later(Duration::from_millis(10), move || handle.stop());
            std::future::pending::<()>().await;
        };
        event_loop.run(stopping).unwrap_err();
        assert!(task.is_finished());
        trace.note(format!("read later: {:?}", event_loop.run(task).unwrap().unwrap()));
        event_loop.close();
    });
    assert_silent(&violations);
    trace.assert(&[
        Both("exception consumed (chain)"),
        Both("exception consumed (run_until_complete)"),
        Both("read later: Err(\"not consumed\")"),
    ]);
}

/// The page's advice to check early whether the future was cancelled: work that nobody wants ends at its next `.await`
/// without being asked to check, and may clean up.
#[test]
fn o35_01_cancelled_work_does_no_more() {
    let trace = Trace::default();
    run(async {
        let inner = trace.clone();
        let useless = Rc::new(());
        let (held, wanted) = (useless.clone(), spawn(yield_now()));
        let task = spawn(async move {
            let _held = held;
            for step in 0..10 {
                inner.note(format!("step {step}"));
                if catch_cancel(yield_now()).await.is_err() {
                    inner.note("cleanup");
                    return;
                }
            }
        });
        wanted.await.unwrap();
        task.cancel();
        task.await.unwrap();
        assert_eq!(Rc::strong_count(&useless), 1);
    });
    trace.assert(&[Both("step 0"), Both("step 1"), Both("cleanup")]);
}
