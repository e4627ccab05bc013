//! A task in a build with checks.
//!
//! Invariants:
//! - whatever is found, the task goes on as without checks: the same output, the same panic;
//! - while a task runs, it is the current one of its thread, and so is its collector of reports.

use std::any::type_name;
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use ::tokio::runtime::Handle;
use ::tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use pin_project_lite::pin_project;

use super::dumps::{self, Step};
use super::record::{Fault, Record};
use crate::check::lost_waker::{Lost, LostWaker, Polling};
use crate::check::unread::is_err;
use crate::check::{Kind, Level};
use crate::error_text::ErrorText;
use crate::report::{self, Entered, Panicked, Place};
use crate::root::{self, Root};
use crate::tree::{TaskTree, watched};

/// How long a task must be lost to be reported: what event loops take too, unless told.
const LOST_AFTER: Duration = Duration::from_secs(10);

thread_local! {
    /// The task that runs on this thread.
    static CURRENT: RefCell<Option<Arc<Record>>> = const { RefCell::new(None) };
}

/// The name of the task that runs on this thread, supervised or not, and where it was started.
pub(crate) fn current() -> Option<(Cow<'static, str>, Place)> {
    let current = watched::current()?;
    let record = CURRENT.try_with(|current| current.borrow().clone()).ok().flatten();
    // One that ends is found by nobody else.
    if let Some(record) = record.filter(|record| record.watched.id() == current) {
        return Some((record.name(), record.watched.created().into()));
    }
    let task = watched::find(current)?;
    Some((task.name(), task.watched().created().into()))
}

/// All unfinished tasks.
pub fn tree() -> TaskTree {
    watched::tree()
}

/// Makes a task the current one of this thread, until it is dropped.
struct Current {
    before: Option<Arc<Record>>,
    _watched: watched::Current,
    _collector: Option<Entered>,
}

impl Current {
    fn set(record: &Arc<Record>) -> Self {
        let before = CURRENT.try_with(|current| current.replace(Some(Arc::clone(record)))).ok().flatten();
        let _collector = record.collector.as_ref().map(|collector| collector.enter());
        Current { before, _watched: record.watched.enter(), _collector }
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        let before = self.before.take();
        let _ = CURRENT.try_with(|current| current.replace(before));
    }
}

/// What a handle knows of its task.
#[derive(Debug)]
pub struct Task(Arc<Record>);

impl Task {
    pub fn set_name(&self, name: impl Into<Cow<'static, str>>) {
        self.0.set_name(name.into());
        dumps::named(&*self.0);
    }

    pub fn set_id(&self, id: Id) {
        self.0.watched.set_task_id(id);
    }

    pub fn aborted(&self) {
        self.0.set_aborted();
    }

    pub fn may_be_aborted(&self) {
        self.0.set_may_be_aborted();
    }

    pub fn retrieved(&self) {
        self.0.retrieved();
    }

    /// The task that runs on this thread waits for it.
    pub fn awaited(&self) {
        self.0.watched.awaited();
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.detached();
    }
}

/// Supervises a task's future.
#[track_caller]
pub fn future<F: Future>(future: F) -> (Supervised<F>, Task) {
    supervised(future, Closing::of_runtime)
}

/// Supervises the future of a task that stays on its thread.
#[track_caller]
pub fn local_future<F: Future>(future: F) -> (Supervised<F>, Task) {
    supervised(future, Closing::of_local_set)
}

/// Sees to what there is to be with the first task.
#[inline]
fn begin() {
    dumps::begin();
    report::watch_panics();
}

#[track_caller]
fn supervised<F: Future>(future: F, closing: fn() -> Closing) -> (Supervised<F>, Task) {
    begin();
    let record = Arc::new(Record::new());
    watched::enter(&record);
    let life = Life::new::<F::Output>(Arc::clone(&record), closing);
    (Supervised { life, future: root::root(future), lost_waker: LostWaker::default() }, Task(record))
}

pin_project! {
    /// The future of a supervised task.
    pub struct Supervised<F> {
        // First, as it is to be dropped before the future.
        life: Life,
        #[pin]
        future: Root<F>,
        lost_waker: LostWaker,
    }
}

impl<F> fmt::Debug for Supervised<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.life.record.fmt(f)
    }
}

impl<F: Future> Future for Supervised<F>
where
    F::Output: 'static,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.life.begin();
        let _current = Current::set(&this.life.record);
        let polling = this.lost_waker.begin(cx.waker(), Some(LOST_AFTER));
        let cx = &mut Context::from_waker(polling.as_ref().map_or(cx.waker(), Polling::waker));
        let record: &Record = &this.life.record;
        let step = Step::begin();
        report::begin_step();
        let polled = match catch_unwind(AssertUnwindSafe(|| record.watched.poll(|| this.future.poll(cx)))) {
            Ok(polled) => polled,
            Err(panic) => {
                step.end_of_poll(record, true);
                this.life.end_by(&*panic);
                resume_unwind(panic)
            }
        };
        step.end_of_poll(record, polled.is_ready());
        if let Some(lost) = polling.and_then(|polling| this.lost_waker.end(polling, polled.is_pending())) {
            this.life.lost_waker(lost);
        }
        if let Poll::Ready(output) = &polled {
            this.life.end(output, ErrorText::told_by::<F>());
        }
        polled
    }
}

/// Supervises a closure.
#[track_caller]
pub fn closure<F, R>(function: F) -> (impl FnOnce() -> R, Task)
where
    F: FnOnce() -> R,
{
    begin();
    let record = Arc::new(Record::new());
    watched::enter(&record);
    let mut life = Life::new::<R>(Arc::clone(&record), Closing::of_runtime);
    let run = move || {
        life.begin();
        life.record.watched.begins();
        let _current = Current::set(&life.record);
        let step = Step::begin();
        report::begin_step();
        let result = catch_unwind(AssertUnwindSafe(function));
        step.end_of_closure(&*life.record);
        match result {
            Ok(output) => {
                life.end(&output, |_| ErrorText::of_type::<R>());
                output
            }
            Err(panic) => {
                life.end_by(&*panic);
                resume_unwind(panic)
            }
        }
    };
    (run, Task(record))
}

/// A task, from its start to its end.
struct Life {
    record: Arc<Record>,
    begun: bool,
    ended: bool,
    /// Whether its output's type says that it does not end.
    endless: bool,
    closing: fn() -> Closing,
}

impl Life {
    fn new<T>(record: Arc<Record>, closing: fn() -> Closing) -> Self {
        Life { record, begun: false, ended: false, endless: is_endless(type_name::<T>()), closing }
    }

    /// It runs. What runs in it may have to know whose it is, before the handle is there to say.
    #[inline]
    fn begin(&mut self) {
        if !self.begun {
            self.begun = true;
            if let Some(id) = ::tokio::task::try_id() {
                self.record.watched.set_task_id(id);
            }
        }
    }

    /// It has ended with an output.
    fn end<T>(&mut self, output: &T, text: impl Fn(&T) -> ErrorText) {
        self.ended = true;
        let fault = is_err(output).then(|| Fault::Error(text(output)));
        self.record.finish(fault);
    }

    /// It is pending, and nobody holds its waker.
    #[cold]
    fn lost_waker(&self, lost: Lost) {
        let report = report::lost_waker(Some(&self.record.name()), self.record.watched.created(), lost);
        // At level `panic` too the task goes on.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| report::raise(report))) {
            report::drop_panic(panic);
        }
    }

    /// It has ended by a panic.
    #[cold]
    fn end_by(&mut self, panic: &(dyn std::any::Any + Send)) {
        self.ended = true;
        let fault = Fault::Panic(Box::new(Panicked::new(panic)));
        // At level `panic` the report would take the place of what the task has panicked with.
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.record.finish(Some(fault)))) {
            report::drop_panic(panic);
        }
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        self.record.watched.ends();
        if !self.ended {
            dumps::dropped(&*self.record);
        }
        if self.ended || self.endless || !self.record.is_missed() || std::thread::panicking() {
            return;
        }
        if crate::check::level(Kind::PendingTaskDropped) == Level::Off || (self.closing)() == Closing::No {
            return;
        }
        let _current = Current::set(&self.record);
        let mut violation = report::tokio_task_dropped(&self.record.name(), self.record.watched.created(), self.begun);
        // It is dropped in the midst of tokio's own work.
        violation.level = Level::Log;
        report::raise(violation);
    }
}

/// Whether a task whose output is of this type says by it that it does not end.
fn is_endless(output: &str) -> bool {
    const NEVER: [&str; 2] = ["!", "core::convert::Infallible"];
    let ok = output.strip_prefix("core::result::Result<").and_then(|arguments| arguments.split_once(','));
    NEVER.contains(&ok.map_or(output, |(ok, _)| ok))
}

/// Whether what runs a task is shutting down. Tokio does not say; but a task that is started then is never run, and is
/// finished as soon as it is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    Yes,
    No,
}

impl Closing {
    fn of_runtime() -> Self {
        match Handle::try_current() {
            Ok(handle) => Self::by(&handle.spawn(pending::<()>())),
            // Nothing is known.
            Err(_) => Closing::No,
        }
    }

    fn of_local_set() -> Self {
        // A task of a `LocalSet` is dropped within the set, or where its thread ends.
        let probe = catch_quietly(|| ::tokio::task::spawn_local(pending::<()>()));
        probe.map_or(Closing::No, |probe| Self::by(&probe))
    }

    fn by(probe: &::tokio::task::JoinHandle<()>) -> Self {
        if probe.is_finished() {
            Closing::Yes
        } else {
            probe.abort();
            Closing::No
        }
    }
}

/// Runs what may panic where there is nothing to run it on.
fn catch_quietly<R>(run: impl FnOnce() -> R) -> Option<R> {
    // Outside of any task there is no set, and the panic's message would be shown.
    ::tokio::task::try_id()?;
    catch_unwind(AssertUnwindSafe(run)).map_err(report::drop_panic).ok()
}

/// What a set of tasks knows of them.
#[derive(Default, Debug)]
pub struct Tasks(HashMap<Id, Task>);

impl Tasks {
    #[inline]
    pub fn insert(&mut self, task: Task, handle: &AbortHandle) {
        task.set_id(handle.id());
        self.0.insert(handle.id(), task);
    }

    pub fn poll_next<T: 'static>(
        &mut self,
        set: &mut JoinSet<T>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<T, JoinError>>> {
        let next = self.poll_next_with_id(set, cx);
        next.map(|next| next.map(|next| next.map(|(_, output)| output)))
    }

    pub fn poll_next_with_id<T: 'static>(
        &mut self,
        set: &mut JoinSet<T>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<(Id, T), JoinError>>> {
        set.poll_join_next_with_id(cx).map(|next| self.note(next))
    }

    pub fn try_next<T: 'static>(&mut self, set: &mut JoinSet<T>) -> Option<Result<T, JoinError>> {
        let next = self.try_next_with_id(set);
        next.map(|next| next.map(|(_, output)| output))
    }

    pub fn try_next_with_id<T: 'static>(&mut self, set: &mut JoinSet<T>) -> Option<Result<(Id, T), JoinError>> {
        let next = set.try_join_next_with_id();
        self.note(next)
    }

    /// Takes note of what the set has given.
    fn note<T>(&mut self, next: Option<Result<(Id, T), JoinError>>) -> Option<Result<(Id, T), JoinError>> {
        let id = match &next {
            Some(Ok((id, _))) => *id,
            Some(Err(error)) => error.id(),
            None => return next,
        };
        if let Some(task) = self.0.remove(&id) {
            task.retrieved();
        }
        next
    }

    pub fn aborted(&self) {
        self.0.values().for_each(Task::aborted);
    }

    /// The handles are dropped without having been read.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// A set that is dropped aborts its tasks.
impl Drop for Tasks {
    fn drop(&mut self) {
        self.aborted();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_says_that_a_task_does_not_end() {
        use std::convert::Infallible;
        assert!(is_endless("!"));
        assert!(is_endless(type_name::<Infallible>()));
        assert!(is_endless(type_name::<Result<Infallible, String>>()));
        assert!(is_endless("core::result::Result<!, std::io::error::Error>"));
        assert!(!is_endless(type_name::<()>()));
        assert!(!is_endless(type_name::<Result<(), Infallible>>()));
        assert!(!is_endless(type_name::<Option<Infallible>>()));
    }
}
