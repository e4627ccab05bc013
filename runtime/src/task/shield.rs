//! Protecting work from the cancellation of whoever waits for it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::JoinError;
use super::join::JoinHandle;
use super::spawn;

/// Starts a task for this future, and waits for it without owning it: if what waits is dropped, the task runs on.
///
/// If it fails after that, its error is reported as never retrieved.
///
/// # Errors
///
/// A [`JoinError`], if the task panicked or was itself cancelled.
///
/// # Panics
///
/// Where no event loop is running on this thread.
///
/// # Cancel safety
///
/// Dropped, it detaches the task. A loop that ends cancels it all the same.
#[track_caller]
pub fn shield<F>(future: F) -> Shield<F::Output>
where
    F: Future + 'static,
{
    Shield { handle: spawn::spawn(future) }
}

/// The future of [`shield`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Shield<T> {
    handle: JoinHandle<T>,
}

impl<T> Shield<T> {
    /// The shielded task.
    pub fn handle(&self) -> &JoinHandle<T> {
        &self.handle
    }
}

impl<T: 'static> Future for Shield<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.handle).poll(cx)
    }
}

impl<T> fmt::Debug for Shield<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shield").field(&self.handle).finish()
    }
}
