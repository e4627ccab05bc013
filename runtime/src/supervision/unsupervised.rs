//! A task in a build without checks: nothing but tokio's.

use std::borrow::Cow;
use std::future::Future;
use std::task::{Context, Poll};

use ::tokio::task::{AbortHandle, Id, JoinError, JoinSet};

use crate::tree::TaskTree;

/// Nothing.
#[derive(Debug)]
pub struct Task;

impl Task {
    #[inline(always)]
    pub fn set_name(&self, name: impl Into<Cow<'static, str>>) {
        drop(name);
    }

    #[inline(always)]
    pub fn set_id(&self, _id: Id) {}

    #[inline(always)]
    pub fn aborted(&self) {}

    #[inline(always)]
    pub fn may_be_aborted(&self) {}

    #[inline(always)]
    pub fn retrieved(&self) {}

    #[inline(always)]
    pub fn awaited(&self) {}
}

/// No task is known.
pub fn tree() -> TaskTree {
    TaskTree::new(Vec::new())
}

/// Returns the future itself.
#[inline(always)]
pub fn future<F: Future>(future: F) -> (F, Task) {
    (future, Task)
}

/// Returns the future itself.
#[inline(always)]
pub fn local_future<F: Future>(future: F) -> (F, Task) {
    (future, Task)
}

/// Returns the closure itself.
#[inline(always)]
pub fn closure<F, R>(function: F) -> (F, Task)
where
    F: FnOnce() -> R,
{
    (function, Task)
}

/// Nothing.
#[derive(Default, Debug)]
pub struct Tasks;

impl Tasks {
    #[inline(always)]
    pub fn insert(&mut self, _task: Task, _handle: &AbortHandle) {}

    #[inline(always)]
    pub fn poll_next<T: 'static>(
        &mut self,
        set: &mut JoinSet<T>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<T, JoinError>>> {
        set.poll_join_next(cx)
    }

    #[inline(always)]
    pub fn poll_next_with_id<T: 'static>(
        &mut self,
        set: &mut JoinSet<T>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<(Id, T), JoinError>>> {
        set.poll_join_next_with_id(cx)
    }

    #[inline(always)]
    pub fn try_next<T: 'static>(&mut self, set: &mut JoinSet<T>) -> Option<Result<T, JoinError>> {
        set.try_join_next()
    }

    #[inline(always)]
    pub fn try_next_with_id<T: 'static>(&mut self, set: &mut JoinSet<T>) -> Option<Result<(Id, T), JoinError>> {
        set.try_join_next_with_id()
    }

    #[inline(always)]
    pub fn aborted(&self) {}

    #[inline(always)]
    pub fn clear(&mut self) {}
}
