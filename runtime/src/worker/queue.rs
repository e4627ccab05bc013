//! The calls of a pool, in the order in which they were made, and who takes them.
//!
//! ```text
//!       submit           next            settled
//!  ───────────▶ WAITING ──────▶ RUNNING ─────────▶
//!                  │               │
//!                  │ cancel        │ cancel: the connection is cut, and with it the worker's life
//!                  ▼               ▼
//! ```
//! Calls are numbered. `stop_before` is the number of the first call that was made after the last shutdown: a worker that was
//! started for an older call is *stale*, takes older calls only, and stops when none waits.
//!
//! Invariants:
//! - where calls wait, each thread has one, or there are as many threads as there may be workers, or one is on its way;
//! - a thread without a worker does not wait: where there is nothing to do, it ends;
//! - no user code (arguments, outputs, wakers) runs under the lock.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::thread;
use std::time::Duration;

use super::attendant;
use super::call::Call;
use super::error::WorkerErrorKind;
use super::process::Connection;

/// What a pool was built with.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// At least one.
    pub(super) max_workers: usize,
    pub(super) start_timeout: Duration,
    /// `None` is this program.
    pub(super) program: Option<PathBuf>,
}

/// The shared part of a pool.
pub(super) struct Queue {
    pub(super) settings: Settings,
    state: Mutex<State>,
    /// A call waits, or workers have become stale.
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The number of the next call.
    next: u64,
    waiting: BTreeMap<u64, Box<dyn Call>>,
    running: BTreeMap<u64, Running>,
    /// The processes there are, by the call for which each was started.
    workers: BTreeSet<u64>,
    /// The threads that take calls.
    threads: usize,
    stop_before: u64,
    /// Who waits for stale workers to stop.
    stopping: Vec<Waker>,
}

/// A call that a thread has taken.
#[derive(Default)]
struct Running {
    /// The connection to its worker, once there is one.
    connection: Option<Connection>,
    /// Nobody wants its outcome.
    cancelled: bool,
}

impl Queue {
    pub(super) fn new(settings: Settings) -> Arc<Self> {
        Arc::new(Self { settings, state: Mutex::default(), changed: Condvar::new() })
    }

    /// Adds a call and returns its number.
    pub(super) fn submit(self: &Arc<Self>, call: Box<dyn Call>) -> u64 {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        state.waiting.insert(number, call);
        drop(state);
        self.changed.notify_one();
        self.staff();
        number
    }

    /// Calls a call back.
    pub(super) fn cancel(&self, number: u64) {
        let mut state = self.lock();
        let waiting = state.waiting.remove(&number);
        if let Some(running) = state.running.get_mut(&number) {
            running.cancelled = true;
            if let Some(connection) = &running.connection {
                connection.cut();
            }
        }
        self.unlock(state);
        drop(waiting);
    }

    /// Makes all workers stale, and returns the number below which calls and workers are to be waited for.
    pub(super) fn stop(&self) -> u64 {
        let mut state = self.lock();
        let before = state.next;
        state.stop_before = before;
        drop(state);
        self.changed.notify_all();
        before
    }

    /// There will be no more calls.
    pub(super) fn close(&self) {
        self.lock().stop_before = u64::MAX;
        self.changed.notify_all();
    }

    /// Is nothing left of the calls with lower numbers, and of their workers? If not, the waker is woken when that changes.
    pub(super) fn is_over(&self, before: u64, waker: &Waker) -> bool {
        let mut state = self.lock();
        let over = !state.is_left_of(before);
        // Wakers are the user's code: one that was replaced is dropped outside.
        let replaced = if over {
            None
        } else if let Some(same) = state.stopping.iter_mut().find(|other| other.will_wake(waker)) {
            Some(std::mem::replace(same, waker.clone()))
        } else {
            state.stopping.push(waker.clone());
            None
        };
        drop(state);
        drop(replaced);
        over
    }

    /// Takes the next call, for a thread whose worker was started for the given one, if it has any. `None` ends the thread.
    pub(super) fn next(&self, worker: Option<u64>) -> Option<(u64, Box<dyn Call>)> {
        let mut state = self.lock();
        loop {
            let stop_before = state.stop_before;
            let stale = worker.is_some_and(|started_for| started_for < stop_before);
            if let Some(first) = state.waiting.first_entry()
                && (!stale || *first.key() < stop_before)
            {
                let (number, call) = first.remove_entry();
                state.running.insert(number, Running::default());
                return Some((number, call));
            }
            if stale || worker.is_none() {
                state.threads -= 1;
                return None;
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Starts a thread if calls wait that no thread is free to take.
    pub(super) fn staff(self: &Arc<Self>) {
        let mut state = self.lock();
        let enough = state.waiting.len() + state.running.len() <= state.threads;
        if enough || state.threads >= self.settings.max_workers {
            return;
        }
        state.threads += 1;
        drop(state);
        let queue = self.clone();
        let thread = thread::Builder::new().name("checked-async worker".into());
        if let Err(error) = thread.spawn(move || attendant::attend(&queue)) {
            self.refuse(&error);
        }
    }

    /// No thread could be started. If there is no other either, nobody would ever take the calls that wait.
    fn refuse(&self, error: &io::Error) {
        let mut state = self.lock();
        state.threads -= 1;
        let waiting = if state.threads == 0 { std::mem::take(&mut state.waiting) } else { BTreeMap::new() };
        self.unlock(state);
        for mut call in waiting.into_values() {
            let error = error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error);
            call.settle(Err(WorkerErrorKind::Start(error)));
            call.publish();
        }
    }

    /// The call goes to a worker, to be cut off when it is cancelled. It is not to go if this is `false`.
    pub(super) fn connect(&self, number: u64, connection: &Connection) -> bool {
        let mut state = self.lock();
        let Some(running) = state.running.get_mut(&number).filter(|running| !running.cancelled) else { return false };
        running.connection = Some(connection.clone());
        true
    }

    /// Was the call cancelled?
    pub(super) fn is_cancelled(&self, number: u64) -> bool {
        self.lock().running.get(&number).is_some_and(|running| running.cancelled)
    }

    /// The call's thread is done with it. Was the connection to its worker cut?
    pub(super) fn end(&self, number: u64) -> bool {
        let mut state = self.lock();
        let running = state.running.remove(&number);
        self.unlock(state);
        running.is_some_and(|running| running.cancelled && running.connection.is_some())
    }

    /// A process is about to be started for a call.
    pub(super) fn worker_starts(&self, number: u64) {
        self.lock().workers.insert(number);
    }

    /// A process has been waited for.
    pub(super) fn worker_ended(&self, number: u64) {
        let mut state = self.lock();
        state.workers.remove(&number);
        self.unlock(state);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that panics runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives the lock back after something has gone, which may be what a shutdown waits for.
    fn unlock(&self, mut state: MutexGuard<'_, State>) {
        let stopping = std::mem::take(&mut state.stopping);
        drop(state);
        for waker in stopping {
            waker.wake();
        }
    }
}

impl State {
    fn is_left_of(&self, before: u64) -> bool {
        let waiting = self.waiting.first_key_value().map(|(number, _)| number);
        let running = self.running.first_key_value().map(|(number, _)| number);
        [waiting, running, self.workers.first()].into_iter().flatten().any(|number| *number < before)
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("Queue")
            .field("settings", &self.settings)
            .field("waiting", &state.waiting.len())
            .field("running", &state.running.len())
            .field("workers", &state.workers.len())
            .finish_non_exhaustive()
    }
}
