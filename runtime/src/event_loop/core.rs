//! What a loop keeps, and how the rest of the crate reaches the loop that runs on this thread.
//!
//! Invariants:
//! - the queues are only touched on the loop's thread; what other threads reach is in [`Shared`];
//! - no `RefCell` here is borrowed while code of the user's runs: wakers, callbacks and futures are taken out first;
//! - a loop is that of its thread exactly while it runs or closes.

use std::any::Any;
use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell, RefMut};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use super::blocking::Closures;
use super::callback;
use super::clock::Clock;
use super::number::{self, NOBODY};
use super::remote::{Message, Shared};
use super::shuffle::Shuffle;
use super::timers::{Action, TimerKey, Timers};
use crate::check::{self, slow_poll};
use crate::generator::registry::Registry;
use crate::raw::{self, Blocks, Entered, SharedCallback};
use crate::report::{self, Violation};
use crate::task::record::{TaskKey, Tasks, Unwound};
use crate::timeline;

/// For how many messages of other threads memory is kept.
const RECEIVED: usize = 1024;

/// A loop, as seen from its own thread.
pub(crate) struct Core {
    this: Weak<Core>,
    pub(super) shared: Arc<Shared>,
    /// The number of the loop.
    pub(crate) number: usize,
    /// Which loop of all there ever were in the program.
    pub(crate) serial: u64,
    pub(super) timers: RefCell<Timers>,
    /// Whether there may be any timers: asked in every turn.
    pub(super) has_timers: Cell<bool>,
    tasks: RefCell<Tasks>,
    /// The memory of the tasks.
    pub(crate) blocks: Blocks,
    /// The number of the task whose step is running, or `NOBODY`.
    current: Cell<usize>,
    /// Whether the wakers of tasks are counted, where the checks are on.
    counts_wakers: Cell<bool>,
    /// The id of the last task that may have given away a waker that is not counted.
    uncounted: Cell<u64>,
    /// Whether it began to wait for another task of the loop in this step, with a waker that is not counted, where they are.
    joins: Cell<bool>,
    /// When the last step ended, or the turn began.
    measured: Cell<Option<Instant>>,
    /// Whether the thread may be asleep.
    is_parked: Cell<bool>,
    /// The memory for what other threads send.
    received: Cell<Vec<Message>>,
    /// The waker of the thread, while the loop runs.
    waker: Cell<Option<Waker>>,
    /// Whether the future given to `run` is finished.
    pub(crate) main_is_done: Cell<bool>,
    /// What the panic has left behind that is on its way to the turn.
    pub(crate) unwound: Cell<Option<Unwound>>,
    /// Whether cleanup was left to the task whose step is running.
    pub(crate) cleanup_added: Cell<bool>,
    /// Whether to end the run when the turn is over.
    pub(super) stop: Cell<bool>,
    /// The closures that `run_blocking` has handed to other threads.
    pub(super) closures: Arc<Closures>,
    /// The generators that began on it.
    pub(crate) generators: Arc<Registry>,
    pub(super) clock: Box<dyn Clock>,
    pub(super) shuffle: Option<Shuffle>,
    /// Whether the checks that cost something are made.
    debug: Cell<bool>,
    slow_after: Cell<Duration>,
    pub(super) stalled_after: Cell<Option<Duration>>,
    /// Whether to report a stall where others may still wake the loop, for all that is known.
    pub(super) is_stall_expected: Cell<bool>,
    pub(super) shutdown_timeout: Duration,
    /// Set when the loop has dropped its tasks: whatever is scheduled after that is dropped at once.
    pub(super) closed: Cell<bool>,
    /// What a report at level `panic` panicked with; the run goes on with it when the turn is over.
    panic: Cell<Option<Box<dyn Any + Send>>>,
    /// The task of the future given to `run`.
    main: Cell<Option<TaskKey>>,
}

/// How a loop is set up.
pub(super) struct Settings {
    pub(super) debug: bool,
    pub(super) slow_after: Duration,
    pub(super) stalled_after: Option<Duration>,
    pub(super) is_stall_expected: bool,
    pub(super) shutdown_timeout: Duration,
    pub(super) clock: Box<dyn Clock>,
    pub(super) shuffle: Option<u64>,
}

/// Said where there is no loop.
const NO_LOOP: &str = "no event loop is running on this thread; call this inside of `checked_async::run(async { … })`, \
                       or from another thread through `checked_async::remote()` of the loop";

impl Core {
    pub(super) fn new(settings: Settings) -> Rc<Self> {
        let shared = Shared::new();
        Rc::new_cyclic(|this| Core {
            this: Weak::clone(this),
            number: shared.number(),
            serial: timeline::new_loop(),
            shared,
            timers: RefCell::new(Timers::new(settings.clock.now())),
            has_timers: Cell::default(),
            tasks: RefCell::new(Tasks::new()),
            blocks: Blocks::new(),
            current: Cell::new(NOBODY),
            // Nothing has been polled otherwise.
            counts_wakers: Cell::new(true),
            uncounted: Cell::default(),
            joins: Cell::default(),
            measured: Cell::default(),
            is_parked: Cell::default(),
            received: Cell::default(),
            waker: Cell::default(),
            main_is_done: Cell::default(),
            unwound: Cell::default(),
            cleanup_added: Cell::default(),
            stop: Cell::default(),
            closures: Arc::default(),
            generators: Arc::default(),
            clock: settings.clock,
            shuffle: settings.shuffle.map(Shuffle::new),
            debug: Cell::new(settings.debug),
            slow_after: Cell::new(settings.slow_after),
            stalled_after: Cell::new(settings.stalled_after),
            is_stall_expected: Cell::new(settings.is_stall_expected),
            shutdown_timeout: settings.shutdown_timeout,
            closed: Cell::default(),
            panic: Cell::default(),
            main: Cell::default(),
        })
    }

    /// What tells the loop that runs on this thread from others.
    pub(crate) fn identity() -> Option<usize> {
        Core::try_with(|core| core.map(|core| core.number))
    }

    /// Calls `with` with the loop that runs on this thread, if any.
    #[inline]
    pub(crate) fn try_with<R>(with: impl FnOnce(Option<&Core>) -> R) -> R {
        raw::with_loop(with)
    }

    /// Calls `with` with the loop that runs on this thread.
    #[inline]
    #[track_caller]
    pub(crate) fn with<R>(with: impl FnOnce(&Core) -> R) -> R {
        // Outside of the closure, which would not know its caller.
        match Core::try_with(|core| core.map(with)) {
            Some(result) => result,
            None => panic!("{NO_LOOP}"),
        }
    }

    /// The loop that runs on this thread, if any.
    pub(crate) fn try_current() -> Option<Rc<Core>> {
        Core::try_with(|core| core.map(Core::rc))
    }

    /// The loop, owned.
    #[inline]
    pub(crate) fn rc(&self) -> Rc<Core> {
        self.this.upgrade().expect("it is borrowed, so it is alive")
    }

    /// The loop that runs on this thread.
    #[track_caller]
    pub(crate) fn current() -> Rc<Core> {
        Core::try_current().unwrap_or_else(|| panic!("{NO_LOOP}"))
    }

    /// Makes this the loop of the thread.
    pub(super) fn enter(self: &Rc<Self>) -> Entered {
        Entered::new(Rc::clone(self))
    }

    /// Puts a callback at the end of the queue.
    #[inline]
    pub(crate) fn push(&self, callback: SharedCallback) {
        self.tasks_mut().queue.push_callback(callback);
        self.unpark();
    }

    /// Wakes the thread if it may be asleep.
    #[inline]
    pub(crate) fn unpark(&self) {
        if self.is_parked.get() {
            self.unpark_now();
        }
    }

    /// Whether the thread may be asleep.
    #[inline(always)]
    pub(crate) fn is_parked(&self) -> bool {
        self.is_parked.get()
    }

    #[cold]
    fn unpark_now(&self) {
        self.is_parked.set(false);
        if let Some(waker) = self.waker.take() {
            waker.wake_by_ref();
            self.waker.set(Some(waker));
        }
    }

    /// Empties the queue. The callbacks, if anything was queued at all.
    pub(super) fn take_entries(&self) -> Option<VecDeque<SharedCallback>> {
        self.tasks_mut().queue.take_all()
    }

    /// Takes over what other threads have sent.
    #[inline]
    pub(super) fn receive(&self) {
        if self.shared.has_messages() {
            self.receive_now();
        }
    }

    #[cold]
    fn receive_now(&self) {
        let mut messages = self.received.take();
        self.shared.take(&mut messages);
        for message in messages.drain(..) {
            match message {
                Message::Wake(number) => self.wake_task(number),
                Message::Call(call) => self.push(callback::from_remote(self, call)),
            }
        }
        if messages.capacity() > RECEIVED {
            messages.shrink_to(RECEIVED);
        }
        self.received.set(messages);
    }

    /// Sets how the thread is woken: `None` where the loop is not running.
    pub(super) fn set_waker(&self, waker: Option<&Waker>) {
        self.shared.set_waker(waker);
        drop(self.waker.replace(waker.cloned()));
    }

    /// Says that the thread is about to sleep, and to be woken if anything is queued.
    #[inline]
    pub(super) fn park(&self) {
        self.is_parked.set(true);
    }

    /// Says that the thread is awake.
    #[inline]
    pub(super) fn is_awake(&self) {
        self.is_parked.set(false);
    }

    #[inline]
    pub(crate) fn tasks(&self) -> Ref<'_, Tasks> {
        self.tasks.borrow()
    }

    #[inline]
    pub(crate) fn tasks_mut(&self) -> RefMut<'_, Tasks> {
        self.tasks.borrow_mut()
    }

    /// The task whose step is running.
    #[inline]
    pub(crate) fn current_task(&self) -> Option<TaskKey> {
        let number = self.current.get();
        if number == NOBODY { None } else { self.tasks().numbered(number) }
    }

    /// The name of the task whose step is running, and where it was spawned, for reports: those may be made at any time.
    pub(crate) fn current_name(&self) -> Option<(Cow<'static, str>, &'static Location<'static>)> {
        let number = self.current.get();
        let tasks = self.tasks.try_borrow().ok().filter(|_| number != NOBODY)?;
        let record = tasks.get(tasks.numbered(number)?)?;
        Some((record.name(), record.created))
    }

    /// Sets the task whose step is running, where none was, until what this returns is dropped.
    #[inline(always)]
    pub(crate) fn begin_current_task(&self, number: usize) -> Current<'_> {
        debug_assert!(self.current.get() == NOBODY, "there are no steps within steps");
        self.current.set(number);
        Current { core: self, before: NOBODY }
    }

    /// Sets the task whose step is running, until what this returns is dropped.
    #[inline]
    pub(crate) fn set_current_task(&self, number: usize) -> Current<'_> {
        Current { core: self, before: self.current.replace(number) }
    }

    /// Whether the wakers of tasks are counted, where the checks are on.
    #[inline]
    pub(crate) fn counts_wakers(&self) -> bool {
        self.counts_wakers.get()
    }

    pub(super) fn count_wakers(&self, count: bool) {
        if count && !self.counts_wakers.get() {
            self.count_from_now();
        }
        self.counts_wakers.set(count);
    }

    /// The id of the last task of whose wakers it is not known who has them, as it was there before they were counted.
    pub(crate) fn uncounted(&self) -> &Cell<u64> {
        &self.uncounted
    }

    /// Whether a waker is one of the task whose step is running.
    #[inline]
    pub(crate) fn is_of_current(&self, waker: &Waker) -> bool {
        raw::number_of(waker) == Some(self.current.get())
    }

    /// Whether the step of the task with this number is running.
    #[inline]
    pub(crate) fn is_current(&self, number: usize) -> bool {
        self.current.get() == number
    }

    /// Whether the task that is running has, for all that is known, begun to wait for another in this step.
    #[inline]
    pub(crate) fn joins(&self) -> &Cell<bool> {
        &self.joins
    }

    /// The number by which the waker of a task finds it.
    #[inline]
    pub(crate) fn waker_number(&self, task: TaskKey) -> usize {
        number::of(self.number, task)
    }

    /// Takes note that the task that is running waits for this one, with this waker.
    #[inline]
    pub(crate) fn note_awaiter(&self, task: TaskKey, waker: &Waker) {
        // Most often that tells it.
        if !self.is_of_current(waker) {
            self.write_awaiter(task);
        }
    }

    #[cold]
    fn write_awaiter(&self, task: TaskKey) {
        let awaiter = self.current_task();
        if let Some(record) = self.tasks_mut().get_mut(task) {
            record.rare_mut().awaiter = awaiter;
        }
    }

    /// When the last step ended, or the turn began.
    pub(crate) fn measured(&self) -> Option<Instant> {
        self.measured.get()
    }

    /// The machine's time, from which on is measured.
    pub(super) fn begin_measuring(&self) -> Instant {
        let now = Instant::now();
        self.measured.set(Some(now));
        now
    }

    /// The machine's time, and the time since this was asked last, or since the turn began.
    pub(crate) fn measure(&self) -> (Instant, Duration) {
        let now = Instant::now();
        let before = self.measured.replace(Some(now)).unwrap_or(now);
        (now, now.saturating_duration_since(before))
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
        let before = self.debug.replace(debug);
        if self.is_debug() && !before {
            report::watch_panics();
            self.shared.idle.begin_anew();
            self.count_from_now();
            // What the step has taken so far is not known, and what of it was reported is not taken from what follows.
            self.measure();
            slow_poll::without_excused(Duration::ZERO);
        }
        self.switch_checks();
    }

    /// From when on a step is slow.
    #[inline]
    pub(crate) fn slow_after(&self) -> Duration {
        self.slow_after.get()
    }

    /// How long nothing may run, while tasks wait.
    #[inline]
    pub(crate) fn stalled_after(&self) -> Option<Duration> {
        self.stalled_after.get()
    }

    pub(super) fn set_slow_after(&self, slow_after: Duration) {
        self.change_slow_after(|| self.slow_after.set(slow_after));
    }

    /// Whether it runs, on this thread.
    pub(super) fn is_here(&self) -> bool {
        Core::try_with(|core| core.is_some_and(|core| std::ptr::eq(core, self)))
    }

    /// Whether the loop is gone, but for who still has a handle to it.
    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    #[inline]
    pub(crate) fn timers(&self) -> RefMut<'_, Timers> {
        self.timers.borrow_mut()
    }

    /// Adds a timer.
    pub(crate) fn add_timer(&self, deadline: Instant, action: Action) -> TimerKey {
        self.has_timers.set(true);
        self.timers().insert(deadline, action)
    }

    /// Takes note of whether there are timers.
    pub(super) fn note_timers(&self) {
        self.has_timers.set(!self.timers().is_empty());
    }

    /// The task of the future given to `run`.
    pub(crate) fn main_key(&self) -> Option<TaskKey> {
        self.main.get()
    }

    pub(super) fn set_main(&self, main: Option<TaskKey>) {
        self.main.set(main);
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
        if let Some(main) = self.main.get() {
            self.cancel_task(main);
        }
    }

    /// What other threads reach.
    #[inline]
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

/// A task whose step is running, until this is dropped; then it is again the one that was before.
pub(crate) struct Current<'a> {
    core: &'a Core,
    before: usize,
}

impl Drop for Current<'_> {
    #[inline]
    fn drop(&mut self) {
        self.core.current.set(self.before);
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
