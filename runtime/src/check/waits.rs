//! What a task waits for: the frames of the last future that was pending in a poll, innermost first.
//!
//! Only for polls of which that is asked: while one is [followed](Follow), the thread's alarm stays raised, so that each poll
//! of a checked future in it is seen to begin and to end. A frame that is pending is the innermost one unless the last thing
//! seen before was that one right above it was.

use std::cell::{Cell, RefCell};

use crate::future::Head;
use crate::raw;
use crate::report::{self, TraceFrame};

thread_local! {
    /// How many polls under way are followed.
    static FOLLOWED: Cell<u32> = const { Cell::new(0) };
    /// The address of the head to which the last event passes a `Pending` on.
    static PASSED_TO: Cell<usize> = const { Cell::new(0) };
    static FRAMES: RefCell<Vec<TraceFrame>> = const { RefCell::new(Vec::new()) };
}

/// Whether this thread has to tell of each poll that begins or ends.
pub(super) fn is_following() -> bool {
    FOLLOWED.get() != 0
}

/// Called before a poll begins, if the alarm is raised.
pub(super) fn entering() {
    PASSED_TO.set(0);
}

/// Called when the innermost poll ends, if the alarm is raised. The future is still on the stack.
pub(super) fn leaving(head: &Head, pending: bool) {
    let is_leaf = PASSED_TO.get() != head.address();
    PASSED_TO.set(if pending { head.below().addr() } else { 0 });
    if pending && is_leaf && is_following() {
        // What a task awaits itself is not known.
        let frames = if head.function().is_task() { Vec::new() } else { report::backtrace() };
        // A thread that is ending has none.
        let _ = FRAMES.try_with(|all| all.replace(frames));
    }
}

/// Has the thread follow what is polled, until it is dropped.
pub(super) struct Follow(());

impl Follow {
    pub(super) fn begin() -> Self {
        FOLLOWED.set(FOLLOWED.get() + 1);
        let _ = FRAMES.try_with(RefCell::take);
        raw::keep_alarm();
        Follow(())
    }

    /// What was pending last.
    pub(super) fn frames(&self) -> Vec<TraceFrame> {
        FRAMES.try_with(|frames| frames.borrow().clone()).unwrap_or_default()
    }
}

impl Drop for Follow {
    fn drop(&mut self) {
        FOLLOWED.set(FOLLOWED.get() - 1);
    }
}
