//! What the watch sees of the threads that poll.
//!
//! Invariant: what is in `WATCHED` belongs to a thread that has not ended.

use std::ptr::NonNull;
use std::sync::atomic::{Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

use super::stack::{ALARM, BOTTOM, Shared, THREAD, asks, without_alarm};

/// A thread, as the watch sees it.
pub(crate) struct Watched<'a>(&'a Shared);

impl Watched<'_> {
    /// Whether it is polling a future.
    pub(crate) fn is_polling(&self) -> bool {
        without_alarm(self.0.top.load(SeqCst)) != BOTTOM
    }

    /// Raises its alarm; whether it was not raised yet.
    pub(crate) fn raise_alarm(&self, now: u64) -> bool {
        if asks(0, self.0.top.load(SeqCst)) {
            return false;
        }
        self.0.raised.store(now, Relaxed);
        let raised = self.0.top.fetch_update(SeqCst, Relaxed, |top| Some(top.map_addr(|address| address | ALARM)));
        raised.is_ok()
    }
}

/// The threads that the watch sees.
static WATCHED: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

struct Entry(NonNull<Shared>);

// SAFETY: all that it points to is atomic.
unsafe impl Send for Entry {}

/// Has this thread in `WATCHED` as long as it exists.
struct Registration(NonNull<Shared>);

impl Registration {
    fn new() -> Self {
        let shared = THREAD.with(|thread| NonNull::from(&thread.shared));
        WATCHED.lock().unwrap_or_else(PoisonError::into_inner).push(Entry(shared));
        Registration(shared)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        WATCHED.lock().unwrap_or_else(PoisonError::into_inner).retain(|entry| entry.0 != self.0);
    }
}

/// Whether a thread-local that needs no destructor stays where it is until the thread has ended, after all destructors:
/// so it is where the system knows thread-locals, and not where the standard library makes them of keys.
const STAYS: bool =
    cfg!(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple", all(windows, target_env = "msvc")))
        && !cfg!(miri);

/// Makes this thread known to the watch, until it ends; whether that is possible.
pub(crate) fn register() -> bool {
    thread_local! {
        static REGISTRATION: Registration = Registration::new();
    }
    STAYS && REGISTRATION.try_with(|_| ()).is_ok()
}

/// Calls `visit` with each thread that is registered.
pub(crate) fn for_each_thread(mut visit: impl FnMut(Watched<'_>)) {
    for entry in &*WATCHED.lock().unwrap_or_else(PoisonError::into_inner) {
        // SAFETY: an entry is of a thread that has not ended: its registration, which is in a thread-local of the same
        // thread and nowhere else, takes it out before, and cannot while the lock is held. Until then it stays where it is.
        visit(Watched(unsafe { entry.0.as_ref() }));
    }
}
