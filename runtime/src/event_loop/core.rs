//! What a loop keeps, and how the rest of the crate reaches the loop that runs on this thread.
//!
//! Invariants:
//! - the queues are only touched on the loop's thread; what other threads reach is in [`Shared`];
//! - no `RefCell` here is borrowed while code of the user's runs: wakers, callbacks and futures are taken out first;
//! - `CURRENT` is set exactly while the loop runs or closes, by [`Entered`].

use std::any::Any;
use std::cell::{Cell, RefCell, RefMut};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use async_task::Runnable;
use slab::Slab;

use super::blocking::Closures;
use super::callback::Callback;
use super::clock::Clock;
use super::remote::{Message, Shared};
use super::shuffle::Shuffle;
use super::timers::Timers;
use crate::check;
use crate::report::{self, Violation};
use crate::task::record::Task;

/// What waits for its turn.
pub(crate) enum Entry {
    /// The step of a task.
    Task(Runnable),
    /// A step of the future given to `run`, whose number this is.
    Main(u64),
    /// A callback.
    Callback(Rc<dyn Callback>),
    /// What another thread asked for.
    Remote(Box<dyn FnOnce() + Send>),
}

/// A loop, as seen from its own thread.
pub(crate) struct Core {
    pub(super) shared: Arc<Shared>,
    /// What runs next, in this order.
    ready: RefCell<VecDeque<Entry>>,
    pub(super) timers: RefCell<Timers>,
    /// The tasks that are not finished.
    pub(crate) tasks: RefCell<Slab<Rc<dyn Task>>>,
    /// The task whose step is running.
    current: Cell<Option<Rc<dyn Task>>>,
    /// The id of the next task.
    next_id: Cell<u64>,
    /// The waker of the thread, while it may be asleep.
    parked: Cell<Option<Waker>>,
    /// Whether to end the run when the turn is over.
    pub(super) stop: Cell<bool>,
    /// The closures that `run_blocking` has handed to other threads.
    pub(super) closures: Arc<Closures>,
    pub(super) clock: Box<dyn Clock>,
    pub(super) shuffle: Option<Shuffle>,
    /// Whether the checks that cost something are made.
    debug: Cell<bool>,
    slow_after: Cell<Duration>,
    pub(super) stalled_after: Cell<Option<Duration>>,
    pub(super) shutdown_timeout: Duration,
    /// Set when the loop drops its tasks where they stand.
    pub(super) dropping: Cell<bool>,
    /// Set when it has: whatever is scheduled after that is dropped at once.
    pub(super) closed: Cell<bool>,
    /// What a report at level `panic` panicked with; the run goes on with it when the turn is over.
    panic: Cell<Option<Box<dyn Any + Send>>>,
    /// The task of the future given to `run`.
    main: RefCell<Option<Rc<dyn Task>>>,
}

/// How a loop is set up.
pub(super) struct Settings {
    pub(super) debug: bool,
    pub(super) slow_after: Duration,
    pub(super) stalled_after: Option<Duration>,
    pub(super) shutdown_timeout: Duration,
    pub(super) clock: Box<dyn Clock>,
    pub(super) shuffle: Option<u64>,
}

thread_local! {
    static CURRENT: RefCell<Option<Rc<Core>>> = const { RefCell::new(None) };
}

/// Said where there is no loop.
const NO_LOOP: &str = "no event loop is running on this thread; call this inside of `checked_async::run(async { … })`, \
                       or from another thread through `checked_async::remote()` of the loop";

impl Core {
    pub(super) fn new(settings: Settings) -> Rc<Self> {
        Rc::new(Core {
            shared: Arc::default(),
            ready: RefCell::default(),
            timers: RefCell::new(Timers::new(settings.clock.now())),
            tasks: RefCell::default(),
            current: Cell::default(),
            next_id: Cell::new(1),
            parked: Cell::default(),
            stop: Cell::default(),
            closures: Arc::default(),
            clock: settings.clock,
            shuffle: settings.shuffle.map(Shuffle::new),
            debug: Cell::new(settings.debug),
            slow_after: Cell::new(settings.slow_after),
            stalled_after: Cell::new(settings.stalled_after),
            shutdown_timeout: settings.shutdown_timeout,
            dropping: Cell::default(),
            closed: Cell::default(),
            panic: Cell::default(),
            main: RefCell::default(),
        })
    }

    /// What tells the loop that runs on this thread from others.
    pub(crate) fn identity() -> Option<usize> {
        Core::try_with(|core| core.map(|core| Rc::as_ptr(core).addr()))
    }

    /// Calls `with` with the loop that runs on this thread, if any.
    #[inline]
    pub(crate) fn try_with<R>(with: impl FnOnce(Option<&Rc<Core>>) -> R) -> R {
        let mut with = Some(with);
        let result = CURRENT.try_with(|current| {
            let current = current.borrow();
            (with.take().expect("it is called once"))(current.as_ref())
        });
        match result {
            Ok(result) => result,
            // The thread is ending.
            Err(_) => (with.take().expect("it was not called"))(None),
        }
    }

    /// Calls `with` with the loop that runs on this thread.
    #[inline]
    #[track_caller]
    pub(crate) fn with<R>(with: impl FnOnce(&Rc<Core>) -> R) -> R {
        // Outside of the closure, which would not know its caller.
        match Core::try_with(|core| core.map(with)) {
            Some(result) => result,
            None => panic!("{NO_LOOP}"),
        }
    }

    /// The loop that runs on this thread.
    #[track_caller]
    pub(crate) fn current() -> Rc<Core> {
        Core::try_with(|core| core.map(Rc::clone)).unwrap_or_else(|| panic!("{NO_LOOP}"))
    }

    /// Makes this the loop of the thread.
    pub(super) fn enter(self: &Rc<Self>) -> Entered {
        // While the thread is ending there is no current loop, but one can still be dropped.
        Entered(CURRENT.try_with(|current| current.borrow_mut().replace(Rc::clone(self))).unwrap_or_default())
    }

    /// Puts something at the end of the queue.
    #[inline]
    pub(crate) fn push(&self, entry: Entry) {
        self.ready.borrow_mut().push_back(entry);
        if let Some(waker) = self.parked.take() {
            waker.wake();
        }
    }

    /// How many entries wait for their turn.
    #[inline]
    pub(super) fn ready(&self) -> usize {
        self.ready.borrow().len()
    }

    #[inline]
    pub(super) fn pop(&self) -> Option<Entry> {
        self.ready.borrow_mut().pop_front()
    }

    /// Empties the queue.
    pub(super) fn take_entries(&self) -> VecDeque<Entry> {
        self.ready.take()
    }

    /// Shuffles the first entries of the queue, in a loop that was asked to.
    pub(super) fn shuffle(&self, entries: usize) {
        if let Some(shuffle) = &self.shuffle {
            shuffle.shuffle(self.ready.borrow_mut().make_contiguous().get_mut(..entries).unwrap_or_default());
        }
    }

    /// Takes over what other threads have sent.
    #[inline]
    pub(super) fn receive(&self) {
        if let Some(messages) = self.shared.take() {
            let mut ready = self.ready.borrow_mut();
            ready.extend(messages.into_iter().map(|message| match message {
                Message::Task(runnable) => Entry::Task(runnable),
                Message::Main(run) => Entry::Main(run),
                Message::Call(call) => Entry::Remote(call),
            }));
        }
    }

    /// Says that the thread is about to sleep, and whom to wake if anything is pushed.
    pub(super) fn park(&self, waker: &Waker) {
        self.parked.set(Some(waker.clone()));
    }

    pub(super) fn unpark(&self) {
        drop(self.parked.take());
    }

    /// The task whose step is running.
    pub(crate) fn current_task(&self) -> Option<Rc<dyn Task>> {
        let task = self.current.take();
        let copy = task.clone();
        self.current.set(task);
        copy
    }

    /// Sets the task whose step is running; returns the one before.
    #[inline]
    pub(crate) fn set_current_task(&self, task: Option<Rc<dyn Task>>) -> Option<Rc<dyn Task>> {
        self.current.replace(task)
    }

    #[inline]
    pub(crate) fn new_id(&self) -> u64 {
        let id = self.next_id.get();
        self.next_id.set(id + 1);
        id
    }

    /// The loop's time.
    #[inline]
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Whether the checks that cost something are made.
    #[inline]
    pub(crate) fn is_debug(&self) -> bool {
        check::CAN_BE_ON && self.debug.get()
    }

    pub(super) fn set_debug(&self, debug: bool) {
        self.debug.set(debug);
    }

    /// From when on a step is slow.
    #[inline]
    pub(crate) fn slow_after(&self) -> Duration {
        self.slow_after.get()
    }

    pub(super) fn set_slow_after(&self, slow_after: Duration) {
        self.slow_after.set(slow_after);
    }

    /// Whether the loop is gone, but for who still has a handle to it.
    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// Whether the loop drops its tasks where they stand.
    #[inline]
    pub(crate) fn is_dropping_tasks(&self) -> bool {
        self.dropping.get()
    }

    #[inline]
    pub(crate) fn timers(&self) -> RefMut<'_, Timers> {
        self.timers.borrow_mut()
    }

    pub(super) fn set_main(&self, main: Option<Rc<dyn Task>>) {
        let old = self.main.replace(main);
        drop(old);
    }

    /// Has the run panic when the turn is over.
    fn set_panic(&self, panic: Box<dyn Any + Send>) {
        self.stop.set(true);
        // The first is the one that counts.
        let first = self.panic.take().unwrap_or(panic);
        self.panic.set(Some(first));
    }

    pub(super) fn take_panic(&self) -> Option<Box<dyn Any + Send>> {
        self.panic.take()
    }

    /// Cancels the future given to `run`.
    pub(super) fn interrupt(&self) {
        let main = self.main.borrow().clone();
        if let Some(main) = main {
            main.record().cancel();
        }
    }

    /// What other threads reach.
    #[inline]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

/// A loop that is the loop of this thread, until this is dropped; then it is again the one that was before.
pub(super) struct Entered(Option<Rc<Core>>);

impl Drop for Entered {
    fn drop(&mut self) {
        let core = CURRENT.try_with(|current| std::mem::replace(&mut *current.borrow_mut(), self.0.take()));
        // Outside of the borrow: it may be the last owner.
        drop(core);
    }
}

/// Panics if a loop runs on this thread.
#[track_caller]
pub(super) fn refuse_nested_run() {
    if Core::try_with(|core| core.is_some()) {
        report::raise(report::as_panic(report::nested_run(Location::caller())));
        panic!("an event loop is running on this thread");
    }
}

/// Raises a report from within the loop. At level `panic` the run panics when the turn is over, so that what is under way
/// is not disturbed.
pub(crate) fn raise(violation: Violation) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| report::raise(violation))) {
        Core::try_with(|core| match core {
            Some(core) => core.set_panic(panic),
            None => report::drop_panic(panic),
        });
    }
}
