//! Tasks that belong together: [`task_group`].
//!
//! Invariants:
//! - when the future of a group is ready, all its tasks are finished, cleanup included;
//! - when it is dropped, they are cancelled, and the task in which it was waits for them before it is finished itself.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::JoinError;
use super::adopt;
use super::catch_panic::CatchPanic;
use super::join::{JoinHandle, TaskRef, current_task};
use super::promise::{Promised, promise};
use super::{spawn, unread};
use crate::event_loop::{self, Core};
use crate::trace;

/// Runs code that starts tasks in a group, and waits for all of them.
///
/// The first failure, of a task or of the body, cancels the rest, and the body; then all are waited for, and all errors are
/// kept. A task that is cancelled by itself is no failure. Modelled on asyncio's `TaskGroup`, whose mistakes (a task started in
/// a group that was not entered, or is over) do not compile here.
///
/// # Errors
///
/// A [`GroupError`] with every error and panic, in the order in which they happened; that of the body is the last.
///
/// # Panics
///
/// Where no event loop is running on this thread.
///
/// # Cancel safety
///
/// Dropped, it drops the body and cancels the tasks. The task in which it was is not finished before they are.
///
/// # Examples
///
/// ```
/// use checked_async::{TaskGroup, task_group};
///
/// async fn fetch(page: u32) -> Result<u32, String> {
///     if page < 3 { Ok(page * 100) } else { Err(format!("no page {page}")) }
/// }
///
/// checked_async::run(async {
///     let sum = task_group(async |group: &TaskGroup<String>| {
///         let first = group.spawn(fetch(1));
///         let second = group.spawn(fetch(2));
///         Ok(first.await.unwrap() + second.await.unwrap())
///     });
///     assert_eq!(sum.await.unwrap(), 300);
///
///     let error = task_group(async |group: &TaskGroup<String>| {
///         drop(group.spawn(fetch(3)));
///         Ok(())
///     });
///     assert_eq!(error.await.unwrap_err().errors(), ["no page 3"]);
/// });
/// ```
#[track_caller]
pub fn task_group<T, E, B>(body: B) -> impl Future<Output = Result<T, GroupError<E>>>
where
    B: AsyncFnOnce(&TaskGroup<E>) -> Result<T, E>,
    E: 'static,
{
    Core::with(|_| ());
    run(Location::caller(), body)
}

async fn run<T, E, B>(created: &'static Location<'static>, body: B) -> Result<T, GroupError<E>>
where
    B: AsyncFnOnce(&TaskGroup<E>) -> Result<T, E>,
    E: 'static,
{
    let group = TaskGroup { members: Rc::new(Members::new(created)), stays_here: PhantomData };
    let cancel = CancelOnDrop(&group.members);
    let members = &group.members;
    let output = {
        let mut body = pin!(Some(CatchPanic::new(body(&group))));
        std::future::poll_fn(|cx| {
            if members.failed.get() {
                // What it has not polled yet is no fault.
                trace::silently(|| body.set(None));
                return Poll::Ready(None);
            }
            let Some(body) = body.as_mut().as_pin_mut() else { return Poll::Ready(None) };
            let polled = body.poll(cx);
            if polled.is_pending() {
                members.wait(cx.waker());
            }
            polled.map(Some)
        })
        .await
    };
    let output = match output {
        Some(Ok(Ok(output))) => Some(output),
        Some(Ok(Err(error))) => {
            members.fail(Failure::Error(error));
            None
        }
        Some(Err(panic)) => {
            members.fail(Failure::Panic(JoinError::panicked(panic)));
            None
        }
        None => None,
    };
    members.wait_for_all().await;
    let failures = members.failures.take();
    drop(cancel);
    match output {
        Some(output) if failures.is_empty() => Ok(output),
        _ => Err(GroupError::new(failures)),
    }
}

/// A group of tasks, in the body of [`task_group`].
pub struct TaskGroup<E> {
    members: Rc<Members<E>>,
    /// It must not leave the loop's thread.
    stays_here: PhantomData<*const ()>,
}

impl<E: 'static> TaskGroup<E> {
    /// Starts a task in the group.
    ///
    /// The future that is returned gives the task's output; it need not be awaited. Errors go to the group: then it, and
    /// the code that awaits it, is dropped with the body.
    #[track_caller]
    pub fn spawn<T, F>(&self, future: F) -> Member<T>
    where
        F: Future<Output = Result<T, E>> + 'static,
        T: 'static,
    {
        let created = Location::caller();
        let (promise, promised) = promise();
        let members = Rc::clone(&self.members);
        let handle = spawn::spawn_at(created, async move {
            match CatchPanic::new(future).await {
                // Nobody has to wait for it.
                Ok(Ok(output)) => drop(promise.set(output)),
                Ok(Err(error)) => members.fail(Failure::Error(error)),
                Err(panic) => members.fail(Failure::Panic(JoinError::panicked(panic))),
            }
        });
        let task = handle.task();
        self.members.add(handle);
        Member { task, promised }
    }

    /// Cancels all tasks of the group; the body goes on.
    pub fn cancel(&self) {
        self.members.cancel();
    }

    /// How many tasks of the group are running.
    #[must_use]
    pub fn running(&self) -> usize {
        self.members.running()
    }
}

impl<E> fmt::Debug for TaskGroup<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskGroup").field("running", &self.members.running()).finish_non_exhaustive()
    }
}

/// The output of a task in a group: [`TaskGroup::spawn`]. Dropping it leaves the task running.
pub struct Member<T> {
    task: TaskRef,
    promised: Promised<T>,
}

impl<T> Member<T> {
    /// The task.
    #[must_use]
    pub fn task(&self) -> &TaskRef {
        &self.task
    }
}

impl<T> Future for Member<T> {
    /// Without an output the task was cancelled: a failed one takes the body with it, which then sees nothing any more.
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.promised).poll(cx).map_err(|_| JoinError::cancelled())
    }
}

impl<T> fmt::Debug for Member<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Member").field(&self.task).finish()
    }
}

struct Members<E> {
    created: &'static Location<'static>,
    /// Those that may be running. They give no output, so that only a panic in a drop can be lost with a handle.
    tasks: RefCell<Vec<JoinHandle<()>>>,
    /// At how many of them to leave out those that are finished.
    tidy_at: Cell<usize>,
    failures: RefCell<Vec<Failure<E>>>,
    failed: Cell<bool>,
    /// Who waits for a failure.
    waker: RefCell<Option<Waker>>,
}

impl<E> Members<E> {
    fn new(created: &'static Location<'static>) -> Self {
        Members {
            created,
            tasks: RefCell::default(),
            tidy_at: Cell::new(32),
            failures: RefCell::default(),
            failed: Cell::default(),
            waker: RefCell::default(),
        }
    }

    fn add(&self, handle: JoinHandle<()>) {
        let tidy = self.tasks.borrow().len() >= self.tidy_at.get();
        if tidy {
            self.tidy();
        }
        if self.failed.get() {
            handle.cancel();
        }
        self.tasks.borrow_mut().push(handle);
    }

    /// Leaves out the tasks that are finished.
    #[cold]
    fn tidy(&self) {
        let (finished, running): (Vec<_>, Vec<_>) =
            self.tasks.take().into_iter().partition(|task| task.is_finished() && !task.has_panicked());
        self.tidy_at.set(32.max(2 * running.len()));
        self.tasks.replace(running);
        drop(finished);
    }

    fn running(&self) -> usize {
        self.tasks.borrow().iter().filter(|task| !task.is_finished()).count()
    }

    fn fail(&self, failure: Failure<E>) {
        self.failures.borrow_mut().push(failure);
        if !self.failed.replace(true) {
            self.cancel();
        }
        let waker = self.waker.borrow_mut().take();
        if let Some(waker) = waker {
            event_loop::wake(waker);
        }
    }

    fn cancel(&self) {
        let tasks: Vec<TaskRef> = self.tasks.borrow().iter().map(JoinHandle::task).collect();
        let own = current_task().map(|task| task.id());
        for task in tasks.iter().filter(|task| Some(task.id()) != own) {
            task.cancel();
        }
    }

    fn wait(&self, waker: &Waker) {
        let waker = waker.clone();
        let old = self.waker.borrow_mut().replace(waker);
        drop(old);
    }

    /// Waits for all tasks to be finished, cleanup included.
    async fn wait_for_all(&self) {
        std::future::poll_fn(|cx| {
            loop {
                // Outside of the borrow.
                let Some(mut task) = self.tasks.borrow_mut().pop() else { return Poll::Ready(()) };
                match Pin::new(&mut task).poll(cx) {
                    Poll::Pending => {
                        self.tasks.borrow_mut().push(task);
                        return Poll::Pending;
                    }
                    Poll::Ready(Err(error)) if error.is_panic() => self.fail(Failure::Panic(error)),
                    Poll::Ready(_) => {}
                }
            }
        })
        .await;
    }

    /// Reports the failures that nobody is going to see.
    fn report_failures(&self) {
        for failure in self.failures.take() {
            match failure {
                Failure::Error(error) => unread::dropped(None, self.created, Ok(Err::<(), E>(error))),
                Failure::Panic(error) => unread::dropped::<()>(None, self.created, Err(error)),
            }
        }
    }
}

/// Cancels the tasks of a group that is dropped, and has the task around it wait for them.
struct CancelOnDrop<'a, E: 'static>(&'a Rc<Members<E>>);

impl<E: 'static> Drop for CancelOnDrop<'_, E> {
    fn drop(&mut self) {
        if self.0.tasks.borrow().is_empty() {
            return self.0.report_failures();
        }
        self.0.cancel();
        let members = Rc::clone(self.0);
        // Without a loop there are no tasks to wait for.
        let _ = adopt::adopt(Box::pin(async move {
            members.wait_for_all().await;
            members.report_failures();
        }));
    }
}

enum Failure<E> {
    Error(E),
    Panic(JoinError),
}

/// What went wrong in a [`task_group`].
pub struct GroupError<E> {
    errors: Vec<E>,
    panics: Vec<JoinError>,
}

impl<E> GroupError<E> {
    fn new(failures: Vec<Failure<E>>) -> Self {
        let mut error = GroupError { errors: Vec::new(), panics: Vec::new() };
        for failure in failures {
            match failure {
                Failure::Error(failure) => error.errors.push(failure),
                Failure::Panic(failure) => error.panics.push(failure),
            }
        }
        error
    }

    /// The errors, in the order in which they happened.
    #[must_use]
    pub fn errors(&self) -> &[E] {
        &self.errors
    }

    /// The panics, in the order in which they happened.
    #[must_use]
    pub fn panics(&self) -> &[JoinError] {
        &self.panics
    }

    /// The errors and the panics.
    #[must_use]
    pub fn into_parts(self) -> (Vec<E>, Vec<JoinError>) {
        (self.errors, self.panics)
    }
}

impl<E: fmt::Debug> fmt::Debug for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupError").field("errors", &self.errors).field("panics", &self.panics).finish()
    }
}

impl<E: fmt::Display> fmt::Display for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.errors.len() + self.panics.len();
        match (self.errors.first(), self.panics.first()) {
            (Some(first), _) => write!(f, "{first}")?,
            (None, Some(first)) => write!(f, "{first}")?,
            (None, None) => f.write_str("the group was cancelled")?,
        }
        if all > 1 { write!(f, " (and {} more)", all - 1) } else { Ok(()) }
    }
}

impl<E: std::error::Error + 'static> std::error::Error for GroupError<E> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.errors.first().and_then(std::error::Error::source)
    }
}
