//! What is done where a thread's alarm is raised: each poll of a checked future that begins or ends is seen.
//!
//! The [`watch`](crate::watch) raises it now and then, for `slow_poll`. Checks that have to see all of a poll keep it
//! raised on their own thread.

use crate::check::stalled_future::{self, Report};
use crate::check::{slow_poll, waits};
use crate::future::Head;
use crate::raw;

/// Whether the thread's alarm has to stay raised.
pub(super) fn is_needed() -> bool {
    waits::is_following() || stalled_future::needs_alarm()
}

fn keep() {
    if is_needed() {
        raw::keep_alarm();
    }
}

/// Called before a poll begins.
#[cold]
pub(crate) fn entering() {
    slow_poll::entering();
    waits::entering();
    keep();
}

/// What a poll has shown.
pub(crate) struct Found {
    slow: Option<slow_poll::Slow>,
    stalled: Option<Report>,
}

/// Called when the innermost poll ends. The future is still on the stack.
#[cold]
pub(crate) fn leaving(head: &Head, pending: bool) -> Found {
    let slow = slow_poll::leaving(head);
    waits::leaving(head, pending);
    let stalled = stalled_future::leaving(head, pending);
    keep();
    Found { slow, stalled }
}

impl Found {
    /// Reports it. The future is no longer on the stack.
    pub(crate) fn report(self, head: &Head) {
        if let Some(slow) = self.slow {
            slow.report(head.function());
        }
        if let Some(stalled) = self.stalled {
            stalled.report();
        }
    }
}
