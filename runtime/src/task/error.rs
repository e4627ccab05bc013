//! Why a task has no output.

use std::any::Any;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

use crate::report::{self, Caught, Panicked, Place};

/// Why a task, or a closure on another thread, has no output: it panicked, or was cancelled.
pub struct JoinError {
    /// What it panicked with; `None` if it was cancelled. In a mutex only to be `Sync`, in a box to be small.
    panic: Option<Box<Mutex<Caught>>>,
}

impl JoinError {
    pub(crate) fn cancelled() -> Self {
        JoinError { panic: None }
    }

    /// Of a panic that was caught just now on this thread.
    pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Self {
        JoinError { panic: Some(Box::new(Mutex::new(Caught::new(panic)))) }
    }

    /// Whether it was cancelled.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.panic.is_none()
    }

    /// Whether it panicked.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        self.panic.is_some()
    }

    /// What it panicked with, to be passed to [`std::panic::resume_unwind`].
    ///
    /// # Errors
    ///
    /// The error itself, if it was cancelled.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send>, JoinError> {
        match self.panic {
            Some(panic) => Ok(panic.into_inner().unwrap_or_else(PoisonError::into_inner).into_payload()),
            None => Err(self),
        }
    }

    /// What it panicked with, to be passed to [`std::panic::resume_unwind`].
    ///
    /// # Panics
    ///
    /// If it was cancelled.
    #[must_use]
    pub fn into_panic(self) -> Box<dyn Any + Send> {
        self.try_into_panic().expect("the task panicked")
    }

    /// Where the panic began, in the source.
    ///
    /// It is known where the checks of the loop are on and the program has not replaced the panic hook that is set for this, see
    /// [`Violation::panicked_at`](crate::Violation::panicked_at); not of a panic that was begun by
    /// [`resume_unwind`](std::panic::resume_unwind), and not if it was cancelled. It is for people, as `Debug` shows it too.
    #[must_use]
    pub fn panicked_at(&self) -> Option<Place> {
        self.with(|panic| panic.place().cloned())?
    }

    /// What the panic said.
    fn panic_message(&self) -> Option<String> {
        self.with(|panic| panic.said().to_owned())
    }

    /// What is to be reported of the panic.
    pub(crate) fn panicked_with(&self) -> Option<Panicked> {
        self.with(Caught::panicked)
    }

    /// Drops what it panicked with, which may panic.
    pub(crate) fn drop_panic(self) {
        if let Ok(panic) = self.try_into_panic() {
            report::drop_panic(panic);
        }
    }

    /// No code of the user's runs in `look`.
    fn with<R>(&self, look: impl FnOnce(&Caught) -> R) -> Option<R> {
        Some(look(&self.panic.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(message) = self.panic_message() else { return f.write_str("JoinError::Cancelled") };
        let mut shown = f.debug_tuple("JoinError::Panic");
        shown.field(&message);
        if let Some(place) = self.panicked_at() {
            shown.field(&format_args!("{place}"));
        }
        shown.finish()
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.panic_message() {
            Some(message) => write!(f, "the task panicked: {message}"),
            None => f.write_str("the task was cancelled"),
        }
    }
}

impl std::error::Error for JoinError {}

/// For `run_blocking(|| fs::read(path)).await??`, as tokio has it: an error of the kind [`Other`](io::ErrorKind::Other).
impl From<JoinError> for io::Error {
    fn from(error: JoinError) -> Self {
        io::Error::other(error)
    }
}
