//! The future of a task as its loop polls it: keeps the record, catches panics, cancels, runs the cleanup left to it.
//!
//! Invariants:
//! - a panic of the future, in its poll or in its drop, ends the task and nothing else;
//! - when it is ready, the future is dropped, its cleanup has run, and the task is not among the loop's any more;
//! - dropped before that, it takes the task from the loop's in the same way.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use super::record::{self, Phase, Record, Request, Task};
use super::{JoinError, adopt};
use crate::check::slow_poll;
use crate::{event_loop, places, report, timeline, trace};

pin_project! {
    /// A supervised future.
    pub(crate) struct Supervised<F: Future> {
        task: Rc<dyn Task>,
        #[pin]
        future: Option<F>,
        // What came of the future, while cleanup has to be run.
        outcome: Option<Result<F::Output, JoinError>>,
    }

    impl<F: Future> PinnedDrop for Supervised<F> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let record = this.task.record();
            if !record.is_finished() {
                let _current = Current::set(this.task);
                ignore_panic(drop_future(this.future));
                record.adopted.clear();
                record::finish(record);
            }
        }
    }
}

impl<F: Future> Supervised<F> {
    #[inline]
    pub(crate) fn new(task: Rc<dyn Task>, future: F) -> Self {
        Supervised { task, future: Some(future), outcome: None }
    }
}

/// Makes a task the current one of its loop, until it is dropped.
struct Current<'a> {
    record: &'a Record,
    before: Option<Rc<dyn Task>>,
}

impl<'a> Current<'a> {
    #[inline]
    fn set(task: &'a Rc<dyn Task>) -> Self {
        let record = task.record();
        let before = record.core.set_current_task(Some(Rc::clone(task)));
        Current { record, before }
    }
}

impl Drop for Current<'_> {
    #[inline]
    fn drop(&mut self) {
        self.record.core.set_current_task(self.before.take());
    }
}

impl<F: Future> Future for Supervised<F> {
    type Output = Result<F::Output, JoinError>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let record = this.task.record();
        let _current = Current::set(this.task);
        record.phase.set(Phase::Running);
        let step = record.core.is_debug().then(|| Step::begin(record));
        let polled = loop {
            if record.request.get() != Request::Nothing && is_cancelled(record) && this.outcome.is_none() {
                let dropped = drop_future(this.future.as_mut());
                *this.outcome = Some(Err(dropped.map_or_else(JoinError::panicked, |()| JoinError::cancelled())));
            }
            if record.adopted.any() && adopt::poll(record, cx).is_pending() {
                break Poll::Pending;
            }
            if let Some(outcome) = this.outcome.take() {
                break Poll::Ready(outcome);
            }
            let Some(future) = this.future.as_mut().as_pin_mut() else {
                panic!("a task was polled after it had finished");
            };
            let outcome = match catch_unwind(AssertUnwindSafe(|| future.poll(cx))) {
                Ok(Poll::Pending) if record.adopted.any() => continue,
                Ok(Poll::Pending) => break Poll::Pending,
                Ok(Poll::Ready(output)) => {
                    drop_future(this.future.as_mut()).map(|()| output).map_err(JoinError::panicked)
                }
                Err(panic) => {
                    // What its drop does to the panic is of no interest any more.
                    ignore_panic(drop_future(this.future.as_mut()));
                    Err(JoinError::panicked(panic))
                }
            };
            if !record.adopted.any() {
                break Poll::Ready(outcome);
            }
            *this.outcome = Some(outcome);
        };
        match polled {
            Poll::Pending => record.phase.set(Phase::Waiting),
            Poll::Ready(_) => record::finish(record),
        }
        if let Some(step) = step {
            step.end(record);
        }
        polled
    }
}

/// Whether a step has to cancel: what was asked of the task concerns nobody else.
#[cold]
fn is_cancelled(record: &Record) -> bool {
    record.request.get() == Request::Force || record.catchers.is_empty()
}

/// Drops the future. Futures in it that were never polled are no fault.
#[inline]
fn drop_future<F>(mut future: Pin<&mut Option<F>>) -> Result<(), Box<dyn Any + Send>> {
    catch_unwind(AssertUnwindSafe(|| trace::silently(|| future.set(None))))
}

/// Drops what a drop has panicked with.
#[inline]
fn ignore_panic(dropped: Result<(), Box<dyn Any + Send>>) {
    if let Err(panic) = dropped {
        report::drop_panic(panic);
    }
}

/// A step of a task, where the loop's checks are on.
struct Step {
    begin: Instant,
    places: places::Poll,
    polls: slow_poll::Step,
}

impl Step {
    #[inline(never)]
    fn begin(record: &Record) -> Self {
        Step {
            places: places::begin(record.places.take()),
            polls: slow_poll::Step::begin(record.core.slow_after()),
            begin: Instant::now(),
        }
    }

    /// Takes note of where the task stands, and of the time that the step took.
    #[inline(never)]
    fn end(self, record: &Record) {
        let end = Instant::now();
        record.places.set(self.places.end());
        record.since.set(Some(end));
        let took = end.saturating_duration_since(self.begin);
        if timeline::is_on() {
            record_step(record, self.begin, end, took);
        }
        // What a checked function took is reported of it.
        let took = took.saturating_sub(self.polls.end());
        if took >= record.core.slow_after() {
            event_loop::raise(report::slow_step(record, took));
        }
    }
}

/// Records a step for the timeline.
#[cold]
fn record_step(record: &Record, begin: Instant, end: Instant, took: Duration) {
    timeline::step(&timeline::Step {
        of_loop: record.core.number,
        task: record.id,
        name: &record.name(),
        spawned: &record.created.into(),
        born: record.born,
        begin,
        end,
        is_slow: took >= record.core.slow_after(),
        is_last: record.is_finished(),
    });
}
