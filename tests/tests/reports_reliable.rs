//! Reports from wherever a fault may be: during unwinding, while a thread ends, after the loop, from other threads, from a
//! handler, from one that panics, with a stderr that blocks. None is lost, and nothing hangs. Each test runs this program again.

use std::alloc::System;
use std::cell::RefCell;
use std::future::Future;
use std::io::{BufRead, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use checked_async::{
    EventLoop, Kind, Level, adopting, checked_async, generator, reported, reset_exception_handler, run_blocking,
    set_exception_handler, set_level, spawn, yield_now,
};
use checked_async_tests::program::LEVELS;
use stats_alloc::{Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: StatsAlloc<System> = StatsAlloc::system();

const SCENARIO: &str = "SCENARIO";

fn main() {
    if let Ok(scenario) = std::env::var(SCENARIO) {
        return play(&scenario);
    }
    let tests: &[(&str, fn())] = &[
        ("a_report_while_unwinding_does_not_abort", || succeeds("unwinding")),
        ("a_report_while_a_thread_ends", || succeeds("thread ends")),
        ("a_report_after_the_loop", || succeeds("after the loop")),
        ("reports_of_many_threads_are_all_counted", || succeeds("many threads")),
        ("a_report_from_a_handler_goes_to_stderr", a_report_from_a_handler_goes_to_stderr),
        ("a_handler_that_panics_loses_nothing", a_handler_that_panics_loses_nothing),
        ("a_handler_may_change_the_handler", || succeeds("handler changes")),
        ("a_blocked_stderr_does_not_block_the_loop", a_blocked_stderr_does_not_block_the_loop),
        ("a_blocked_stderr_does_not_block_tokio", a_blocked_stderr_does_not_block_tokio),
        ("a_blocked_stderr_does_not_block_whoever_polls", a_blocked_stderr_does_not_block_whoever_polls),
        ("a_closed_stderr_does_no_harm", a_closed_stderr_does_no_harm),
        ("a_process_that_ends_waits_for_what_it_has_to_say", a_process_that_ends_waits_for_what_it_has_to_say),
        ("what_a_loop_says_keeps_its_place", what_a_loop_says_keeps_its_place),
        ("reports_leave_nothing_behind", || succeeds("leaks")),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
}

#[checked_async]
async fn leaf() {}

/// What is reported when it is dropped, in any build: the loss of a task's panic.
fn lose() {
    drop(spawn(async { panic!("lost") }));
}

/// How many reports a drop of a future makes that was never polled.
const FORGOTTEN: u64 = if cfg!(debug_assertions) { 1 } else { 0 };

/// A future that was never awaited, reported when this is dropped.
fn forgotten() -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(leaf())
}

static HANDLED: AtomicUsize = AtomicUsize::new(0);

fn count_handled() {
    set_exception_handler(|_| {
        HANDLED.fetch_add(1, SeqCst);
    });
}

fn play(scenario: &str) {
    set_level(Kind::NeverAwaited, Level::Log);
    let quiet = || EventLoop::builder().handle_ctrl_c(false);
    match scenario {
        "unwinding" => {
            set_level(Kind::TaskPanic, Level::Panic);
            set_level(Kind::PendingTaskDropped, Level::Panic);
            count_handled();
            // The loop is dropped by a panic, with a task that waits and one whose panic nobody has read.
            let unwound = catch_unwind(AssertUnwindSafe(|| {
                let mut event_loop = quiet().build().unwrap();
                event_loop
                    .run(async {
                        drop(spawn(std::future::pending::<()>()));
                        yield_now().await;
                    })
                    .unwrap();
                panic!("first");
            }));
            assert_eq!(*unwound.unwrap_err().downcast::<&str>().unwrap(), "first");
            assert_eq!((HANDLED.load(SeqCst), reported(Kind::PendingTaskDropped)), (1, 1));
        }
        "thread ends" => {
            thread_local! {
                static KEPT: RefCell<Vec<Pin<Box<dyn Future<Output = ()>>>>> = const { RefCell::new(Vec::new()) };
            }
            count_handled();
            for run_before in [true, false] {
                let before = reported(Kind::NeverAwaited);
                let thread = thread::spawn(move || {
                    if run_before {
                        EventLoop::builder().run(async { yield_now().await }).unwrap();
                    }
                    KEPT.with(|kept| kept.borrow_mut().push(forgotten()));
                    if !run_before {
                        EventLoop::builder().run(async { yield_now().await }).unwrap();
                    }
                });
                thread.join().unwrap();
                assert_eq!(reported(Kind::NeverAwaited) - before, FORGOTTEN);
            }
            assert_eq!(HANDLED.load(SeqCst) as u64, 2 * FORGOTTEN);
        }
        "after the loop" => {
            count_handled();
            let task = quiet().run(async {
                let task = spawn(async { panic!("lost") });
                yield_now().await;
                yield_now().await;
                (task,)
            });
            assert_eq!(HANDLED.load(SeqCst), 0);
            // The handle outlives the loop.
            drop::<(checked_async::JoinHandle<()>,)>(task.unwrap());
            assert_eq!((HANDLED.load(SeqCst), reported(Kind::TaskPanic)), (1, 1));
        }
        "many threads" => {
            count_handled();
            const THREADS: usize = 8;
            const EACH: usize = 200;
            let threads: Vec<_> = (0..THREADS)
                .map(|_| {
                    thread::spawn(move || {
                        quiet()
                            .run(async {
                                for _ in 0..EACH {
                                    lose();
                                    yield_now().await;
                                }
                                yield_now().await;
                            })
                            .unwrap();
                    })
                })
                .collect();
            for thread in threads {
                thread.join().unwrap();
            }
            assert_eq!(reported(Kind::TaskPanic), (THREADS * EACH) as u64);
            // A site shows ten.
            assert_eq!(HANDLED.load(SeqCst), 10);
        }
        "handler reports" => {
            set_exception_handler(|violation| {
                HANDLED.fetch_add(1, SeqCst);
                assert_eq!(violation.kind, Kind::TaskPanic);
                drop(forgotten());
                // A loop that is dropped here, with a task.
                let event_loop = EventLoop::builder().handle_ctrl_c(false).build().unwrap();
                drop(event_loop.handle().spawn(std::future::pending::<()>()));
                drop(event_loop);
            });
            thread::spawn(move || {
                let mut event_loop = quiet().build().unwrap();
                let task = event_loop.run(async {
                    let task = spawn(async { panic!("lost") });
                    yield_now().await;
                    yield_now().await;
                    (task,)
                });
                drop(event_loop);
                drop::<(checked_async::JoinHandle<()>,)>(task.unwrap());
            })
            .join()
            .unwrap();
            assert_eq!((HANDLED.load(SeqCst), reported(Kind::PendingTaskDropped)), (1, 1));
            assert_eq!(reported(Kind::NeverAwaited), FORGOTTEN);
        }
        "handler panics" => {
            set_exception_handler(|_| panic!("the handler's fault"));
            for _ in 0..2 {
                quiet()
                    .run(async {
                        lose();
                        yield_now().await;
                        yield_now().await;
                    })
                    .unwrap();
            }
            assert_eq!(reported(Kind::TaskPanic), 2);
        }
        "handler changes" => {
            set_exception_handler(|_| {
                HANDLED.fetch_add(1, SeqCst);
                reset_exception_handler();
                count_handled();
            });
            quiet()
                .run(async {
                    for _ in 0..3 {
                        lose();
                        yield_now().await;
                    }
                    yield_now().await;
                })
                .unwrap();
            assert_eq!(HANDLED.load(SeqCst), 3);
        }
        "blocked" => quiet()
            .run(async {
                // Which would write to stderr itself.
                std::panic::set_hook(Box::new(|_| {}));
                // More than a pipe holds.
                drop(spawn(async { panic!("lost") }).named("x".repeat(200_000)));
                for _ in 0..5 {
                    lose();
                    yield_now().await;
                }
                println!("goes on");
                run_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()).unwrap()).await.unwrap();
            })
            .unwrap(),
        "blocked tokio" => {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(panic_much());
        }
        "blocked workers" => {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
            runtime.block_on(panic_much());
        }
        "blocked without features" => {
            // All that is known of this thread is that it has polled a checked future.
            futures::executor::block_on(async {
                leaf().await;
                fill_stderr();
                drop(forgotten());
                println!("goes on");
            });
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
        }
        "ends" => {
            futures::executor::block_on(leaf());
            let stderr = std::io::stderr().lock();
            // It cannot be written by now.
            drop(forgotten());
            drop(stderr);
            // Neither this thread nor the one that writes comes to its end.
            std::process::exit(0);
        }
        "speaks" => quiet()
            .run(async {
                for n in 0..5 {
                    eprintln!("{n}");
                    drop(spawn(async { panic!("lost") }).named(format!("job {n}")));
                    yield_now().await;
                    yield_now().await;
                }
            })
            .unwrap(),
        "leaks" => {
            count_handled();
            let round = || {
                quiet()
                    .run(async {
                        lose();
                        yield_now().await;
                        yield_now().await;
                    })
                    .unwrap();
                drop(forgotten());
            };
            // What is made once stays: the table of sites, the reactor, symbols.
            (0..20).for_each(|_| round());
            let region = Region::new(&ALLOCATOR);
            (0..20).for_each(|_| round());
            let change = region.change();
            assert_eq!(change.allocations, change.deallocations, "{change:?}");
            assert_eq!(reported(Kind::TaskPanic), 40);
        }
        _ => panic!("unknown scenario {scenario}"),
    }
}

/// How many cleanups panic.
const CLEANUPS: usize = 1300;

#[generator]
async fn leaves(panics_with: String) -> () {
    defer! { panic!("{panics_with}") }
    yield_!(());
}

/// Has more to report than is queued, in any build.
async fn panic_much() {
    std::panic::set_hook(Box::new(|_| {}));
    let tasks = (0..CLEANUPS).map(|n| {
        // The first is more than a pipe holds.
        let panics_with = format!("lost{}", "!".repeat(if n == 0 { 200_000 } else { 0 }));
        tokio::spawn(adopting(async move {
            Box::pin(leaves(panics_with)).next().await;
        }))
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    println!("goes on");
    // Now the other process reads.
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()).unwrap()).await.unwrap();
}

/// Leaves no room in the pipe, of those systems whose pipes hold so much.
fn fill_stderr() {
    std::io::stderr().write_all(&[b'\n'; 65_536]).unwrap();
}

struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
}

impl Running {
    fn start(scenario: &str) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.env(SCENARIO, scenario).env("CHECKED_ASYNC", LEVELS);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Running { child, stdout }
    }

    /// Waits for its end; what it has said on stderr.
    fn end(mut self) -> (ExitStatus, String) {
        drop(self.child.stdin.take());
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap(), said)
    }
}

#[track_caller]
fn succeeds(scenario: &str) {
    let (status, said) = Running::start(scenario).end();
    assert!(status.success(), "{scenario}: {status}\n{said}");
}

fn a_report_from_a_handler_goes_to_stderr() {
    let (status, said) = Running::start("handler reports").end();
    assert!(status.success(), "{status}\n{said}");
    assert_eq!(said.matches("future was never awaited: ").count() as u64, FORGOTTEN, "{said}");
    assert_eq!(said.matches("was dropped while it was pending").count(), 1, "{said}");
}

fn a_handler_that_panics_loses_nothing() {
    let (status, said) = Running::start("handler panics").end();
    assert!(status.success(), "{status}\n{said}");
    assert_eq!(said.matches("panicked and nobody has read it: lost").count(), 2, "{said}");
    let note = "warning: checked-async: the exception handler panicked on the report above: the handler's fault\n";
    assert_eq!(said.matches(note).count(), 2, "{said}");
}

fn a_blocked_stderr_does_not_block_the_loop() {
    let mut running = Running::start("blocked");
    let mut line = String::new();
    // Nobody reads stderr by now.
    running.stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "goes on\n");
    // Now somebody does, before the program is told to end.
    let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
    let mut reports = 0;
    while reports < 6 {
        let mut line = String::new();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended after {reports} reports");
        reports += usize::from(line.contains("panicked and nobody has read it: lost"));
    }
    drop(running.child.stdin.take());
    let mut rest = String::new();
    stderr.read_to_string(&mut rest).unwrap();
    assert!(running.child.wait().unwrap().success());
    assert!(!rest.contains("not shown"), "{rest}");
}

fn a_blocked_stderr_does_not_block_tokio() {
    for scenario in ["blocked tokio", "blocked workers"] {
        let mut running = Running::start(scenario);
        let mut line = String::new();
        // Nobody reads stderr by now.
        running.stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "goes on\n");
        // Now somebody does, until the number of those is said that found no room, which is before the program is told to end.
        let mut stderr = BufReader::new(running.child.stderr.take().unwrap());
        let (mut shown, mut lost) = (0, 0);
        while shown + lost < CLEANUPS {
            let mut line = String::new();
            assert!(stderr.read_line(&mut line).unwrap() > 0, "{scenario}: it ended after {shown} and {lost} reports");
            shown += usize::from(line.contains("cleanup that was left to a task panicked: lost"));
            if let Some(said) = line.strip_prefix("warning: checked-async: ")
                && let Some(number) = said.strip_suffix(" reports were not shown, as stderr was blocked\n")
            {
                lost += number.parse::<usize>().unwrap();
            }
        }
        assert_eq!(shown + lost, CLEANUPS, "{scenario}");
        assert!(lost > 0, "{scenario}");
        drop(running.child.stdin.take());
        assert!(running.child.wait().unwrap().success(), "{scenario}");
    }
}

fn a_blocked_stderr_does_not_block_whoever_polls() {
    let mut running = Running::start("blocked without features");
    let mut line = String::new();
    running.stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "goes on\n");
    drop(running.child.stdin.take());
    let (status, said) = running.end();
    assert!(status.success(), "{status}");
    assert_eq!(said.matches("future was never awaited: ").count() as u64, FORGOTTEN);
}

fn a_process_that_ends_waits_for_what_it_has_to_say() {
    let (status, said) = Running::start("ends").end();
    assert!(status.success(), "{status}");
    assert_eq!(said.matches("future was never awaited: ").count() as u64, FORGOTTEN);
}

fn a_closed_stderr_does_no_harm() {
    let mut running = Running::start("blocked");
    drop(running.child.stderr.take());
    let mut line = String::new();
    running.stdout.read_line(&mut line).unwrap();
    assert_eq!(line, "goes on\n");
    drop(running.child.stdin.take());
    assert!(running.child.wait().unwrap().success());
}

fn what_a_loop_says_keeps_its_place() {
    let (status, said) = Running::start("speaks").end();
    assert!(status.success(), "{status}\n{said}");
    let spoken = |line: &&str| line.len() == 1 || line.starts_with("warning: task `job ");
    let lines: Vec<&str> = said.lines().filter(spoken).collect();
    let expected: Vec<String> = (0..5)
        .flat_map(|n| [n.to_string(), format!("warning: task `job {n}` panicked and nobody has read it: lost")])
        .collect();
    assert_eq!(lines, expected);
}
