//! The way into a loop from other threads.
//!
//! Invariants:
//! - messages arrive in the order in which they were sent, and sending wakes the loop: see `inbox`;
//! - after the loop is closed nothing is accepted, and whoever waits for an answer gets one;
//! - nothing of the user's is called or dropped while a lock is held.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use slab::Slab;

use super::core::Core;
use super::idle::Idle;
use super::inbox::Inbox;
use super::number;
use crate::report;
use crate::task::catch_panic::CatchPanic;
use crate::task::unread::Name;
use crate::task::{JoinError, TaskRef, spawn};

/// What another thread sends.
pub(crate) enum Message {
    /// The task with this number was woken.
    Wake(usize),
    /// To be called on the loop's thread.
    Call(Box<dyn Call>),
}

/// A function that another thread sends.
pub(crate) trait Call: Send {
    /// Where it was sent from.
    fn created(&self) -> &'static Location<'static>;

    fn call(self: Box<Self>);
}

struct Sent<F> {
    function: F,
    created: &'static Location<'static>,
}

impl<F: FnOnce() + Send> Call for Sent<F> {
    fn created(&self) -> &'static Location<'static> {
        self.created
    }

    fn call(self: Box<Self>) {
        (self.function)();
    }
}

/// What other threads share with a loop.
pub(crate) struct Shared {
    /// Which loop it is, for wakers.
    number: usize,
    inbox: Inbox<Message>,
    /// For how long nothing has run, where its checks are on.
    pub(super) idle: Idle,
    /// Whether there was ever a waker of its tasks that it could not count.
    not_counted: AtomicBool,
}

/// All loops, so that wakers find theirs.
static LOOPS: RwLock<Slab<Weak<Shared>>> = RwLock::new(Slab::new());

/// Wakes a task of the loop with this number, if there is one still.
#[cold]
pub(super) fn wake(event_loop: usize, task: usize) {
    if let Some(shared) = find(event_loop) {
        // A closed loop has no tasks.
        let _ = shared.inbox.send(Message::Wake(task));
    }
}

/// Tells the loop with this number that there is a waker of one of its tasks that it cannot count.
#[cold]
pub(super) fn not_counted(event_loop: usize) {
    if let Some(shared) = find(event_loop) {
        shared.not_counted.store(true, SeqCst);
    }
}

fn find(event_loop: usize) -> Option<Arc<Shared>> {
    let loops = LOOPS.read().unwrap_or_else(PoisonError::into_inner);
    loops.get(event_loop).and_then(Weak::upgrade)
}

/// How many loops there are.
pub(super) fn count_loops() -> usize {
    LOOPS.read().unwrap_or_else(PoisonError::into_inner).len()
}

impl Drop for Shared {
    fn drop(&mut self) {
        LOOPS.write().unwrap_or_else(PoisonError::into_inner).try_remove(self.number);
    }
}

impl Shared {
    pub(super) fn new() -> Arc<Self> {
        let mut loops = LOOPS.write().unwrap_or_else(PoisonError::into_inner);
        let number = loops.vacant_key();
        assert!(number < number::LOOPS, "there cannot be that many event loops at a time");
        let (inbox, idle) = (Inbox::default(), Idle::default());
        let shared = Arc::new(Shared { number, inbox, idle, not_counted: AtomicBool::new(false) });
        loops.insert(Arc::downgrade(&shared));
        shared
    }

    #[inline]
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Whether anything was sent.
    #[inline]
    pub(super) fn has_messages(&self) -> bool {
        self.inbox.has_messages()
    }

    /// Whether it may be that the task with this number is woken by another thread, for all that the loop has received and
    /// counted.
    pub(crate) fn may_wake(&self, task: usize) -> bool {
        let is_of_task = |message: &Message| matches!(message, Message::Wake(woken) if *woken == task);
        self.not_counted.load(SeqCst) || self.has_messages() && self.inbox.contains(is_of_task)
    }

    /// Takes what was sent, in exchange for an empty vector.
    pub(super) fn take(&self, messages: &mut Vec<Message>) {
        self.inbox.take(messages);
    }

    /// Has this called on the loop's thread, unless it is closed.
    #[track_caller]
    pub(super) fn call(&self, function: impl FnOnce() + Send + 'static) {
        let _ = self.send(Location::caller(), function);
    }

    fn send(
        &self,
        created: &'static Location<'static>,
        function: impl FnOnce() + Send + 'static,
    ) -> Result<(), LoopClosed> {
        self.inbox.send(Message::Call(Box::new(Sent { function, created }))).map_err(|_| LoopClosed)
    }

    /// Whom to wake; `None` where the loop is not running.
    pub(super) fn waker(&self) -> Option<Waker> {
        self.inbox.waker()
    }

    /// Wakes the loop.
    pub(super) fn wake(&self) {
        self.inbox.wake();
    }

    /// Sets whom to wake: `None` where the loop is not running.
    pub(super) fn set_waker(&self, waker: Option<&Waker>) {
        self.inbox.set_waker(waker);
    }

    /// Accepts nothing more; returns what was sent and not taken.
    pub(super) fn close(&self) -> Vec<Message> {
        self.inbox.close()
    }

    /// Whether the loop runs on this thread now.
    fn is_here(self: &Arc<Self>) -> bool {
        Core::try_with(|core| core.is_some_and(|core| Arc::ptr_eq(core.shared(), self)))
    }
}

/// A way into a loop for other threads: [`remote`](crate::remote), [`EventLoop::remote`](crate::EventLoop::remote).
///
/// The counterpart of asyncio's `call_soon_threadsafe` and `run_coroutine_threadsafe`.
///
/// # Examples
///
/// ```
/// use std::thread;
///
/// let answer = checked_async::run(async {
///     let remote = checked_async::remote();
///     let (promise, promised) = checked_async::promise();
///     // `promise` itself must not leave this thread.
///     let worker = thread::spawn(move || remote.spawn(async { 6 * 7 })?.result().map_err(|_| checked_async::LoopClosed));
///     checked_async::run_blocking(move || worker.join().unwrap()).await.map(|answer| promise.set(answer)).unwrap().unwrap();
///     promised.await.unwrap()
/// });
/// assert_eq!(answer, Ok(42));
/// ```
#[derive(Clone)]
pub struct Remote {
    shared: Arc<Shared>,
}

impl Remote {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Remote { shared: Arc::clone(shared) }
    }

    /// Has the loop call this function in its next turn, after what was sent before.
    ///
    /// # Errors
    ///
    /// If the loop is closed; the function is dropped.
    #[track_caller]
    pub fn call_soon(&self, function: impl FnOnce() + Send + 'static) -> Result<(), LoopClosed> {
        self.shared.send(Location::caller(), function)
    }

    /// Spawns a task on the loop.
    ///
    /// For a future that is not `Send` see [`spawn_with`](Self::spawn_with).
    ///
    /// # Errors
    ///
    /// If the loop is closed; the future is dropped.
    #[track_caller]
    pub fn spawn<F>(&self, future: F) -> Result<RemoteHandle<F::Output>, LoopClosed>
    where
        F: Future + Send + 'static,
        F::Output: Send,
    {
        self.spawn_at(Location::caller(), move || future)
    }

    /// Spawns on the loop the task that this function makes, there.
    ///
    /// # Errors
    ///
    /// If the loop is closed; the function is dropped.
    #[track_caller]
    pub fn spawn_with<F>(
        &self,
        make: impl FnOnce() -> F + Send + 'static,
    ) -> Result<RemoteHandle<F::Output>, LoopClosed>
    where
        F: Future + 'static,
        F::Output: Send,
    {
        self.spawn_at(Location::caller(), make)
    }

    fn spawn_at<F>(
        &self,
        created: &'static Location<'static>,
        make: impl FnOnce() -> F + Send + 'static,
    ) -> Result<RemoteHandle<F::Output>, LoopClosed>
    where
        F: Future + 'static,
        F::Output: Send,
    {
        let shared = Arc::clone(&self.shared);
        let state = Arc::new(State { answer: Mutex::default(), arrived: Condvar::new(), shared, created });
        let answering = Answering { state: Arc::clone(&state) };
        let task = Arc::new(Mutex::new(Cancelling::NotYet));
        let started = Arc::clone(&task);
        self.shared.send(created, move || {
            let handle = spawn::spawn_at(created, async move {
                // What makes the future may panic too.
                match CatchPanic::new(async move { make().await }).await {
                    Ok(output) => answering.answer(Ok(output)),
                    Err(panic) => answering.answer(Err(JoinError::panicked(panic))),
                }
            });
            let mut started = started.lock().unwrap_or_else(PoisonError::into_inner);
            if let Cancelling::Requested = *started {
                handle.cancel();
            }
            *started = Cancelling::Task(OnLoop(handle.id().0));
        })?;
        Ok(RemoteHandle { state, task })
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}

/// The error of sending something to a loop that is closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoopClosed;

impl fmt::Display for LoopClosed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the event loop is closed")
    }
}

impl std::error::Error for LoopClosed {}

/// How a task on a loop can be cancelled from another thread.
enum Cancelling {
    /// It is not spawned yet.
    NotYet,
    /// It is not spawned yet, and to be cancelled then.
    Requested,
    Task(OnLoop),
}

/// The id of a task.
#[derive(Clone, Copy)]
struct OnLoop(u64);

/// The answer of a task to another thread.
struct State<T> {
    answer: Mutex<Answer<T>>,
    arrived: Condvar,
    shared: Arc<Shared>,
    created: &'static Location<'static>,
}

struct Answer<T> {
    /// `None` before it arrives, and after it was taken.
    value: Option<Result<T, JoinError>>,
    arrived: bool,
    /// Whether nobody can ask for it any more.
    detached: bool,
    waker: Option<Waker>,
}

impl<T> Default for Answer<T> {
    fn default() -> Self {
        Answer { value: None, arrived: false, detached: false, waker: None }
    }
}

impl<T> Answer<T> {
    /// The answer, if it has arrived.
    #[track_caller]
    fn take(&mut self) -> Option<Result<T, JoinError>> {
        let value = self.value.take();
        assert!(value.is_some() || !self.arrived, "`RemoteHandle` was asked after it had given the task's output");
        value
    }
}

impl<T> State<T> {
    fn lock(&self) -> MutexGuard<'_, Answer<T>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task's end of the answer. Dropped without an answer, it says that the task was cancelled.
struct Answering<T> {
    state: Arc<State<T>>,
}

impl<T> Answering<T> {
    fn answer(&self, value: Result<T, JoinError>) {
        let waker = {
            let mut answer = self.state.lock();
            if answer.arrived {
                return;
            }
            answer.arrived = true;
            if answer.detached {
                Err(value)
            } else {
                answer.value = Some(value);
                Ok(answer.waker.take())
            }
        };
        self.state.arrived.notify_all();
        match waker {
            Ok(Some(waker)) => super::wake(waker),
            Ok(None) => {}
            Err(unread) => {
                let task = crate::task::current_task();
                let name = task.as_ref().map(|task| move || task.name());
                let name = name.as_ref().map(|name| name as &Name<'_>);
                crate::task::unread::dropped(name, self.state.created, unread);
            }
        }
    }
}

impl<T> Drop for Answering<T> {
    fn drop(&mut self) {
        self.answer(Err(JoinError::cancelled()));
    }
}

/// A task on a loop, for other threads. Dropping it detaches the task.
///
/// It is a future too, for those who wait on another executor.
#[must_use = "the task runs without it, but its output and its errors are lost; drop it on purpose with `drop(…)`"]
pub struct RemoteHandle<T> {
    state: Arc<State<T>>,
    task: Arc<Mutex<Cancelling>>,
}

impl<T> RemoteHandle<T> {
    /// Waits for the task's output, blocking this thread.
    ///
    /// # Errors
    ///
    /// If the task panicked or was cancelled, as it is when its loop is closed.
    ///
    /// # Panics
    ///
    /// On the thread on which the loop is running, unless the task is finished: it would wait for itself for ever. The
    /// report is `result_on_loop_thread`. (asyncio hangs without a word.)
    #[track_caller]
    pub fn result(self) -> Result<T, JoinError> {
        self.refuse_on_loop_thread();
        let mut answer = self.state.lock();
        loop {
            if let Some(value) = answer.take() {
                return value;
            }
            answer = self.state.arrived.wait(answer).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Waits for the task's output for at most this long; the task runs on and can be asked again.
    ///
    /// # Errors
    ///
    /// The handle itself, if the time is over.
    ///
    /// # Panics
    ///
    /// As [`result`](Self::result).
    #[track_caller]
    pub fn result_timeout(self, timeout: Duration) -> Result<Result<T, JoinError>, Self> {
        self.refuse_on_loop_thread();
        let end = super::clock::after(Instant::now(), timeout);
        let value = {
            let mut answer = self.state.lock();
            loop {
                if let Some(value) = answer.take() {
                    break Some(value);
                }
                let left = end.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    break None;
                }
                answer = self.state.arrived.wait_timeout(answer, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        };
        value.ok_or(self)
    }

    /// Asks for the task to be cancelled; see [`JoinHandle::cancel`](crate::JoinHandle::cancel). Whether it was still
    /// running, as far as is known here.
    pub fn cancel(&self) -> bool {
        if self.is_finished() {
            return false;
        }
        let task = Arc::clone(&self.task);
        let cancel = move || {
            let mut cancelling = task.lock().unwrap_or_else(PoisonError::into_inner);
            match *cancelling {
                Cancelling::NotYet | Cancelling::Requested => *cancelling = Cancelling::Requested,
                Cancelling::Task(OnLoop(id)) => {
                    drop(cancelling);
                    if let Some(task) = TaskRef::find(id) {
                        task.cancel();
                    }
                }
            }
        };
        if self.state.shared.is_here() {
            cancel();
            true
        } else {
            self.state.shared.send(self.state.created, cancel).is_ok()
        }
    }

    /// Whether the task is finished.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.state.lock().arrived
    }

    #[track_caller]
    fn refuse_on_loop_thread(&self) {
        if !self.is_finished() && self.state.shared.is_here() {
            report::raise(report::as_panic(report::result_on_loop_thread(Location::caller(), self.state.created)));
            panic!("the thread would wait for itself");
        }
    }
}

impl<T> Future for RemoteHandle<T> {
    type Output = Result<T, JoinError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let waker = cx.waker().clone();
        let mut answer = self.state.lock();
        if let Some(value) = answer.take() {
            return Poll::Ready(value);
        }
        let old = answer.waker.replace(waker);
        drop(answer);
        drop(old);
        Poll::Pending
    }
}

impl<T> Drop for RemoteHandle<T> {
    fn drop(&mut self) {
        let (value, waker) = {
            let mut answer = self.state.lock();
            answer.detached = true;
            (answer.value.take(), answer.waker.take())
        };
        drop(waker);
        if let Some(value) = value {
            crate::task::unread::dropped(None, self.state.created, value);
        }
    }
}

impl<T> fmt::Debug for RemoteHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteHandle")
            .field("created", &format_args!("{}", self.state.created))
            .field("finished", &self.is_finished())
            .finish_non_exhaustive()
    }
}

/// Calls what is left in the inbox of a loop that is closing, as far as it concerns tasks; drops the rest.
pub(super) fn drop_messages(messages: Vec<Message>) {
    for message in messages {
        match message {
            Message::Wake(_) => {}
            Message::Call(call) => report::quietly(|| drop(call)),
        }
    }
}
