//! Prints how much heap a live task takes whose functions carry each tool's attribute, and how much of that is of each function.
//!
//! `cargo run -p checked-async-benches --release --bin memory`. It builds itself twice, as a release build and the same
//! with the checks, and runs each row of a table in a process of its own. A run has 10,000 tasks that wait for the same signal,
//! three calls deep, and counts the bytes that are allocated when all wait; what is not of one task, such as tables that
//! have grown, is divided among them. What a function takes is half of what three take more than one: there no executor is
//! involved, only boxes, as tokio's tasks take multiples of 128 bytes.

use std::alloc::System;
use std::future::poll_fn;
use std::pin::Pin;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

use checked_async::EventLoop;
use checked_async_benches::{Build, output};
use futures::executor::block_on;
use stats_alloc::StatsAlloc;
use tokio::sync::Notify;

/// How many tasks are alive.
const TASKS: usize = 10_000;

/// Counts what is allocated.
#[global_allocator]
static ALLOCATOR: StatsAlloc<System> = StatsAlloc::system();

fn allocated() -> usize {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}

/// What all tasks wait for.
static SIGNAL: Notify = Notify::const_new();

/// How many tasks have come to where they wait.
static WAITING: AtomicUsize = AtomicUsize::new(0);

/// What the innermost function does.
async fn wait() {
    WAITING.fetch_add(1, Relaxed);
    SIGNAL.notified().await;
}

/// Lets the tasks run until all wait.
async fn until_all_wait() {
    while WAITING.load(Relaxed) < TASKS {
        let mut yielded = false;
        poll_fn(|cx| {
            cx.waker().wake_by_ref();
            if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

/// A future in a box, in the place of a task.
struct Held<F>(Pin<Box<F>>);

impl<F: Future> Future for Held<F> {
    type Output = Result<F::Output, ()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(Ok)
    }
}

/// Polls a future, which waits then.
fn hold<F: Future>(future: F) -> Held<F> {
    let mut held = Held(Box::pin(future));
    assert!(held.0.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    held
}

/// Spawns the tasks, counts what they take, and lets them end. The futures are written where `spawn` is called, as in a
/// program.
macro_rules! tasks {
    ($spawn:path, $future:expr) => {{
        let mut handles = Vec::with_capacity(TASKS);
        let before = allocated();
        for _ in 0..TASKS {
            handles.push($spawn($future));
        }
        until_all_wait().await;
        let all = allocated() - before;
        SIGNAL.notify_waiters();
        for handle in handles {
            assert!(handle.await.is_ok());
        }
        all / TASKS
    }};
}

/// The chains with an attribute, and who spawns them.
macro_rules! cases {
    ($($case:ident: $(#[$attribute:meta])?;)*) => {
        $(
            #[allow(dead_code, reason = "not all attributes are measured with all that spawn")]
            mod $case {
                use super::{SIGNAL, TASKS, allocated, until_all_wait};

                $(#[$attribute])?
                async fn leaf(n: u64) -> u64 {
                    crate::wait().await;
                    std::hint::black_box(n) + 1
                }
                $(#[$attribute])?
                async fn middle(n: u64) -> u64 {
                    leaf(n).await + n
                }
                $(#[$attribute])?
                async fn outer(n: u64) -> u64 {
                    middle(n).await + n
                }
                $(#[$attribute])?
                pub(super) async fn held(functions: usize) -> usize {
                    match functions {
                        1 => tasks!(super::hold, leaf(1)),
                        _ => tasks!(super::hold, outer(1)),
                    }
                }
                $(#[$attribute])?
                pub(super) async fn tokio(functions: usize) -> usize {
                    // The attribute does not look into a macro: it is to see that a task is started.
                    match functions {
                        1 => {
                            let spawn = |future| tokio::spawn(future);
                            tasks!(spawn, leaf(1))
                        }
                        _ => {
                            let spawn = |future| tokio::spawn(future);
                            tasks!(spawn, outer(1))
                        }
                    }
                }
                $(#[$attribute])?
                pub(super) async fn event_loop(functions: usize) -> usize {
                    match functions {
                        1 => tasks!(checked_async::spawn, leaf(1)),
                        _ => tasks!(checked_async::spawn, outer(1)),
                    }
                }
                #[cfg(feature = "supervised")]
                $(#[$attribute])?
                pub(super) async fn supervised(functions: usize) -> usize {
                    match functions {
                        1 => tasks!(checked_async::tokio::spawn, leaf(1)),
                        _ => tasks!(checked_async::tokio::spawn, outer(1)),
                    }
                }
            }
        )*
    };
}

cases! {
    plain: ;
    checked: #[checked_async::checked_async];
    async_backtrace: #[async_backtrace::framed];
}

mod await_tree {
    //! await-tree has no attribute by default but a method, and a registry in which each task has its root.

    use super::{SIGNAL, TASKS, allocated, until_all_wait};
    use await_tree::{Config, InstrumentAwait as _, Registry};

    async fn leaf(n: u64) -> u64 {
        crate::wait().await;
        std::hint::black_box(n) + 1
    }
    async fn middle(n: u64) -> u64 {
        leaf(n).instrument_await("leaf").await + n
    }
    async fn outer(n: u64) -> u64 {
        middle(n).instrument_await("middle").await + n
    }
    pub(super) async fn held(functions: usize) -> usize {
        let registry = Registry::new(Config::default());
        let mut key = 0;
        let mut root = || {
            key += 1;
            registry.register(key, "task")
        };
        match functions {
            1 => tasks!(super::hold, root().instrument(leaf(1).instrument_await("leaf"))),
            _ => tasks!(super::hold, root().instrument(outer(1).instrument_await("outer"))),
        }
    }
    pub(super) async fn tokio(functions: usize) -> usize {
        let registry = Registry::new(Config::default());
        let mut key = 0;
        let mut root = || {
            key += 1;
            registry.register(key, "task")
        };
        match functions {
            1 => tasks!(tokio::spawn, root().instrument(leaf(1).instrument_await("leaf"))),
            _ => tasks!(tokio::spawn, root().instrument(outer(1).instrument_await("outer"))),
        }
    }
}

/// A row of the table: a title, the case, who runs it, and the build.
type Row = (&'static str, &'static str, &'static str, Build);

/// A build with the checks, and with supervised tasks.
const CHECKS: Build = Build { folder: "memory-checks", features: "supervised", profile: &["debug-assertions=true"] };
const RELEASE: Build = Build { folder: "memory-release", features: "supervised", profile: &[] };

/// The first row of each table is what the others are compared with.
const TABLES: &[(&str, &[Row])] = &[
    (
        "a task of tokio's",
        &[
            ("no attribute", "plain", "tokio", RELEASE),
            ("`#[checked_async]`, release", "checked", "tokio", RELEASE),
            ("`#[checked_async]`, checks on", "checked", "tokio", CHECKS),
            ("… and `checked_async::tokio::spawn`", "checked", "supervised", CHECKS),
            ("`#[async_backtrace::framed]`", "async_backtrace", "tokio", RELEASE),
            ("await-tree", "await_tree", "tokio", RELEASE),
        ],
    ),
    (
        "a task of the event loop's",
        &[
            ("no attribute", "plain", "event_loop", RELEASE),
            ("`#[checked_async]`, release", "checked", "event_loop", RELEASE),
            ("`#[checked_async]`, checks on", "checked", "event_loop", CHECKS),
            ("… and the loop's", "checked", "event_loop_debug", CHECKS),
            ("`#[async_backtrace::framed]`", "async_backtrace", "event_loop", RELEASE),
        ],
    ),
    (
        "one function of three",
        &[
            ("no attribute", "plain", "held", RELEASE),
            ("`#[checked_async]`, release", "checked", "held", RELEASE),
            ("`#[checked_async]`, checks on", "checked", "held", CHECKS),
            ("`#[async_backtrace::framed]`", "async_backtrace", "held", RELEASE),
            ("await-tree", "await_tree", "held", RELEASE),
        ],
    ),
];

fn main() {
    let arguments = std::env::args().skip(1).collect::<Vec<_>>();
    match &arguments[..] {
        [] => TABLES.iter().for_each(|(title, rows)| table(title, rows)),
        [case, runner, functions] => {
            println!("{}", run(case, runner, functions.parse().expect("FUNCTIONS is a number")));
        }
        _ => panic!("usage: memory [CASE RUNNER FUNCTIONS]"),
    }
}

fn table(title: &str, rows: &[Row]) {
    println!("| {title} | bytes | ratio |");
    println!("|---|---|---|");
    let mut first = None;
    for &(name, case, runner, build) in rows {
        let program = build.program("memory");
        let measure = |functions: &str| {
            let bytes = output(Command::new(&program).args([case, runner, functions]));
            bytes.trim().parse::<f64>().expect("it prints a number")
        };
        let bytes = if runner == "held" { (measure("3") - measure("1")) / 2.0 } else { measure("3") };
        println!("| {name} | {bytes:.0} | {:.2} |", bytes / *first.get_or_insert(bytes));
    }
    println!();
}

/// The bytes of a task.
fn run(case: &str, runner: &str, functions: usize) -> usize {
    let on_tokio = || tokio::runtime::Builder::new_current_thread().build().expect("a runtime can be built");
    let on_event_loop = |debug: bool| EventLoop::builder().debug(debug);
    let bytes = match (case, runner) {
        ("plain", "held") => Ok(block_on(plain::held(functions))),
        ("checked", "held") => Ok(block_on(checked::held(functions))),
        ("async_backtrace", "held") => Ok(block_on(async_backtrace::held(functions))),
        ("await_tree", "held") => Ok(block_on(await_tree::held(functions))),
        ("plain", "tokio") => Ok(on_tokio().block_on(plain::tokio(functions))),
        ("checked", "tokio") => Ok(on_tokio().block_on(checked::tokio(functions))),
        ("async_backtrace", "tokio") => Ok(on_tokio().block_on(async_backtrace::tokio(functions))),
        ("await_tree", "tokio") => Ok(on_tokio().block_on(await_tree::tokio(functions))),
        #[cfg(feature = "supervised")]
        ("checked", "supervised") => Ok(on_tokio().block_on(checked::supervised(functions))),
        ("plain", "event_loop") => on_event_loop(false).run(plain::event_loop(functions)),
        ("checked", "event_loop") => on_event_loop(false).run(checked::event_loop(functions)),
        ("async_backtrace", "event_loop") => on_event_loop(false).run(async_backtrace::event_loop(functions)),
        ("checked", "event_loop_debug") => on_event_loop(true).run(checked::event_loop(functions)),
        _ => panic!("CASE and RUNNER are known"),
    };
    bytes.expect("the loop runs")
}
