//! Collecting the reports of all threads that work for one test, so that tests that run side by side do not get each other's.
//!
//! A collector is entered by each thread that a test's runtime starts, and by each supervised task while it runs, wherever
//! that is. Threads that the test starts by other means have none.
//!
//! Invariant: a collector that is closed takes nothing any more, so that what comes too late is shown.

use std::cell::RefCell;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Violation;
use crate::check::Kind;

thread_local! {
    /// Who collects the reports of this thread.
    static CURRENT: RefCell<Option<Collector>> = const { RefCell::new(None) };
}

/// Where reports are collected.
#[derive(Clone, Debug)]
pub(crate) struct Collector {
    collected: Arc<Mutex<Option<Vec<Violation>>>>,
    /// What is no fault here, so that the code goes on after it whatever its level.
    expected: &'static [Kind],
}

#[cfg_attr(not(feature = "tokio"), allow(dead_code, reason = "only tasks of tokio change threads"))]
impl Collector {
    pub(crate) fn new(expected: &'static [Kind]) -> Self {
        Collector { collected: Arc::new(Mutex::new(Some(Vec::new()))), expected }
    }

    /// Who collects the reports of this thread.
    #[cfg(feature = "tokio")]
    pub(crate) fn current() -> Option<Self> {
        CURRENT.try_with(|current| current.borrow().clone()).ok().flatten()
    }

    /// Collects the reports of this thread from now on, until what this returns is dropped.
    pub(crate) fn enter(&self) -> Entered {
        let before = CURRENT.try_with(|current| current.replace(Some(self.clone()))).ok().flatten();
        Entered(before)
    }

    /// Ends the collecting, and returns what was collected.
    pub(crate) fn close(&self) -> Vec<Violation> {
        self.lock().take().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Vec<Violation>>> {
        self.collected.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends a [`Collector::enter`].
pub(crate) struct Entered(Option<Collector>);

impl Drop for Entered {
    fn drop(&mut self) {
        let before = self.0.take();
        let _ = CURRENT.try_with(|current| current.replace(before));
    }
}

/// Whether the reports of this thread are collected.
pub(super) fn is_present() -> bool {
    CURRENT.try_with(|current| current.borrow().is_some()).unwrap_or(false)
}

/// Whether there is a collector that is not closed and expects reports of this kind.
pub(super) fn expects(kind: Kind) -> bool {
    let expects = |current: &RefCell<Option<Collector>>| match &*current.borrow() {
        Some(collector) => collector.expected.contains(&kind) && collector.lock().is_some(),
        None => false,
    };
    CURRENT.try_with(expects).unwrap_or(false)
}

/// Gives a report to the thread's collector, and back if there is none.
pub(super) fn offer(violation: Violation) -> Option<Violation> {
    let Some(collector) = CURRENT.try_with(|current| current.borrow().clone()).ok().flatten() else {
        return Some(violation);
    };
    let mut collected = collector.lock();
    match &mut *collected {
        Some(collected) => {
            collected.push(violation);
            None
        }
        None => Some(violation),
    }
}
