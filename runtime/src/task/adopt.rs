//! Cleanup that was left to a task: it is awaited before the task goes on, and before it is finished.
//!
//! First left, first run: what an inner scope leaves comes before what the outer one does, and what a cleanup leaves before
//! that cleanup goes on.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Poll};

use super::record::{Record, Request};
use super::{join, spawn, unread};
use crate::adopt::Cleanup;
use crate::event_loop::Core;

/// The cleanup that was left to a task.
#[derive(Default)]
pub(crate) struct Adopted {
    /// Saves the borrow where there is none.
    any: Cell<bool>,
    cleanups: RefCell<VecDeque<Cleanup>>,
}

impl Adopted {
    /// Whether there is any.
    #[inline]
    pub(super) fn any(&self) -> bool {
        self.any.get()
    }

    fn push(&self, cleanup: Cleanup) {
        self.cleanups.borrow_mut().push_back(cleanup);
        self.any.set(true);
    }

    fn len(&self) -> usize {
        self.cleanups.borrow().len()
    }

    /// Puts what is behind the first `before` in front of them, and a cleanup that is not finished between the two. Whether
    /// there was anything.
    fn put_in_front(&self, before: usize, cleanup: Option<Cleanup>) -> bool {
        let mut cleanups = self.cleanups.borrow_mut();
        let left = cleanups.split_off(before);
        let any = !left.is_empty();
        for cleanup in cleanup.into_iter().chain(left.into_iter().rev()) {
            cleanups.push_front(cleanup);
        }
        self.any.set(!cleanups.is_empty());
        any
    }

    fn pop(&self) -> Option<Cleanup> {
        let mut cleanups = self.cleanups.borrow_mut();
        let cleanup = cleanups.pop_front();
        self.any.set(!cleanups.is_empty());
        cleanup
    }

    /// Drops all, one by one: each drop may leave more.
    pub(super) fn clear(&self) {
        while let Some(cleanup) = self.pop() {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(cleanup))) {
                crate::report::drop_panic(panic);
            }
        }
    }
}

/// Runs the cleanup that was left to a task; a panic in it is reported, and the rest goes on.
#[cold]
pub(super) fn poll(record: &Record, cx: &mut Context<'_>) -> Poll<()> {
    loop {
        if record.request.get() == Request::Force {
            record.adopted.clear();
        }
        let Some(mut cleanup) = record.adopted.pop() else { return Poll::Ready(()) };
        let before = record.adopted.len();
        match catch_unwind(AssertUnwindSafe(|| cleanup.as_mut().poll(cx))) {
            Ok(Poll::Pending) => {
                if record.adopted.put_in_front(before, Some(cleanup)) {
                    continue;
                }
                return Poll::Pending;
            }
            Ok(Poll::Ready(())) => {}
            Err(panic) => {
                let error = super::JoinError::panicked(panic);
                unread::dropped::<()>(Some(&record.name()), record.created, Err(error));
            }
        }
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(cleanup))) {
            crate::report::drop_panic(panic);
        }
        record.adopted.put_in_front(before, None);
    }
}

/// Whether there is a loop on this thread that can be left cleanup.
pub(crate) fn can_adopt() -> bool {
    Core::try_with(|core| core.is_some_and(|core| !core.is_closed()))
}

/// Leaves cleanup to the task that is running, or else to a task of its own. Gives it back where there is no loop.
pub(crate) fn adopt(cleanup: Cleanup) -> Result<(), Cleanup> {
    if let Some(task) = join::running() {
        task.record().adopted.push(cleanup);
        return Ok(());
    }
    let Some(core) = Core::try_with(|core| core.cloned()) else { return Err(cleanup) };
    let leave = Leave(Some(cleanup));
    drop(spawn::spawn_on(&core, std::panic::Location::caller(), async move { drop(leave) }).named("cleanup"));
    Ok(())
}

/// Leaves cleanup to the task that drops it, be it because it is cancelled: to cancel a task is not to give up what it has
/// adopted.
struct Leave(Option<Cleanup>);

impl Drop for Leave {
    fn drop(&mut self) {
        if let Some(cleanup) = self.0.take()
            && let Some(task) = join::running()
        {
            task.record().adopted.push(cleanup);
        }
    }
}
