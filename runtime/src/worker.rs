//! Functions run in worker processes: the counterpart of asyncio's `run_in_executor` with a `ProcessPoolExecutor`.
//!
//! ```text
//! the program                                             a worker: the program, started once more
//!
//! RunInProcess ◀─answer─ attendant (thread) ◀─process───▶ serve ──▶ Functions
//!   │ submit, cancel         ▲                  (socket)
//!   └──────▶ queue ──────────┘
//! ```
//! - `functions` knows which functions there are, by name, in the program and in the worker alike;
//! - `call` and `answer` are one call, from its future to its outcome;
//! - `queue` is the pool's state, `pool` its face, `attendant` the thread beside each worker;
//! - `process` is the worker's process and its life, `message` what they say to each other.
//!
//! Nothing here needs the event loop: a future is woken by a thread, and works on any executor.

mod answer;
mod attendant;
mod call;
mod error;
mod functions;
mod message;
mod pool;
mod queue;

#[cfg_attr(not(unix), path = "worker/nowhere.rs")]
mod process;

pub use call::RunInProcess;
pub use error::{WorkerError, WorkerErrorKind};
pub use functions::Functions;
pub use pool::{ShutdownWorkers, WorkerPool, WorkerPoolBuilder};

use serde::{Serialize, de::DeserializeOwned};

/// Runs a function in a worker process, so that what it computes, blocks or breaks holds up nothing here.
///
/// The function is one that `main` has registered with [`Functions`]; the argument and the output go through serde, in
/// MessagePack. Large `Vec<u8>`s are faster as `serde_bytes::ByteBuf`. The call is on its way at once, not when the future is
/// first polled: two calls in a row run side by side. There are as many workers as processors, and further calls wait,
/// first come, first served; a [`WorkerPool`] has other settings. [`shutdown_workers`] stops them.
///
/// Prefer a thread for what just takes long. A process is for what may crash, leak or be killed, for libraries that allow
/// one user in a process, and for what has to stop when nobody waits for it any more: no thread can be stopped.
///
/// This works on every executor, on Unix.
///
/// # Errors
///
/// A [`WorkerError`], whose message says what to do: the worker died, the function panicked, what goes in or out cannot be
/// serialised, the function is not registered, `main` does not serve, the call is made in a worker, or no process can
/// be started. The next call has a worker again, whatever the last one met with.
///
/// # Panics
///
/// The future panics if it is polled after it was ready.
///
/// # Cancel safety
///
/// Dropping the future takes a call that waits out of the queue, and kills the worker of one that runs, together with the
/// subprocesses in its process group. The function gets no chance to clean up. Files that it writes should therefore be
/// renamed into place at their end.
///
/// # Examples
///
/// ```standalone_crate
/// use checked_async::{Functions, run_in_process};
///
/// fn count_primes(below: u64) -> u64 {
///     (2..below).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).count() as u64
/// }
///
/// fn main() {
///     // First of all: in a worker process, this does not return.
///     Functions::new().register(count_primes).serve_if_worker();
/// #   if !cfg!(unix) { return; }
///     futures_executor::block_on(async {
///         let few = run_in_process(count_primes, 100);
///         let many = run_in_process(count_primes, 10_000);
///         assert_eq!(few.await.unwrap(), 25);
///         assert_eq!(many.await.unwrap(), 1229);
///     });
/// }
/// ```
///
/// # Origin
///
/// "Running Blocking Code" and "Concurrency and Multithreading" in [Developing with asyncio]. There, too, the function must
/// be one that the other process finds by its name, and the call is on its way at once. Cancelling differs: Python lets
/// the function run on.
///
/// [Developing with asyncio]: https://docs.python.org/3/library/asyncio-dev.html
pub fn run_in_process<F, A, T>(function: F, argument: A) -> RunInProcess<T>
where
    F: Fn(A) -> T + Copy + 'static,
    A: Serialize + DeserializeOwned + Send + 'static,
    T: Serialize + DeserializeOwned + Send + 'static,
{
    pool::default_pool().run(function, argument)
}

/// Stops the workers of [`run_in_process`]: those that are idle now, the others after the calls that were made until now.
///
/// The future only waits for it, until all their processes have ended. Later calls have new workers.
///
/// It is not needed at the end of a program, with which its workers end.
///
/// # Cancel safety
///
/// If the future is dropped, the workers stop all the same.
///
/// # Origin
///
/// `ProcessPoolExecutor.shutdown(wait=True)`.
pub fn shutdown_workers() -> ShutdownWorkers {
    pool::default_pool().shutdown()
}
