//! Why a task has no output.

use std::any::Any;
use std::fmt;
use std::io;
use std::sync::{Mutex, PoisonError};

/// Why a task, or a closure on another thread, has no output: it panicked, or was cancelled.
pub struct JoinError {
    /// What it panicked with; `None` if it was cancelled. In a mutex only to be `Sync`, in a box to be small.
    panic: Option<Box<Mutex<Panic>>>,
}

type Panic = Box<dyn Any + Send>;

impl JoinError {
    pub(crate) fn cancelled() -> Self {
        JoinError { panic: None }
    }

    pub(crate) fn panicked(panic: Box<dyn Any + Send>) -> Self {
        JoinError { panic: Some(Box::new(Mutex::new(panic))) }
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
            Some(panic) => Ok(panic.into_inner().unwrap_or_else(PoisonError::into_inner)),
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

    /// What the panic said.
    pub(crate) fn panic_message(&self) -> Option<String> {
        let panic = self.panic.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        Some(crate::report::said(&**panic).to_owned())
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.panic_message() {
            Some(message) => f.debug_tuple("JoinError::Panic").field(&message).finish(),
            None => f.write_str("JoinError::Cancelled"),
        }
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
