//! What reaches the exception handler, and who that is: what CPython 3.13 printed for asyncio's scripts `c01_context_fields`,
//! `c02_custom_handler_override` and `n03_logger_levels`, and what the same programs do here.
//!
//! The handler and the levels are the whole program's, so these tests run one after another. Differences stand in
//! `docs/from-asyncio.md`.

use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use checked_async::{
    EventLoop, Kind, Level, MockClock, Violation, call_later, call_soon, catch_cancel, generator, promise, remote,
    reset_exception_handler, run_blocking, set_exception_handler, set_level, sleep, spawn, yield_now,
};
use checked_async_tests::patient::patient;
use checked_async_tests::trace::{Both, CPython, Event, Here, Trace};
use futures_lite::StreamExt;

/// A test's time with the handler; its end sets everything back.
struct Turn(#[expect(dead_code, reason = "held for its drop")] MutexGuard<'static, ()>);

impl Turn {
    fn take() -> Self {
        static TURN: Mutex<()> = Mutex::new(());
        Turn(TURN.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        reset_exception_handler();
        set_level(Kind::SlowCallback, Level::Log);
    }
}

/// Runs a program whose handler notes what it gets: the kind, and which fields say more.
fn handled(program: impl AsyncFnOnce(Trace)) -> Trace {
    let trace = Trace::default();
    let inner = trace.clone();
    set_exception_handler(move |violation| {
        let mut fields = vec![];
        fields.extend(violation.created.is_some().then_some("created"));
        fields.extend(violation.function.is_some().then_some("task"));
        inner.note(format!("HANDLER {} {fields:?}", violation.kind));
    });
    patient().clock(MockClock::new()).run(program(trace.clone())).unwrap();
    reset_exception_handler();
    trace
}

#[track_caller]
fn assert_handled(program: impl AsyncFnOnce(Trace), expected: &[Event]) {
    let _turn = Turn::take();
    handled(program).assert(expected);
}

async fn bug() -> Result<(), &'static str> {
    Err("x")
}

const MS: Duration = Duration::from_millis(1);

/// Steps 1 and 2.
#[test]
fn c01_never_retrieved() {
    assert_handled(
        async |trace| {
            drop(spawn(bug()));
            yield_now().await;
            trace.note("2 future");
            let (promise, promised) = promise::<Result<(), _>>();
            promise.set_error("1").unwrap();
            drop(promised);
            trace.note("a panic");
            drop(spawn(async { panic!("x") }));
            yield_now().await;
        },
        &[
            Both("HANDLER task_error_never_retrieved [\"created\", \"task\"]"),
            Both("2 future"),
            Both("HANDLER task_error_never_retrieved [\"created\"]"),
            Here("a panic"),
            Here("HANDLER task_panic [\"created\", \"task\"]"),
        ],
    );
}

/// Step 3: The loop owns its tasks, so none is destroyed before the loop is: it is cancelled at the end of the run, and that is no
/// fault.
#[test]
fn c01_pending_task() {
    assert_handled(
        async |trace| {
            drop(spawn(std::future::pending::<()>()));
            yield_now().await;
            trace.note(format!("tasks: main and {}", checked_async::task_tree().len() - 1));
        },
        &[CPython("HANDLER pending_task_dropped"), Here("tasks: main and 1")],
    );
}

/// Steps 4 to 6. A done-callback is a task that waits.
#[test]
fn c01_callbacks() {
    assert_handled(
        async |trace| {
            call_soon(|| panic!("4"));
            yield_now().await;
            trace.note("5 timer");
            call_later(Duration::ZERO, || panic!("5"));
            sleep(10 * MS).await;
            trace.note("6 done-callback");
            let (promise, promised) = promise();
            drop(spawn(async move {
                let () = promised.await.unwrap();
                panic!("6");
            }));
            promise.set(()).unwrap();
            yield_now().await;
        },
        &[
            Both("HANDLER callback_panicked [\"created\"]"),
            Both("5 timer"),
            Both("HANDLER callback_panicked [\"created\"]"),
            Both("6 done-callback"),
            CPython("HANDLER callback_panicked [\"created\"]"),
            Here("HANDLER task_panic [\"created\", \"task\"]"),
        ],
    );
}

/// Step 7: A signal handler is a task that waits for signals.
#[cfg(unix)]
#[test]
fn c01_signal_handler() {
    use checked_async::signal::{Signal, Signals};
    assert_handled(
        async |trace| {
            let mut signals = Signals::new([Signal::Usr1]).unwrap();
            drop(spawn(async move {
                signals.next().await.unwrap().unwrap();
                panic!("7");
            }));
            let kill = format!("kill -USR1 {}", std::process::id());
            checked_async::process::Command::new("sh").args(["-c", &kill]).status().await.unwrap();
            while checked_async::task_tree().len() > 1 {
                sleep(MS).await;
            }
            trace.note("the loop goes on");
        },
        &[
            CPython("HANDLER callback_panicked [\"created\"]"),
            Here("HANDLER task_panic [\"created\", \"task\"]"),
            Both("the loop goes on"),
        ],
    );
}

/// Step 8: Closed by the program's own code, that code gets the panic. (Those that the loop closes are to come.)
#[test]
fn c01_generator_close_error() {
    fn can_close() -> bool {
        false
    }
    #[generator]
    async fn numbers() -> u32 {
        defer! { assert!(can_close(), "8"); }
        yield_!(1);
    }
    assert_handled(
        async |trace| {
            let mut numbers = numbers();
            numbers.next().await;
            let closing = spawn(async move { numbers.aclose().await });
            trace.note(format!("closing fails: {}", closing.await.is_err()));
        },
        &[CPython("HANDLER an error occurred during closing of asynchronous generator"), Here("closing fails: true")],
    );
}

/// Step 9: the generator is dropped, and closed by its task.
#[test]
fn c01_generator_left_to_its_task() {
    fn can_close() -> bool {
        false
    }
    #[generator]
    async fn numbers() -> u32 {
        defer! { assert!(can_close(), "8"); }
        yield_!(1);
        yield_!(2);
    }
    assert_handled(
        async |trace| {
            set_level(Kind::GeneratorUnclosed, Level::Off);
            let mut numbers = numbers();
            numbers.next().await;
            drop(numbers);
            yield_now().await;
            trace.note("went on");
            set_level(Kind::GeneratorUnclosed, Level::Log);
        },
        &[Both("HANDLER task_panic [\"created\", \"task\"]"), Here("went on")],
    );
}

/// Step 10: CPython tells both the handler and the other thread; here it is told who asked.
#[test]
fn c01_remote_spawn_fails() {
    assert_handled(
        async |trace| {
            let loop_ = remote();
            let spawn = move || {
                let make = || -> std::future::Ready<()> { panic!("division by zero") };
                loop_.spawn_with(make).unwrap().result().unwrap_err().to_string()
            };
            trace.note(format!("future exc {}", run_blocking(spawn).await.unwrap()));
        },
        &[
            CPython("HANDLER callback_panicked [\"created\"]"),
            CPython("future exc division by zero"),
            Here("future exc the task panicked: division by zero"),
        ],
    );
}

/// Steps 11 and 12. In CPython `cancel()` of a failed task takes its error for read.
#[test]
fn c01_what_counts_as_read() {
    assert_handled(
        async |trace| {
            let task = spawn(bug());
            yield_now().await;
            trace.note(format!("cancel() on finished: {}", task.cancel()));
            drop(task);
            trace.note("12 read");
            let task = spawn(bug());
            yield_now().await;
            assert!(format!("{task:?}").contains("Finished"));
            assert_eq!(task.await.unwrap(), Err("x"));
        },
        &[
            Both("cancel() on finished: false"),
            Here("HANDLER task_error_never_retrieved [\"created\", \"task\"]"),
            Both("12 read"),
        ],
    );
}

/// Step 13: The second error of `gather` is lost in CPython. Who joins all reads all, who stops at the first is told of the rest.
#[test]
fn c01_gather() {
    assert_handled(
        async |trace| {
            let (first, second) = (spawn(bug()), spawn(bug()));
            let (first, second) = futures::join!(first, second);
            trace.note(format!("join! {first:?} {second:?}"));
            let [first, second] = [(); 2].map(|()| spawn(bug()));
            let joined = futures::try_join!(async { first.await.unwrap() }, async {
                yield_now().await;
                second.await.unwrap()
            });
            trace.note(format!("caught {}", joined.unwrap_err()));
        },
        &[
            Here("join! Ok(Err(\"x\")) Ok(Err(\"x\"))"),
            // `try_join!` has dropped the second handle by then.
            Here("HANDLER task_error_never_retrieved [\"created\", \"task\"]"),
            Both("caught x"),
        ],
    );
}

/// Step 14.
#[test]
fn c01_waiting_does_not_read() {
    assert_handled(
        async |trace| {
            let task = spawn(bug());
            while !task.is_finished() {
                yield_now().await;
            }
            trace.note("finished");
            drop(task);
        },
        &[Both("finished"), Both("HANDLER task_error_never_retrieved [\"created\", \"task\"]")],
    );
}

/// Step 15: There are no protocols: what reads from a connection is a task.
#[test]
fn c01_connection_callback() {
    assert_handled(
        async |trace| {
            let (sender, receiver) = smol::channel::bounded(1);
            drop(spawn(async move {
                let (): () = receiver.recv().await.unwrap();
                panic!("15");
            }));
            sender.send(()).await.unwrap();
            sender.closed_by_task().await;
            trace.note("the loop goes on");
        },
        &[
            CPython("HANDLER Fatal error: protocol.data_received() call failed."),
            Here("HANDLER task_panic [\"created\", \"task\"]"),
            Both("the loop goes on"),
        ],
    );
}

/// Waiting for the other end of a channel to go.
trait ClosedByTask {
    async fn closed_by_task(&self);
}

impl<T> ClosedByTask for smol::channel::Sender<T> {
    async fn closed_by_task(&self) {
        while !self.is_closed() {
            yield_now().await;
        }
    }
}

/// Step 16, at the end of the run.
#[test]
fn c01_hanging_task_fails_at_shutdown() {
    assert_handled(
        async |trace| {
            drop(spawn(async {
                let _ = catch_cancel(std::future::pending::<()>()).await;
                panic!("16");
            }));
            yield_now().await;
            trace.note("main returns");
        },
        &[
            Both("main returns"),
            CPython("HANDLER unhandled exception during asyncio.run() shutdown"),
            Here("HANDLER task_panic [\"created\", \"task\"]"),
        ],
    );
}

/// The steps of `c02_custom_handler_override` whose output goes to stderr, in a child. What is no handler (42) does not
/// compile, and a report without a message cannot be made.
#[test]
fn c02_default_and_own_handler() {
    const CHILD: &str = "C02_CHILD";
    if std::env::var_os(CHILD).is_some() {
        let report = |message: &'static str| {
            patient().run(async {
                call_soon(move || std::panic::panic_any(message));
                yield_now().await;
            })
        };
        // Only reports are to be seen.
        std::panic::set_hook(Box::new(|_| ()));
        eprintln!("-- default handler");
        report("m").unwrap();
        eprintln!("-- custom raising handler");
        set_exception_handler(|_| panic!("handler broke"));
        report("orig").unwrap();
        eprintln!("-- custom delegating to default");
        set_exception_handler(|violation| eprintln!("custom first\n{violation}"));
        report("m2").unwrap();
        reset_exception_handler();
        eprintln!("-- reset");
        report("m4").unwrap();
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "c02_default_and_own_handler", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    let trace = Trace::default();
    for line in stderr.lines().filter(|line| !line.starts_with(' ') && !line.is_empty()) {
        trace.note(line.trim_start_matches("warning: "));
    }
    trace.assert(&[
        Both("-- default handler"),
        Both("callback of the event loop panicked: m"),
        Both("-- custom raising handler"),
        CPython("checked-async: the exception handler panicked on the report above: handler broke"),
        Both("callback of the event loop panicked: orig"),
        Here("checked-async: the exception handler panicked on the report above: handler broke"),
        Both("-- custom delegating to default"),
        Both("custom first"),
        Both("callback of the event loop panicked: m2"),
        Both("-- reset"),
        Both("callback of the event loop panicked: m4"),
    ]);
}

/// The handler runs where the fault is, so it sees the thread's own values. A panic in it does not leave it, where CPython
/// lets SystemExit pass.
#[test]
fn c02_where_the_handler_runs() {
    thread_local! {
        static V: Cell<&'static str> = const { Cell::new("unset") };
    }
    let _turn = Turn::take();
    let trace = Trace::default();
    let inner = trace.clone();
    set_exception_handler(move |_: &Violation| inner.note(format!("ctxvar in handler: {}", V.get())));
    patient()
        .run(async {
            call_soon(|| {
                V.set("in-callback");
                panic!("callback");
            });
            yield_now().await;
        })
        .unwrap();
    set_exception_handler(|_| panic!("SystemExit"));
    let result = catch_unwind(AssertUnwindSafe(|| {
        patient().run(async {
            call_soon(|| panic!("m3"));
            yield_now().await;
        })
    }));
    trace.note(if result.is_err() { "propagated" } else { "the loop goes on" });
    trace.assert(&[Both("ctxvar in handler: in-callback"), CPython("propagated"), Here("the loop goes on")]);
}

/// `n03_logger_levels`: a level for each kind is what a level for the logger is, and finer.
#[test]
fn n03_levels() {
    let _turn = Turn::take();
    let reports = || {
        let seen: &'static Mutex<RefCell<Vec<Kind>>> = Box::leak(Box::default());
        set_exception_handler(move |violation| seen.lock().unwrap().borrow_mut().push(violation.kind));
        let program = async {
            call_soon(|| ());
            drop(spawn(bug()));
            yield_now().await;
        };
        EventLoop::builder().debug(true).slow_after(Duration::ZERO).run(program).unwrap();
        seen.lock().unwrap().take()
    };
    assert!(reports().contains(&Kind::SlowCallback));
    set_level(Kind::SlowCallback, Level::Off);
    let trace = Trace::default();
    for kind in reports() {
        if matches!(kind, Kind::SlowCallback | Kind::TaskErrorNeverRetrieved) {
            trace.note(kind.name());
        }
    }
    trace.assert(&[Both("task_error_never_retrieved")]);
}
