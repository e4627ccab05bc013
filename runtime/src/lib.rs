//! Makes async Rust as safe as Rust.
//!
//! The attribute [`macro@checked_async`] finds mistakes in async code at compile time, and in builds with
//! `debug_assertions` reports at run time what only execution can show. A report is a [`Violation`]; [`capture`],
//! [`set_exception_handler`] and [`set_level`] say where it goes. In release builds nothing is left of the checks.
//!
//! With the feature `worker`, `run_in_process` runs functions in worker processes.

#![deny(unsafe_code)]

mod adopt;
mod check;
mod discard;
#[cfg(any(feature = "event-loop", feature = "tokio"))]
mod dump;
mod error_text;
#[cfg(feature = "event-loop")]
mod event_loop;
mod future;
mod generator;
mod places;
// Hidden from the documentation only: of items that are always hidden rustc would print the whole path in each error.
#[cfg_attr(doc, doc(hidden))]
pub mod private;
#[allow(unsafe_code, reason = "the one file that may")]
mod raw;
mod report;
mod root;
#[cfg(feature = "tokio")]
mod supervision;
#[cfg(feature = "event-loop")]
mod task;
#[cfg(any(feature = "event-loop", feature = "tokio"))]
mod testing;
#[cfg(any(feature = "event-loop", feature = "tokio"))]
mod timeline;
#[cfg(feature = "tokio")]
pub mod tokio;
mod trace;
#[cfg(any(feature = "event-loop", feature = "tokio"))]
mod tree;
mod watch;
#[cfg(feature = "worker")]
mod worker;

pub use adopt::{adopting, adopting_local};
/// Queues between tasks, and between threads, of the smol family: `bounded` and `unbounded`.
///
/// ```
/// checked_async::run(async {
///     let (sender, receiver) = checked_async::channel::bounded(1);
///     let reader = checked_async::spawn(async move { receiver.recv().await });
///     sender.send(42).await.unwrap();
///     assert_eq!(reader.await.unwrap(), Ok(42));
/// });
/// ```
#[cfg(feature = "event-loop")]
#[doc(inline)]
pub use async_channel as channel;
#[cfg(feature = "net")]
pub use async_net as net;
#[cfg(feature = "process")]
pub use async_process as process;
#[cfg(feature = "signal")]
pub use async_signal as signal;
pub use check::{Kind, Level, UnknownKind, UnknownLevel, level, set_large_from, set_level, set_slow_after};
/// Checks the async code of a function, an `impl` block, a `trait` or an inline `mod`.
///
/// The code keeps its meaning. Its calls, bindings and loops are looked at by the lints; in builds with `debug_assertions`
/// its futures know where they were made. An attribute on an item inside another one overrides it.
///
/// | argument | |
/// |---|---|
/// | `allow(lint, …)`, `warn(lint, …)`, `deny(lint, …)` | sets levels; on one statement or expression, `#[checked(allow(lint))]` |
/// | `blocking("path::to::function", "Type::method", …)` | adds to what `blocking_io` takes for blocking |
/// | `non_blocking("std::fs::metadata", …)` | takes something off the lists of the blocking lints |
/// | `send` | asserts here that the future is `Send`, and not at a distant `spawn` |
/// | `name = "…"` | what reports call the function |
/// | `slow_after = "250ms"` | how long one poll may take before it is reported: a number and `ms`, `s` or `m` |
/// | `crate = path` | where this crate is, if it is renamed or re-exported |
///
/// # Errors
///
/// What lints at level `deny` find is a compile error, as are unknown arguments, unknown lints, and an attribute on what
/// cannot be async. The item itself is always kept.
///
/// # Cancel safety
///
/// The futures can be dropped at the same places as without the attribute.
///
/// # Examples
///
/// ```
/// use checked_async::checked_async;
///
/// async fn notify(order: u32) {
///     println!("order {order} is on its way");
/// }
///
/// #[checked_async(send, deny(detached_task))]
/// async fn ship(orders: Vec<u32>) {
///     for order in orders {
///         notify(order).await; // without `.await`: "future is never awaited"
///     }
/// }
/// ```
pub use checked_async_macros::checked_async;
/// Makes an async generator of an `async fn`, whose declared type is that of the items.
///
/// A call returns a [`Generator`]. The body hands over an item with `yield_!(item)`, which evaluates to what
/// [`asend`](Generator::asend) sends. `return` ends it. `defer! { … }` and `#[for_await]` have their cleanup awaited
/// however the body is left, also by [`aclose`](Generator::aclose). The lints of [`checked_async`] check it too.
///
/// | argument | |
/// |---|---|
/// | `resume = T` | the type of what is sent; `()` without it |
/// | `try` | the items are `Result`s or `Option`s, and `?` makes the error the last one |
/// | those of [`checked_async`] | as there |
///
/// # Errors
///
/// It is a compile error to use `yield_!` in a closure, an async block or a `defer!`, or anywhere outside of a generator.
///
/// # Examples
///
/// ```
/// use checked_async::{checked_async, generator};
///
/// struct Cursor(u32);
///
/// impl Cursor {
///     async fn fetch(&mut self) -> Option<u32> {
///         self.0 = self.0.checked_sub(1)?;
///         Some(self.0)
///     }
///
///     async fn close(&mut self) {}
/// }
///
/// #[generator]
/// async fn rows(mut cursor: Cursor) -> u32 {
///     defer! { cursor.close().await; }
///     while let Some(row) = cursor.fetch().await {
///         yield_!(row);
///     }
/// }
///
/// #[checked_async]
/// async fn first() -> Option<u32> {
///     #[for_await]
///     for row in rows(Cursor(3)) {
///         return Some(row); // The cursor is closed before `first` returns.
///     }
///     None
/// }
///
/// # futures_executor::block_on(async { assert_eq!(first().await, Some(2)) });
/// ```
pub use checked_async_macros::generator;
/// Makes a test of an `async fn`, and fails it by what is reported while it runs.
///
/// It stands where `#[tokio::test]` does, and takes its arguments: `flavor`, `worker_threads` and `start_paused`. The
/// function may return what a test may. It is checked as by [`macro@checked_async`].
///
/// | argument | |
/// |---|---|
/// | `runtime = "tokio"`, `runtime = "event_loop"` | what runs the test; needed where both features are on and no argument is tokio's |
/// | `flavor = "current_thread"`, `"multi_thread"`; `worker_threads = 2`; `start_paused = true` | as in `#[tokio::test]` |
/// | `expect(kind, …)` | the reports that the test is there to provoke, by the names of [`Kind`] |
/// | those of [`macro@checked_async`] | as there |
///
/// When the function has returned, the runtime is shut down. Then the test fails
/// - if anything was reported that it does not expect, at level [`Log`](Level::Log) or above: on its own thread, on the threads
///   of its runtime, and by supervised tasks that it started elsewhere;
/// - if a supervised task was still pending: `pending_task_dropped`;
/// - if a kind that it expects was not reported. Where that kind is off, or the build has no checks, nothing is expected.
///
/// Tests that run side by side do not see each other's reports. What is reported on threads that the test started by other
/// means, as by `std::thread::spawn`, cannot be told from that of other tests, and goes where reports go. A report at level
/// [`Panic`](Level::Panic) panics as everywhere, unless the test expects it: then the code goes on, as at level `Log`, but where it
/// cannot (`nested_run`, `result_on_loop_thread`).
///
/// # Errors
///
/// It is a compile error on a function that is not async, or has arguments; where neither the feature `tokio` nor `event-loop` is
/// on; and where both are and nothing says which is meant.
///
/// # Examples
///
#[cfg_attr(feature = "tokio", doc = "```")]
#[cfg_attr(not(feature = "tokio"), doc = "```text")]
/// use checked_async::tokio::spawn;
///
/// #[checked_async::test(runtime = "tokio", start_paused = true)]
/// async fn answers() -> Result<(), Box<dyn std::error::Error>> {
///     let answer = spawn(async { "42".parse::<u32>() });
///     assert_eq!(answer.await??, 42);
///     Ok(())
/// }
///
/// #[checked_async::test(runtime = "tokio", expect(task_error_never_retrieved))]
/// async fn is_careless() {
///     drop(spawn(async { "x".parse::<u32>() }));
///     tokio::task::yield_now().await;
/// }
/// ```
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub use checked_async_macros::test;
/// As with one of the features `tokio` and `event-loop`, whose absence it reports.
#[cfg(not(any(feature = "event-loop", feature = "tokio")))]
#[doc(hidden)]
pub use checked_async_macros::test;
pub use discard::discard;
#[cfg(feature = "event-loop")]
pub use event_loop::{
    Builder, CallbackHandle, Clock, EventLoop, Handle, LoopClosed, MockClock, Remote, RemoteHandle, RunBlocking,
    RunError, call_at, call_later, call_soon, explore, handle, remote, run, run_blocking, shutdown_generators,
};
pub use generator::{Aclose, Asend, AsendError, AsyncGen, Generator, LocalAsyncGen, Next, Refused, Start, closing};
pub use report::{
    Captured, Culprit, Place, TraceFrame, Violation, capture, capture_future, reported, reset_exception_handler,
    set_backtrace, set_exception_handler,
};
#[cfg(feature = "event-loop")]
pub use task::{
    Abandoned, AbortOnDrop, Cancelled, CatchCancel, Elapsed, GroupError, JoinError, JoinHandle, Member, Promise,
    Promised, Shield, Sleep, TaskGroup, TaskId, TaskRef, Timeout, YieldNow, catch_cancel, current_task, now,
    print_task_tree, promise, shield, sleep, sleep_until, spawn, task_group, task_tree, timeout, timeout_at, yield_now,
};
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub use tree::TaskTree;

/// I/O of the smol family, driven by the event loop's own thread, and the traits for it.
///
/// What `checked_async::net` and `checked_async::process` give is read and written with these traits.
///
/// # Examples
///
/// ```
/// use checked_async::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
/// use checked_async::stream::StreamExt;
///
/// checked_async::run(async {
///     let mut file = Vec::new();
///     file.write_all(b"one\ntwo\n").await?;
///     let lines: Vec<String> = BufReader::new(&file[..]).lines().try_collect().await?;
///     assert_eq!(lines, ["one", "two"]);
///     Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
#[cfg(feature = "event-loop")]
pub mod io {
    /// Makes any file descriptor or socket asynchronous: pipes, terminals, devices.
    pub use async_io::Async;
    /// Streams of bytes, with and without blocking: stdin, stdout, files.
    pub use blocking::Unblock;
    pub use futures_lite::io::{
        AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWrite, AsyncWriteExt,
        BufReader, BufWriter, ReadHalf, WriteHalf, copy, split,
    };
}

/// Values that arrive one after another: lines, connections, signals.
#[cfg(feature = "event-loop")]
pub mod stream {
    pub use futures_lite::stream::{Stream, StreamExt};
}
#[cfg(feature = "worker")]
pub use worker::{
    Functions, RunInProcess, ShutdownWorkers, WorkerError, WorkerErrorKind, WorkerPool, WorkerPoolBuilder,
    run_in_process, shutdown_workers,
};
