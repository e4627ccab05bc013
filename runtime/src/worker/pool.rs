//! Pools of worker processes, as their users see them.

use std::future::Future;
use std::num::NonZero;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use super::call::RunInProcess;
use super::functions;
use super::queue::{Queue, Settings};

/// Worker processes that run functions, and the queue of calls for them.
///
/// Workers are started as calls come, up to a limit, and used again. Calls that have to wait are run in the order in which
/// they were made. [`run_in_process`](crate::run_in_process) uses a pool that there always is, with one worker for each
/// processor.
///
/// It is the counterpart of Python's `ProcessPoolExecutor`. A clone is the same pool. When the last one is dropped, the
/// calls that were made are still run, and the workers stop after them.
///
/// # Examples
///
/// ```standalone_crate
/// use checked_async::{Functions, WorkerPool};
///
/// fn shout(text: String) -> String {
///     text.to_uppercase()
/// }
///
/// fn main() {
///     Functions::new().register(shout).serve_if_worker();
/// #   if !cfg!(unix) { return; }
///     let pool = WorkerPool::builder().max_workers(2).build();
///     futures_executor::block_on(async {
///         let (one, two) = (pool.run(shout, "one".to_owned()), pool.run(shout, "two".to_owned()));
///         assert_eq!(one.await.unwrap(), "ONE");
///         assert_eq!(two.await.unwrap(), "TWO");
///         pool.shutdown().await;
///     });
/// }
/// ```
#[derive(Clone, Debug)]
pub struct WorkerPool(Arc<Handle>);

/// What all clones share, and threads do not.
#[derive(Debug)]
struct Handle(Arc<Queue>);

impl WorkerPool {
    /// A pool with one worker for each processor.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// A pool with settings of its own.
    pub fn builder() -> WorkerPoolBuilder {
        let max_workers = thread::available_parallelism().map_or(1, NonZero::get);
        WorkerPoolBuilder(Settings { max_workers, start_timeout: Duration::from_secs(30), program: None })
    }

    /// Runs a function in one of the pool's worker processes.
    ///
    /// All that [`run_in_process`](crate::run_in_process) says holds here.
    pub fn run<F, A, T>(&self, function: F, argument: A) -> RunInProcess<T>
    where
        F: Fn(A) -> T + Copy + 'static,
        A: Serialize + DeserializeOwned + Send + 'static,
        T: Serialize + DeserializeOwned + Send + 'static,
    {
        let name = functions::name_of(function);
        let queue = &self.0.0;
        let checked = match queue.settings.program {
            None => functions::check(name),
            // What another program has registered only its workers know.
            Some(_) => functions::may_have_workers(),
        };
        match checked {
            Ok(()) => RunInProcess::queued(queue, name, argument),
            Err(kind) => RunInProcess::refused(name, kind),
        }
    }

    /// Stops the workers: those that are idle now, the others after the calls that were made until now.
    ///
    /// The future only waits for it, until all their processes have ended. The pool stays usable: later calls have new
    /// workers.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the workers stop all the same.
    pub fn shutdown(&self) -> ShutdownWorkers {
        let queue = self.0.0.clone();
        ShutdownWorkers { before: queue.stop(), queue }
    }
}

impl Default for WorkerPool {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The pool of `run_in_process`.
pub(super) fn default_pool() -> &'static WorkerPool {
    static POOL: OnceLock<WorkerPool> = OnceLock::new();
    POOL.get_or_init(WorkerPool::new)
}

/// Settings for a [`WorkerPool`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct WorkerPoolBuilder(Settings);

impl WorkerPoolBuilder {
    /// How many workers there may be at once. It is the number of processors that are available, if not said otherwise.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[track_caller]
    pub fn max_workers(mut self, workers: usize) -> Self {
        assert!(workers > 0, "a pool without workers would never run a call: allow at least one");
        self.0.max_workers = workers;
        self
    }

    /// How long a new process may take to become a worker. It is 30 seconds, if not said otherwise.
    pub fn start_timeout(mut self, limit: Duration) -> Self {
        // A socket knows no limit of nothing.
        self.0.start_timeout = limit.max(Duration::from_millis(1));
        self
    }

    /// Has another program be the worker, which registers the functions that are called.
    ///
    /// This is for where `main` is not one's own, as in a `#[test]`: in integration tests, cargo says where the package's
    /// own programs are.
    ///
    /// ```ignore
    /// let pool = WorkerPool::builder().program(env!("CARGO_BIN_EXE_server")).build();
    /// assert_eq!(pool.run(server::count_primes, 100).await?, 25);
    /// ```
    ///
    /// Both programs must be built with the same version of this crate, and from the same crates that have the functions.
    pub fn program(mut self, program: impl Into<PathBuf>) -> Self {
        self.0.program = Some(program.into());
        self
    }

    /// The pool. No process is started before the first call.
    #[must_use]
    pub fn build(self) -> WorkerPool {
        WorkerPool(Arc::new(Handle(Queue::new(self.0))))
    }
}

/// The future of [`shutdown_workers`](crate::shutdown_workers) and [`WorkerPool::shutdown`].
#[must_use = "workers have stopped when this is ready; `.await` it"]
#[derive(Debug)]
pub struct ShutdownWorkers {
    queue: Arc<Queue>,
    before: u64,
}

impl Future for ShutdownWorkers {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.queue.is_over(self.before, cx.waker()) { Poll::Ready(()) } else { Poll::Pending }
    }
}
