//! Tasks that close the generators they drop, in every build.

use std::future::Future;

use ::tokio::runtime::Handle;

use crate::adopt::{Adopting, Cleanup, Orphans, SendCleanup};

/// The future of a task that may go from thread to thread. Where it is aborted, its cleanup gets a task of its own.
#[inline]
pub(super) fn adopting<F: Future>(future: F) -> Adopting<F, SendCleanup> {
    Adopting::new(future, orphaned)
}

/// The future of a task that stays on its thread. Where it is aborted, nobody can run its cleanup, which is reported: whether its
/// `LocalSet` still takes tasks cannot be asked.
#[inline]
pub(super) fn adopting_local<F: Future>(future: F) -> Adopting<F, Cleanup> {
    Adopting::new(future, drop)
}

fn orphaned(orphans: Orphans<SendCleanup>) {
    // A runtime that shuts down drops it at once, which reports it.
    if let Ok(runtime) = Handle::try_current() {
        drop(runtime.spawn(orphans));
    }
}
