//! The way of one call's outcome, from the thread that attends to a worker to the future that is awaited.
//!
//! ```text
//!              Answer::give                 poll
//! WAITING ───────────────────────▶ GIVEN ─────────▶ TAKEN
//! ```
//! Invariants: an [`Answer`] that is dropped has been given, if only as an error; wakers and outputs are never touched
//! under the lock.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::error::{WorkerError, WorkerErrorKind};

/// The receiving side.
#[derive(Debug)]
pub(super) struct Outcome<T>(Arc<Mutex<State<T>>>);

/// The sending side.
#[derive(Debug)]
pub(super) struct Answer<T> {
    function: &'static str,
    state: Arc<Mutex<State<T>>>,
}

#[derive(Debug)]
enum State<T> {
    Waiting(Option<Waker>),
    Given(Result<T, WorkerError>),
    Taken,
}

/// Both sides, for one call.
pub(super) fn answer<T>(function: &'static str) -> (Answer<T>, Outcome<T>) {
    let state = Arc::new(Mutex::new(State::Waiting(None)));
    (Answer { function, state: state.clone() }, Outcome(state))
}

impl<T> Answer<T> {
    pub(super) fn give(self, outcome: Result<T, WorkerErrorKind>) {
        self.put(outcome);
    }

    fn put(&self, outcome: Result<T, WorkerErrorKind>) {
        let outcome = outcome.map_err(|kind| WorkerError::new(self.function, kind));
        let mut state = lock(&self.state);
        if let State::Waiting(waker) = &mut *state {
            let waker = waker.take();
            *state = State::Given(outcome);
            drop(state);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
    }
}

/// Only a panic of an argument or an output gets here without an outcome.
impl<T> Drop for Answer<T> {
    fn drop(&mut self) {
        self.put(Err(WorkerErrorKind::Lost(io::Error::other("the call's argument or output panicked"))));
    }
}

impl<T> Outcome<T> {
    /// # Panics
    ///
    /// If it has been ready before.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<Result<T, WorkerError>> {
        let mut state = lock(&self.0);
        if let State::Waiting(waker) = &mut *state {
            let replaced = match waker {
                Some(waker) if waker.will_wake(cx.waker()) => None,
                waker => waker.replace(cx.waker().clone()),
            };
            drop(state);
            drop(replaced);
            return Poll::Pending;
        }
        let taken = std::mem::replace(&mut *state, State::Taken);
        drop(state);
        match taken {
            State::Given(outcome) => Poll::Ready(outcome),
            _ => panic!("future was polled after completion: `run_in_process`"),
        }
    }
}

/// Nothing that panics runs under the lock.
fn lock<T>(state: &Mutex<State<T>>) -> MutexGuard<'_, State<T>> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
