//! The turns of a loop: what runs when, and when the thread sleeps.
//!
//! A turn is: what other threads have sent, then the timers that are due, by deadline and creation, are put behind what
//! is queued; then exactly those entries run that are queued by now, first in, first out. What they schedule runs in the
//! next turn. After so many entries, and whenever nothing is left to run, the thread does I/O: then wake-ups by I/O are
//! queued too.
//!
//! This is a future, polled by `async_io::block_on`: while it is pending, that waits for I/O.

use std::any::Any;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use async_io::Timer;

use super::callback;
use super::core::Core;
use super::dump::Dumps;
use super::interrupt::Interrupt;
use super::outlook::{self, Outlook};
use super::timers::Action;
use crate::task::record::{Next, NextSeen, Unwound};
use crate::task::stored::Steps;
use crate::{raw, report};

/// How many entries run at most before the thread looks at I/O: what tokio takes too.
const ENTRIES_BEFORE_IO: usize = 61;

/// The future given to `run`.
pub(super) struct Main<'a> {
    pub(super) future: Pin<&'a mut dyn Steps>,
}

impl Main<'_> {
    #[inline(always)]
    fn reborrow(main: &mut Option<Self>) -> Option<Pin<&mut dyn Steps>> {
        match main {
            Some(Main { future }) => Some(future.as_mut()),
            None => None,
        }
    }
}

/// When a run of turns is over.
pub(super) enum Until<'a> {
    /// When the future given to `run` is finished.
    MainIsDone,
    /// When this says so; asked before each sleep and after each turn.
    Condition(&'a dyn Fn(&Core) -> bool),
}

/// Why a run of turns is over.
#[derive(PartialEq, Eq)]
pub(super) enum Ended {
    Done,
    Stopped,
    TimedOut,
}

/// Why no turn can be run at once.
enum Pause {
    Ended(Ended),
    /// Nothing is queued.
    Idle,
    /// It is time to look at I/O.
    Io,
}

/// Runs turns.
pub(super) struct Turns<'a> {
    pub(super) core: &'a Rc<Core>,
    pub(super) main: Option<Main<'a>>,
    pub(super) until: Until<'a>,
    /// When to give up, by the machine's clock.
    pub(super) give_up: Option<Instant>,
    pub(super) interrupt: Option<&'a mut Interrupt>,
    pub(super) dumps: Option<Rc<Dumps>>,
    alarm: Alarm,
    /// Whom others wake if the thread is to go on.
    waker: Option<Waker>,
    /// The sleep or the look at I/O that is under way.
    away: Option<Away>,
    /// How many entries have run since the last look at I/O.
    done: usize,
    /// Whether anything has run since the loop fell asleep, where its checks are on.
    has_run: bool,
}

/// A time when the loop was not running.
struct Away {
    /// When it should be over at the latest.
    due: Option<Instant>,
}

/// Wakes the sleeping thread at a time.
struct Alarm {
    timer: Timer,
    at: Option<Instant>,
}

impl Alarm {
    /// Makes sure that the thread is woken at this time, if any. Whether it is over already. It may be woken earlier: to set the
    /// reactor's timer costs more than to wake up once in vain, and most times that pass are those of limits that were kept.
    fn set(&mut self, at: Option<Instant>, cx: &mut Context<'_>) -> bool {
        match at {
            Some(at) if self.at.is_none_or(|earlier| earlier > at) => {
                self.at = Some(at);
                self.timer.set_at(at);
            }
            _ => {}
        }
        let over = self.at.is_some() && Pin::new(&mut self.timer).poll(cx).is_ready();
        if over {
            self.at = None;
        }
        over
    }
}

impl<'a> Turns<'a> {
    pub(super) fn new(core: &'a Rc<Core>, until: Until<'a>) -> Self {
        Turns {
            core,
            main: None,
            until,
            give_up: None,
            interrupt: None,
            dumps: None,
            alarm: Alarm { timer: Timer::never(), at: None },
            waker: None,
            away: None,
            done: 0,
            // What was counted before is none of this run's.
            has_run: true,
        }
    }

    /// Has others wake the thread by this.
    #[inline]
    fn say_waker(&mut self, waker: &Waker) {
        if !self.waker.as_ref().is_some_and(|said| said.will_wake(waker)) {
            self.core.set_waker(Some(waker));
            self.waker = Some(waker.clone());
        }
    }

    /// Whether this run of turns is over.
    #[inline(never)]
    fn ended(&self) -> Option<Ended> {
        let done = match self.until {
            Until::MainIsDone => self.core.main_is_done.get(),
            Until::Condition(holds) => holds(self.core),
        };
        if done {
            Some(Ended::Done)
        } else if self.core.stop.get() {
            Some(Ended::Stopped)
        } else if self.give_up.is_some_and(|give_up| Instant::now() >= give_up) {
            Some(Ended::TimedOut)
        } else {
            None
        }
    }

    /// Runs turns as long as there is something to run, and it is not time to look at I/O.
    fn run(&mut self) -> Pause {
        let is_plain = matches!(self.until, Until::MainIsDone) && self.give_up.is_none() && self.core.shuffle.is_none();
        if is_plain { self.run_as::<true>() } else { self.run_as::<false>() }
    }

    /// The same, where only the future given to `run` ends the run, and nothing is shuffled, or not. A function of its own, and
    /// small, so that what it needs stays in registers.
    #[inline(never)]
    fn run_as<const PLAIN: bool>(&mut self) -> Pause {
        let core: &Core = self.core;
        let mut main = self.main.take();
        let mut done = self.done;
        let pause = loop {
            if (!PLAIN || core.main_is_done.get() | core.stop.get())
                && let Some(ended) = self.ended()
            {
                break Pause::Ended(ended);
            }
            core.receive();
            if core.has_timers.get() {
                fire_timers(core);
            }
            let entries = core.tasks_mut().queue.begin_turn();
            if entries == 0 {
                break Pause::Idle;
            }
            if !PLAIN {
                shuffle(core, entries);
            }
            if core.is_debug() {
                core.forget_strays();
                self.has_run = true;
            }
            let mut left = entries;
            // Entered once a turn, not once a step.
            while left > 0 {
                let ran = if core.is_debug() {
                    catch_unwind(AssertUnwindSafe(|| steps_with_checks(core, &mut main, left)))
                } else {
                    catch_unwind(AssertUnwindSafe(|| steps(core, &mut main, left)))
                };
                left = match ran {
                    Ok(left) => left,
                    Err(panic) => {
                        panicked(core, &mut main, panic);
                        core.tasks().queue.left()
                    }
                };
            }
            done += entries;
            if done >= ENTRIES_BEFORE_IO {
                break self.ended().map_or(Pause::Io, Pause::Ended);
            }
        };
        self.done = done;
        self.main = main;
        pause
    }

    /// Goes to sleep until something can run. Whether the clock has moved itself instead.
    fn sleep(&mut self, cx: &mut Context<'_>) -> bool {
        let core = self.core;
        let first = core.timers.borrow_mut().first();
        if let Some(first) = first
            && core.closures.is_empty()
            && core.clock.idle(first)
        {
            return true;
        }
        // Deadlines are times of the loop's clock, the alarm goes by the machine's.
        let due = first.map(|first| super::clock::after(Instant::now(), first.saturating_duration_since(core.now())));
        let at = [due, self.give_up].into_iter().flatten().min();
        core.park();
        if self.alarm.set(at, cx) {
            core.is_awake();
            return true;
        }
        self.away = Some(Away { due });
        if core.is_debug()
            && let Some(stalled_after) = core.stalled_after.get()
        {
            core.shared.begin_sleep(mem::take(&mut self.has_run), stalled_after);
        }
        false
    }

    /// Takes note that the loop is back from where it was away.
    fn come_back(&mut self) {
        self.core.is_awake();
        let Some(away) = self.away.take() else { return };
        if !self.core.is_debug() {
            return;
        }
        let now = self.core.begin_after_sleep();
        let Some(due) = away.due else { return };
        let late = now.saturating_duration_since(due);
        if late >= self.core.slow_after() {
            super::raise(report::slow_select(late));
        }
    }

    /// Takes note that nothing can run, which is reported if that is so for too long. Whether it was: then something may run now.
    fn note_idle(&mut self) -> bool {
        if !self.core.is_debug() {
            return false;
        }
        let Some(stalled_after) = self.core.stalled_after.get() else { return false };
        let idle = if stalled_after.is_zero() {
            mem::take(&mut self.has_run).then_some(Duration::ZERO)
        } else if self.has_run {
            // It is idle since now, as the sleep will note.
            None
        } else {
            self.core.shared.idle.take_due().map(|since| since.elapsed())
        };
        // Said once, until something runs again.
        let idle = idle.filter(|_| !self.core.tasks().are_finished() && self.is_stalled());
        if let Some(idle) = idle {
            let tree = crate::task::tree::of(self.core);
            if let Some(dumps) = &self.dumps {
                dumps.stalled(&tree);
            }
            super::raise(report::stalled_loop(idle, &tree));
        }
        idle.is_some()
    }

    /// Whether nothing is known that may wake the loop. Doubt is left to whoever has set the time.
    fn is_stalled(&self) -> bool {
        let core = self.core;
        core.timers.borrow_mut().first().is_none()
            && core.closures.is_empty()
            && match outlook::look(self.interrupt.as_ref().and_then(|interrupt| interrupt.fd())) {
                Outlook::Nothing => true,
                Outlook::Doubtful => core.is_stall_expected.get(),
                Outlook::Io => false,
            }
    }
}

impl Future for Turns<'_> {
    type Output = Ended;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended> {
        let this = &mut *self;
        let _running = this.core.begin_running();
        this.say_waker(cx.waker());
        this.come_back();
        if let Some(interrupt) = &mut this.interrupt {
            interrupt.poll(this.core, cx);
        }
        this.done = 0;
        loop {
            match this.run() {
                Pause::Ended(ended) => return Poll::Ready(ended),
                Pause::Idle => {
                    // Whoever handles the report may have something run.
                    if !this.note_idle() && !this.sleep(cx) {
                        return Poll::Pending;
                    }
                }
                Pause::Io => {
                    if this.core.is_debug() {
                        this.away = Some(Away { due: Some(Instant::now()) });
                    }
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
            }
        }
    }
}

/// Ends the step that has panicked.
#[cold]
#[inline(never)]
fn panicked(core: &Core, main: &mut Option<Main<'_>>, panic: Box<dyn Any + Send>) {
    match core.unwound.take() {
        Some(Unwound::Task(key, stored)) => core.fail_step(key, stored, Main::reborrow(main), panic),
        Some(Unwound::Callback(callback)) => callback::panicked(core, Some(&callback), panic),
        None => callback::panicked(core, None, panic),
    }
}

/// Runs so many steps of this turn, or fewer if the checks are turned on; how many are left. A panic ends the step, and this.
#[inline(always)]
fn steps(core: &Core, main: &mut Option<Main<'_>>, left: usize) -> usize {
    // Counted, so that the queue need not be asked whether the turn is over.
    for done in 0..left {
        if core.is_debug() {
            return left - done;
        }
        let mut tasks = core.tasks_mut();
        match tasks.next() {
            Some(Next::Step(step)) => {
                drop(tasks);
                core.step(step, Main::reborrow(main));
            }
            Some(Next::Special(step, turn)) => {
                drop(tasks);
                core.step_special(step, turn, Main::reborrow(main));
            }
            Some(Next::Callback(callback)) => {
                drop(tasks);
                callback::step(core, &callback);
            }
            Some(Next::Nothing) => {}
            None => break,
        }
    }
    0
}

/// The same with the checks, or fewer if they are turned off.
#[inline(always)]
fn steps_with_checks(core: &Core, main: &mut Option<Main<'_>>, left: usize) -> usize {
    for done in 0..left {
        if !core.is_debug() {
            return left - done;
        }
        let mut tasks = core.tasks_mut();
        match tasks.next_seen() {
            Some(NextSeen::Step(step, waker)) => {
                drop(tasks);
                core.step_with_checks(step, waker, Main::reborrow(main));
            }
            Some(NextSeen::Other(Next::Special(step, turn))) => {
                drop(tasks);
                core.step_watched(step, turn, Main::reborrow(main));
            }
            Some(NextSeen::Other(Next::Callback(callback))) => {
                drop(tasks);
                callback::step(core, &callback);
            }
            Some(NextSeen::Other(_)) => {}
            None => break,
        }
    }
    0
}

/// Shuffles a turn that begins, if that is wanted.
#[cold]
#[inline(never)]
fn shuffle(core: &Core, entries: usize) {
    if let Some(shuffle) = &core.shuffle {
        shuffle.shuffle(&mut core.tasks_mut().queue, entries);
    }
}

/// Does what the timers that are due are for, in their order.
#[cold]
#[inline(never)]
fn fire_timers(core: &Core) {
    let now = core.now();
    let Some(now) = core.timers().look(now) else { return core.note_timers() };
    loop {
        let due = core.timers.borrow_mut().pop_due(now);
        match due {
            Some(Action::Wake(waker)) => wake_on(core, waker),
            Some(Action::Call(callback)) => core.push(callback),
            None => break,
        }
    }
    core.note_timers();
}

/// Wakes someone, on this loop as a rule.
#[inline]
fn wake_on(core: &Core, waker: Waker) {
    match raw::bare_number_of(&waker) {
        Some(number) => {
            // It owns nothing.
            mem::forget(waker);
            core.wake_task(number);
        }
        None => wake_other(core, waker),
    }
}

/// Wakes someone whose waker owns something.
#[inline(never)]
fn wake_other(core: &Core, waker: Waker) {
    match raw::number_of(&waker) {
        // It is one that is counted, and given up when the task is in the queue.
        Some(number) => core.wake_task(number),
        None => wake(waker),
    }
}

/// Wakes someone; a waker that panics does not disturb the loop.
pub(crate) fn wake(waker: Waker) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| waker.wake())) {
        super::raise(report::waker_panicked(&report::Panicked::new(&*panic)));
        report::drop_panic(panic);
    }
}

/// A time limit from now.
pub(super) fn limit(timeout: Duration) -> Instant {
    super::clock::after(Instant::now(), timeout)
}
