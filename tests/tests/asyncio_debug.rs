//! The debug mode of the loop: what CPython 3.13 printed for asyncio's scripts `d01`, `d03`, `d04`, `page10`, `n01`, `n02` and
//! `n04`, and what the same programs do here. (`n03` is in `asyncio_handler.rs`.)
//!
//! Differences stand in `docs/from-asyncio.md`.

use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use checked_async::net::{TcpListener, TcpStream};
use checked_async::{
    AbortOnDrop, CallbackHandle, EventLoop, Handle, JoinHandle, Kind, Member, Promise, Promised, Remote, RemoteHandle,
    Sleep, TaskGroup, TaskRef, Timeout, Violation, call_at, call_later, call_soon, capture, handle, now,
    print_task_tree, promise, remote, run, run_blocking, shield, sleep, sleep_until, spawn, task_group, task_tree,
    timeout, yield_now,
};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::patient::{patient, run_patiently};
use checked_async_tests::trace::{Both, CPython, Here, Trace};
use checked_async_tests::{is_send, prints_backtraces};
use futures_lite::{AsyncReadExt, AsyncWriteExt};

const MS: Duration = Duration::from_millis(1);
const HOUR: Duration = Duration::from_secs(3600);

/// `d01_thread_check_matrix`: what CPython refuses on another thread in debug mode, and accepts silently otherwise. Here it
/// does not compile in either mode: what it is called on cannot be sent there.
#[test]
fn d01_loop_bound_things_stay_on_their_thread() {
    // The name in the script, and whether ours can be on another thread.
    let rows = [
        ("loop.call_soon, call_later, call_at, create_task, set_debug, stop", is_send!(Handle)),
        ("loop.run_until_complete, close", is_send!(EventLoop)),
        ("Future.set_result, set_exception", is_send!(Promise<()>)),
        ("Future.cancel, add_done_callback", is_send!(Promised<()>)),
        ("Task.cancel", is_send!(TaskRef)),
        ("Task.cancel, awaiting it", is_send!(JoinHandle<()>)),
        ("Task.cancel by going out of scope", is_send!(AbortOnDrop<()>)),
        ("TaskGroup.create_task", is_send!(TaskGroup<()>)),
        ("awaiting a group's task", is_send!(Member<()>)),
        ("TimerHandle.cancel", is_send!(CallbackHandle)),
        ("awaiting sleep()", is_send!(Sleep)),
        ("awaiting wait_for()", is_send!(Timeout<std::future::Ready<()>>)),
    ];
    for (name, is_send) in rows {
        assert!(!is_send, "{name}");
    }
    // What the script calls and finds right.
    assert!(is_send!(Remote) && is_send!(&Remote), "loop.call_soon_threadsafe");
    assert!(is_send!(RemoteHandle<()>) && is_send!(&RemoteHandle<()>), "run_coroutine_threadsafe(…).result, cancel");
}

/// `d01_thread_check_matrix`: functions that need a running loop are like `asyncio.create_task` and `get_running_loop`, which
/// find none on another thread. Nothing has changed by then: what they are given is dropped, uncalled.
#[test]
fn d01_free_functions_find_no_loop_on_another_thread() {
    fn refused<R>(call: impl FnOnce() -> R) -> bool {
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(call()))) else { return false };
        panic.downcast::<String>().is_ok_and(|message| message.starts_with("no event loop is running on this thread; "))
    }
    let never = || unreachable!("nobody may call it");
    for debug in [true, false] {
        let rows = EventLoop::builder().debug(debug).run(async move {
            let elsewhere = thread::spawn(move || {
                [
                    ("call_soon", refused(|| call_soon(never))),
                    ("call_later", refused(|| call_later(MS, never))),
                    ("call_at", refused(|| call_at(Instant::now(), never))),
                    ("spawn", refused(|| spawn(async {}))),
                    ("shield", refused(|| shield(async {}))),
                    ("task_group", refused(|| task_group(async |_: &TaskGroup<()>| Ok(())))),
                    ("run_blocking", refused(|| run_blocking(never))),
                    ("sleep", refused(|| sleep(MS))),
                    ("sleep_until", refused(|| sleep_until(Instant::now()))),
                    ("timeout", refused(|| timeout(MS, async {}))),
                    ("now", refused(now)),
                    ("handle", refused(handle)),
                    ("remote", refused(remote)),
                    ("task_tree", refused(task_tree)),
                    ("print_task_tree", refused(print_task_tree)),
                    ("Handle::try_current", Handle::try_current().is_none()),
                    ("current_task", checked_async::current_task().is_none()),
                ]
            });
            elsewhere.join().unwrap()
        });
        for (name, refused) in rows.unwrap() {
            assert!(refused, "{name}");
        }
    }
}

/// The names of lines, and reports by them.
#[derive(Clone, Default)]
struct Lines(Rc<std::cell::RefCell<HashMap<u32, &'static str>>>);

impl Lines {
    /// Names the line after this one.
    fn next_is(&self, name: &'static str, line: u32) {
        self.0.borrow_mut().insert(line + 1, name);
    }

    /// Notes the reports on lines with names. On a busy machine other steps may be slow too.
    fn note(&self, violations: &[Violation], trace: &Trace) {
        for violation in violations {
            let line = violation.created.as_ref().map(|place| place.line).unwrap_or_default();
            if let Some(name) = self.0.borrow().get(&line) {
                trace.note(format!("{}: {name}", violation.kind));
            }
        }
    }
}

/// The callbacks and tasks of `d03_slow_callback`. A sleep is never too short, and the threshold is `>=`, so what is reported
/// does not depend on the machine; what is below the threshold has one of an hour.
fn slow_callbacks(debug: bool) -> Trace {
    let slow = || thread::sleep(5 * MS);
    let lines = Lines::default();
    let named = lines.clone();
    let (result, violations) = capture(|| {
        EventLoop::builder().debug(debug).slow_after(5 * MS).run(async move {
            named.next_is("slow(0.105)", line!());
            call_soon(slow);
            named.next_is("slow(0.105)()", line!());
            call_soon(slow);
            named.next_is("timer", line!());
            call_later(MS, slow);
            named.next_is("slow(0.09)", line!());
            call_soon(move || {
                slow();
                handle().set_slow_after(HOUR);
            });
            call_soon(|| handle().set_slow_after(5 * MS));
            named.next_is("slowtask", line!());
            let slow_task = spawn(async move { slow() }).named("slowtask");
            slow_task.await.unwrap();
            let two_steps = async move {
                // Only its second step may be slow, also on a machine that stands still meanwhile.
                handle().set_slow_after(HOUR);
                yield_now().await;
                handle().set_slow_after(5 * MS);
                slow();
                sleep(MS).await;
                handle().set_slow_after(HOUR);
            };
            named.next_is("two", line!());
            let two = spawn(two_steps).named("two");
            two.await.unwrap();
            handle().set_slow_after(2 * MS);
            named.next_is("slow(0.03)", line!());
            call_soon(|| thread::sleep(2 * MS));
            yield_now().await;
            let own: Rc<Cell<Option<CallbackHandle>>> = Rc::default();
            let of_callback = own.clone();
            let cancels_itself = move || {
                thread::sleep(2 * MS);
                assert!(!of_callback.take().unwrap().cancel(), "it is being called");
            };
            named.next_is("selfcancel", line!());
            own.set(Some(call_soon(cancels_itself)));
            yield_now().await;
            let boom = || {
                thread::sleep(2 * MS);
                panic!("boom");
            };
            named.next_is("boom", line!());
            call_soon(boom);
            yield_now().await;
        })
    });
    result.unwrap();
    let trace = Trace::default();
    lines.note(&violations, &trace);
    trace
}

#[test]
fn d03_slow_callback() {
    let mut expected = vec![
        Both("slow_callback: slow(0.105)"),
        Both("slow_callback: slow(0.105)()"),
        Both("slow_poll: slowtask"),
        Both("slow_callback: timer"),
        Both("slow_poll: two"),
        Both("slow_callback: slow(0.03)"),
        Both("slow_callback: selfcancel"),
        Both("callback_panicked: boom"),
    ];
    if !prints_backtraces() {
        expected.push(Both("slow_callback: boom"));
    }
    slow_callbacks(true).assert(&expected);
}

#[test]
fn d03_slow_callback_without_debug_mode() {
    slow_callbacks(false).assert(&[Both("callback_panicked: boom")]);
}

#[test]
fn d03_the_message_says_who_and_how_long() {
    let ((), violations) = capture(|| {
        let run = EventLoop::builder().debug(true).slow_after(5 * MS).run(async {
            spawn(async { thread::sleep(5 * MS) }).named("slowtask").await.unwrap();
        });
        run.unwrap();
    });
    let slow = violations.iter().find(|violation| violation.function.as_deref() == Some("slowtask")).unwrap();
    let seconds = slow.message.strip_prefix("step of task `slowtask` took ").and_then(|took| took.strip_suffix(" s"));
    assert!(seconds.unwrap().parse::<f64>().unwrap() >= 0.005, "{}", slow.message);
    assert!(slow.created.as_ref().unwrap().file.ends_with("asyncio_debug.rs"));
}

/// `d04_slow_selector`: CPython has not logged it since 3.8, though its page says so. With a threshold of nothing every wait
/// for I/O is slow, with one of an hour none is.
#[test]
fn d04_slow_selector() {
    let slow_selects = |debug: bool, slow_after: Duration| {
        let (result, violations) = capture(|| {
            EventLoop::builder().debug(debug).slow_after(slow_after).run(async {
                for _ in 0..20 {
                    sleep(MS).await;
                }
            })
        });
        result.unwrap();
        violations.iter().filter(|violation| violation.kind == Kind::SlowSelect).count()
    };
    assert!(slow_selects(true, Duration::ZERO) > 0);
    assert_eq!(slow_selects(true, HOUR), 0);
    assert_eq!(slow_selects(false, Duration::ZERO), 0);
}

/// `page10_debug_ways`: CPython's default is off, ours is that of the build. In the middle of a run CPython's origin tracking
/// follows one turn late, ours at once.
#[test]
fn page10_debug_ways() {
    let trace = Trace::default();
    let by_default = run(async { handle().is_debug() });
    assert_eq!(by_default, cfg!(debug_assertions));
    for debug in [true, false] {
        let is_debug = EventLoop::builder().debug(debug).run(async { handle().is_debug() });
        trace.note(format!("run(debug={debug}) {}", is_debug.unwrap()));
    }
    let mut event_loop = EventLoop::builder().debug(false).build().unwrap();
    event_loop.handle().set_debug(true);
    trace.note(format!("set_debug(true) {}", event_loop.run(async { handle().is_debug() }).unwrap()));
    event_loop.close();
    let toggled = EventLoop::builder().debug(false).run(async {
        let handle = handle();
        let before = handle.is_debug();
        handle.set_debug(true);
        let at_once = handle.is_debug();
        yield_now().await;
        let next_turn = handle.is_debug();
        handle.set_debug(false);
        yield_now().await;
        (before, at_once, next_turn, handle.is_debug())
    });
    trace.note(format!("mid-run toggle {:?}", toggled.unwrap()));
    trace.assert(&[
        Both("run(debug=true) true"),
        Both("run(debug=false) false"),
        Both("set_debug(true) true"),
        CPython("mid-run toggle (false, false, true, false)"),
        Here("mid-run toggle (false, true, true, false)"),
    ]);
}

/// What a toggle in the middle of a run does: what is slow meanwhile is reported.
#[test]
fn page10_set_debug_takes_effect_at_once() {
    let lines = Lines::default();
    let named = lines.clone();
    let (result, violations) = capture(|| {
        EventLoop::builder().debug(false).slow_after(Duration::ZERO).run(async move {
            named.next_is("before", line!());
            call_soon(|| ());
            yield_now().await;
            handle().set_debug(true);
            named.next_is("on", line!());
            call_soon(|| ());
            yield_now().await;
            handle().set_debug(false);
            named.next_is("after", line!());
            call_soon(|| ());
            yield_now().await;
        })
    });
    result.unwrap();
    let trace = Trace::default();
    lines.note(&violations, &trace);
    trace.assert(&[Both("slow_callback: on")]);
}

/// The environment variable, in children: `0` means off, where CPython's debug variable takes any text for on.
#[test]
fn page10_environment() {
    const CHILD: &str = "PAGE10_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let debug = EventLoop::builder().slow_after(Duration::ZERO).run(async {
            call_soon(|| ());
            yield_now().await;
            handle().is_debug()
        });
        println!("debug={}", debug.unwrap());
        return;
    }
    let child = |setting: &str| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child.args(["--exact", "page10_environment", "--nocapture", "--test-threads=1"]).env(CHILD, "1");
        let output = child.env("CHECKED_ASYNC", setting).output().unwrap();
        let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{stdout}{stderr}");
        (stdout.contains("debug=true"), stderr.contains("callback of the event loop took"))
    };
    assert_eq!(child("1"), (true, true));
    assert_eq!(child("log"), (true, true));
    assert_eq!(child("0"), (false, false));
    assert_eq!(child("off"), (false, false));
    // One kind alone.
    assert_eq!(child("0,slow_callback=log"), (true, true));
    assert_eq!(child("1,slow_callback=off"), (true, false));
    // What says nothing about the loop leaves it as the build has it.
    let by_build = cfg!(debug_assertions);
    assert_eq!(child(""), (by_build, by_build));
    assert_eq!(child("never_awaited=log"), (by_build, by_build));
}

/// `n01_network_and_misc_debug`: CPython logs each connection and process in debug mode. Here what goes right is not logged.
#[test]
fn n01_network_and_processes_are_silent() {
    let trace = Trace::default();
    let (result, violations) = capture(|| {
        EventLoop::builder().debug(true).slow_after(HOUR).run(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let inner = trace.clone();
            let server = spawn(async move {
                let (mut connection, _) = listener.accept().await.unwrap();
                inner.note("got a new connection");
                connection.write_all(&[b'x'; 10]).await.unwrap();
            });
            let mut received = Vec::new();
            TcpStream::connect(address).await.unwrap().read_to_end(&mut received).await.unwrap();
            server.await.unwrap();
            trace.note(format!("received {} bytes and EOF", received.len()));
            let mut program = checked_async::process::Command::new(std::env::current_exe().unwrap());
            let output = program.arg("--list").output().await.unwrap();
            trace.note(format!("exited with return code {}", output.status.code().unwrap()));
        })
    });
    result.unwrap();
    assert_silent(&violations);
    trace.assert(&[
        CPython("DEBUG Using selector: EpollSelector"),
        CPython("INFO <Server …> is serving"),
        Both("got a new connection"),
        Both("received 10 bytes and EOF"),
        CPython("DEBUG execute program"),
        CPython("DEBUG process created"),
        Both("exited with return code 0"),
        CPython("DEBUG Close <_UnixSelectorEventLoop …>"),
    ]);
}

/// `n02_dev_mode_effects`: CPython warns of a loop that is not closed, in its development mode. Here a loop that is dropped is
/// closed; it is worth a report where tasks go down with it, in every build.
#[test]
fn n02_unclosed_loop() {
    let trace = Trace::default();
    let ((), violations) = capture(|| drop(EventLoop::new().unwrap()));
    assert_silent(&violations);
    let ((), violations) = capture(|| {
        let mut event_loop = patient().build().unwrap();
        event_loop.run(async { drop(spawn(std::future::pending::<()>()).named("lost")) }).unwrap();
    });
    for violation in &violations {
        trace.note(violation.message.clone());
    }
    assert_eq!(kinds(&violations), [Kind::PendingTaskDropped]);
    trace.assert(&[
        CPython("ResourceWarning: unclosed event loop"),
        Here("task `lost` was dropped while it was pending"),
    ]);
}

/// `n04_close_loop_misuse`: "close running" and "closed runner" do not compile, since closing consumes the loop. A second
/// loop on the thread is refused, and the first goes on.
#[test]
fn n04_nested_run() {
    let trace = Trace::default();
    let (result, violations) = capture(|| {
        run_patiently(async {
            let refused = |name: &str, run: &mut dyn FnMut()| {
                assert!(catch_unwind(AssertUnwindSafe(run)).is_err(), "{name}");
                trace.note(format!("{name} -> refused"));
            };
            refused("run_until_complete nested", &mut || run(async {}));
            refused("run_until_complete nested other loop", &mut || {
                EventLoop::new().unwrap().run(async {}).unwrap();
            });
            refused("run_until_complete nested builder", &mut || EventLoop::builder().run(async {}).unwrap());
            yield_now().await;
            let (promise, promised) = promise();
            call_soon(move || promise.set("the loop goes on").unwrap());
            trace.note(promised.await.unwrap());
        });
    });
    let () = result;
    assert_eq!(kinds(&violations), [Kind::NestedRun; 3]);
    trace.assert(&[
        Both("run_until_complete nested -> refused"),
        Both("run_until_complete nested other loop -> refused"),
        Here("run_until_complete nested builder -> refused"),
        Both("the loop goes on"),
    ]);
}

/// `n04_close_loop_misuse`: CPython's lock is bound to the loop where it was first waited for. Those of the smol family belong
/// to none; a lock that is not locked cannot be unlocked, since a guard does it.
#[test]
fn n04_a_lock_of_two_loops() {
    let trace = Trace::default();
    let lock = Rc::new(smol::lock::Mutex::new(0));
    for round in ["first loop", "other loop"] {
        run(async {
            let tasks = [(); 2].map(|()| {
                let lock = lock.clone();
                spawn(async move {
                    let mut locked = lock.lock().await;
                    yield_now().await;
                    *locked += 1;
                })
            });
            for task in tasks {
                task.await.unwrap();
            }
        });
        trace.note(format!("{round}: {}", lock.try_lock().unwrap()));
    }
    trace.assert(&[
        Both("first loop: 2"),
        CPython("lock other loop -> is bound to a different event loop"),
        Here("other loop: 4"),
    ]);
}
