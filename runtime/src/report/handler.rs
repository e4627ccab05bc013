//! The program's own handler of reports.

use std::sync::{Arc, PoisonError, RwLock};

use super::Violation;

type Handler = dyn Fn(&Violation) + Send + Sync;

static HANDLER: RwLock<Option<Arc<Handler>>> = RwLock::new(None);

/// Sets who gets the reports instead of stderr, for the whole program.
///
/// The handler runs on the thread that has found the fault, often in the middle of a drop. What is reported while it
/// runs goes to stderr. If it panics, both the report and the panic are printed and the program goes on. A report at
/// level [`Panic`](crate::Level::Panic) panics after the handler has seen it.
///
/// With the feature `tracing` a report is an event as well. Where a subscriber prints those, one handler that does nothing,
/// `set_exception_handler(|_| {})`, keeps them from being printed twice.
///
/// Modelled on asyncio's `loop.set_exception_handler`.
///
/// # Examples
///
/// ```
/// use checked_async::{reset_exception_handler, set_exception_handler};
///
/// set_exception_handler(|violation| println!("{}: {}", violation.kind, violation.message));
/// reset_exception_handler();
/// ```
pub fn set_exception_handler(handler: impl Fn(&Violation) + Send + Sync + 'static) {
    replace(Some(Arc::new(handler)));
}

/// Goes back to stderr.
pub fn reset_exception_handler() {
    replace(None);
}

fn replace(handler: Option<Arc<Handler>>) {
    let old = std::mem::replace(&mut *HANDLER.write().unwrap_or_else(PoisonError::into_inner), handler);
    // Outside of the lock: it may own anything.
    drop(old);
}

/// The handler in force.
pub(super) fn current() -> Option<Arc<Handler>> {
    HANDLER.read().unwrap_or_else(PoisonError::into_inner).clone()
}
