//! Cleanup that was left to a task: it is awaited before the task goes on, and before it is finished.
//!
//! First left, first run: what an inner scope leaves comes before what the outer one does.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::record::{Record, Request};
use super::{join, spawn, unread};
use crate::event_loop::Core;

type Cleanup = Pin<Box<dyn Future<Output = ()>>>;

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

    fn push_front(&self, cleanup: Cleanup) {
        self.cleanups.borrow_mut().push_front(cleanup);
        self.any.set(true);
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
        match catch_unwind(AssertUnwindSafe(|| cleanup.as_mut().poll(cx))) {
            Ok(Poll::Pending) => {
                record.adopted.push_front(cleanup);
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
    }
}

/// Leaves cleanup to the task that is running, or else to a task of its own. Gives it back where there is no loop.
pub(crate) fn adopt<F>(cleanup: F) -> Result<(), F>
where
    F: Future<Output = ()> + 'static,
{
    if let Some(task) = join::running() {
        task.record().adopted.push(Box::pin(cleanup));
        return Ok(());
    }
    match Core::try_with(|core| core.cloned()) {
        Some(core) => {
            drop(spawn::spawn_on(&core, std::panic::Location::caller(), cleanup).named("cleanup"));
            Ok(())
        }
        None => Err(cleanup),
    }
}
