//! What can go wrong with a call in a worker process.
//!
//! Every message names the function, says what happened, and what to do about it.

use std::fmt;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;

/// The error of [`run_in_process`](crate::run_in_process) and [`WorkerPool::run`](crate::WorkerPool::run).
///
/// One call fails, not the pool: the next one has a worker again.
///
/// # Examples
///
/// ```standalone_crate
/// use checked_async::{Functions, WorkerErrorKind, run_in_process};
///
/// fn divide((a, b): (u32, u32)) -> u32 {
///     a / b
/// }
///
/// fn main() {
///     Functions::new().register(divide).serve_if_worker();
/// #   if !cfg!(unix) { return; }
///     futures_executor::block_on(async {
///         let error = run_in_process(divide, (1, 0)).await.unwrap_err();
///         match error.kind() {
///             WorkerErrorKind::Panicked(message) => assert_eq!(message, "attempt to divide by zero"),
///             _ => panic!("{error}"),
///         }
///     });
/// }
/// ```
#[derive(Debug)]
pub struct WorkerError {
    function: &'static str,
    kind: WorkerErrorKind,
}

/// What happened, in a [`WorkerError`].
#[derive(Debug)]
#[non_exhaustive]
pub enum WorkerErrorKind {
    /// The worker process ended before it answered: it was killed by a signal, or it exited.
    Died(ExitStatus),
    /// The function panicked, with this message. Its worker is still there.
    Panicked(String),
    /// The argument cannot be serialised, or read again in the worker.
    Argument(String),
    /// The output cannot be serialised, or read again here.
    Output(String),
    /// [`Functions::register`](crate::Functions::register) was not called with this function.
    NotRegistered,
    /// The program's `main` has not called [`Functions::serve_if_worker`](crate::Functions::serve_if_worker).
    NotServed,
    /// A worker process was started, and ended before it came to
    /// [`Functions::serve_if_worker`](crate::Functions::serve_if_worker).
    EndedAtStart(ExitStatus),
    /// A worker process was started, and did not come to
    /// [`Functions::serve_if_worker`](crate::Functions::serve_if_worker) within this time.
    NotReady(Duration),
    /// The call was made in a worker process.
    Nested,
    /// A worker process, or the thread that attends to it, cannot be started.
    Start(io::Error),
    /// The connection with the worker broke, and how the worker ended cannot be told.
    Lost(io::Error),
    /// This platform has no worker processes.
    Unsupported,
}

impl WorkerError {
    pub(super) fn new(function: &'static str, kind: WorkerErrorKind) -> Self {
        Self { function, kind }
    }

    /// What happened.
    #[must_use]
    pub fn kind(&self) -> &WorkerErrorKind {
        &self.kind
    }

    /// The path of the function that was to run.
    #[must_use]
    pub fn function(&self) -> &str {
        self.function
    }

    /// The message of the panic, if the function panicked.
    #[must_use]
    pub fn panic_message(&self) -> Option<&str> {
        match &self.kind {
            WorkerErrorKind::Panicked(message) => Some(message),
            _ => None,
        }
    }
}

impl fmt::Display for WorkerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = self.function;
        match &self.kind {
            WorkerErrorKind::Died(status) => write!(
                f,
                "worker process ended before `{function}` had returned ({status}); look at what it wrote to stderr and at \
                 the system's memory, and call again if the function may run twice: the next call has a worker",
            ),
            WorkerErrorKind::Panicked(message) => {
                write!(f, "`{function}` panicked in a worker process: {message}; its stderr says where")
            }
            WorkerErrorKind::Argument(why) => write!(
                f,
                "argument of `{function}` cannot be handed to a worker process: {why}; make its `Serialize` and \
                 `Deserialize` agree in MessagePack",
            ),
            WorkerErrorKind::Output(why) => write!(
                f,
                "output of `{function}` cannot be handed back by a worker process: {why}; make its `Serialize` and \
                 `Deserialize` agree in MessagePack",
            ),
            WorkerErrorKind::NotRegistered => {
                let name = function.rsplit("::").next().unwrap_or(function);
                write!(
                    f,
                    "`{function}` is not registered for worker processes; add `.register({name})` to the `Functions` on \
                     which `main` calls `serve_if_worker`, with the function itself: closures cannot be registered",
                )
            }
            WorkerErrorKind::NotServed => write!(
                f,
                "`{function}` cannot run in a worker process, because this program does not serve as one; begin `main` with \
                 `checked_async::Functions::new().register(…).serve_if_worker()`, or, where there is no `main`, as in a \
                 `#[test]`, use `WorkerPool::builder().program(…)`",
            ),
            WorkerErrorKind::EndedAtStart(status) => write!(
                f,
                "worker process for `{function}` ended before it was ready ({status}); call `serve_if_worker` first in \
                 `main`, before arguments are parsed",
            ),
            WorkerErrorKind::NotReady(limit) => write!(
                f,
                "worker process for `{function}` was not ready within {limit:?}; call `serve_if_worker` first in `main`, or \
                 raise the limit with `WorkerPool::builder().start_timeout(…)`",
            ),
            WorkerErrorKind::Nested => write!(
                f,
                "`{function}` was to run in a worker process of a worker process; call it directly, or return to the \
                 program that has the workers",
            ),
            WorkerErrorKind::Start(error) => write!(
                f,
                "worker process for `{function}` cannot be started: {error}; check the limits on processes, memory and open \
                 files, and whether the program is still in its place",
            ),
            WorkerErrorKind::Lost(error) => write!(
                f,
                "connection with the worker process of `{function}` broke: {error}; call again if the function may run \
                 twice: the next call has a worker",
            ),
            WorkerErrorKind::Unsupported => write!(
                f,
                "`{function}` cannot run in a worker process, because this platform has none; run it on a thread",
            ),
        }
    }
}

impl std::error::Error for WorkerError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            WorkerErrorKind::Start(error) | WorkerErrorKind::Lost(error) => Some(error),
            _ => None,
        }
    }
}
