//! Blocking code on other threads: [`run_blocking`].
//!
//! Invariant: a loop that closes waits for the closures that it has handed out, up to its time limit, and says which are
//! still running then.

use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use slab::Slab;

use super::core::Core;
use super::remote::Shared;
use crate::report;
use crate::task::JoinError;

/// The closures that a loop has handed to other threads and that are not finished.
#[derive(Default)]
pub(super) struct Closures {
    running: Mutex<Slab<&'static Location<'static>>>,
}

impl Closures {
    fn lock(&self) -> MutexGuard<'_, Slab<&'static Location<'static>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    /// Where they were made.
    pub(super) fn running(&self) -> Vec<&'static Location<'static>> {
        self.lock().iter().map(|(_, created)| *created).collect()
    }
}

/// A closure that is counted, until this is dropped.
struct Counted {
    closures: Arc<Closures>,
    shared: Arc<Shared>,
    key: usize,
}

impl Counted {
    fn new(core: &Core, created: &'static Location<'static>) -> Self {
        let closures = Arc::clone(&core.closures);
        let key = closures.lock().insert(created);
        Counted { closures, shared: Arc::clone(core.shared()), key }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let last = {
            let mut running = self.closures.lock();
            running.remove(self.key);
            running.is_empty()
        };
        if last {
            // A loop that shuts down waits for this.
            self.shared.wake();
        }
    }
}

/// Runs blocking code on a thread pool, and waits for it without blocking the loop.
///
/// The closure is queued at once, also if what is returned is not awaited yet. With the feature `tracing` it runs in the
/// span that is current here. The counterpart of asyncio's `run_in_executor` and `to_thread`; the pool is that of the
/// crate `blocking`, shared by the whole program.
///
/// # Errors
///
/// A [`JoinError`] with the panic, if the closure panicked.
///
/// # Panics
///
/// Where no event loop is running on this thread.
///
/// # Cancel safety
///
/// Dropped before the closure began, it will never run, and is dropped. One that runs cannot be stopped; its output is
/// dropped, and a panic reported as `task_panic`. A loop that shuts down waits for it, within limits.
///
/// # Examples
///
/// ```
/// let sum = checked_async::run(async {
///     checked_async::run_blocking(|| (1..=1000_u64).sum::<u64>()).await
/// });
/// assert_eq!(sum.unwrap(), 500_500);
/// ```
#[track_caller]
pub fn run_blocking<T, C>(closure: C) -> RunBlocking<T>
where
    T: Send + 'static,
    C: FnOnce() -> T + Send + 'static,
{
    let created = Location::caller();
    let counted = Core::with(|core| Counted::new(core, created));
    let waiting = Arc::new(());
    let waits = Arc::downgrade(&waiting);
    #[cfg(feature = "tracing")]
    let span = tracing::Span::current();
    let task = blocking::unblock(move || {
        report::begin_step();
        let result = catch_unwind(AssertUnwindSafe(|| {
            #[cfg(feature = "tracing")]
            let _entered = span.enter();
            closure()
        }));
        let mut output = Output { result: Some(result.map_err(JoinError::panicked)), created };
        if waits.strong_count() == 0 {
            // While a loop that shuts down still waits for it.
            output.drop_unread();
        }
        // It is over when the closure and all it owns are gone.
        drop(counted);
        output
    });
    RunBlocking { task: Cell::new(Some(task)), created, _waiting: waiting }
}

/// The future of [`run_blocking`].
#[must_use = "dropped, it drops the closure unless that has begun; futures do nothing unless you `.await` or poll them"]
pub struct RunBlocking<T> {
    /// `None` once it is finished. In a `Cell` so that this is `Sync` where a reference is of no use.
    task: Cell<Option<Unblocked<T>>>,
    created: &'static Location<'static>,
    /// By this the closure knows, when it has panicked, whether there is anybody to tell.
    _waiting: Arc<()>,
}

/// The pool's future.
type Unblocked<T> = blocking::Task<Output<T>>;

/// What came of a closure. If nobody wants it the pool drops it, where a panic would end the process.
struct Output<T> {
    result: Option<Result<T, JoinError>>,
    created: &'static Location<'static>,
}

impl<T> Output<T> {
    fn drop_unread(&mut self) {
        match self.result.take() {
            Some(Err(error)) => {
                if let Some(panicked) = error.panicked_with() {
                    super::raise(report::closure_panicked(self.created, &panicked));
                }
                error.drop_panic();
            }
            Some(Ok(output)) => report::quietly(|| drop(output)),
            None => {}
        }
    }
}

impl<T> Drop for Output<T> {
    fn drop(&mut self) {
        self.drop_unread();
    }
}

impl<T> Future for RunBlocking<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let task = self.task.get_mut();
        let polled = match task {
            Some(task) => Pin::new(task).poll(cx),
            None => panic!("`RunBlocking` was polled after it had given the closure's output"),
        };
        polled.map(|mut output| {
            *task = None;
            output.result.take().expect("it is taken once")
        })
    }
}

impl<T> fmt::Debug for RunBlocking<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunBlocking").field("created", &format_args!("{}", self.created)).finish_non_exhaustive()
    }
}
