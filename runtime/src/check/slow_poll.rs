//! `slow_poll`: one poll of a checked future took so long that its thread had no time for others.
//!
//! The [`watch`](crate::watch) asks each thread, a hundred times a second, to look at the time. The next poll that begins or
//! ends there does: it takes note of all polls that are under way and were not seen before, and so knows, but for the time
//! between two ticks, when each began. A poll that ends is judged by that.
//!
//! Who is named: polls end from the inside outwards. The time of a poll that was reported is taken from all around it, and
//! so is what a function may take by its own `slow_after`, and the time in `block_in_place`, which has made room for others.
//! What is left of an outer poll's time is its own, or that of many short ones. Time in which the thread waited for a processor is
//! nobody's ([`starved`]).
//!
//! Invariant: what a thread has noted is about the marked futures on its stack, outermost first, and some that were above
//! those and are gone.

use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::check::level::read_environment;
use crate::check::{Kind, Level, alarm, level, starved};
use crate::future::{Function, Head};
use crate::private::Site;
use crate::watch::FINEST;
use crate::{raw, report, watch};

/// How long a poll may take, in nanoseconds, where its function does not say.
static SLOW_AFTER: AtomicU64 = AtomicU64::new(100_000_000);

/// The shortest time that any function or loop so far has said instead.
static SHORTEST_SAID: AtomicU64 = AtomicU64::new(u64::MAX);

/// Sets how long one poll may take before it is reported as [`Kind::SlowPoll`], for the whole program, from now on.
///
/// It is 100 ms otherwise, or what `CHECKED_ASYNC=slow_after=…` says; a function's own
/// `#[checked_async(slow_after = "250ms")]` wins over this, and so does `slow_after` of an event loop for its tasks. Time is measured to a tenth of it, or to a millisecond
/// where that is more, and less than a millisecond is taken for one. Modelled on asyncio's `loop.slow_callback_duration`.
///
/// # Examples
///
/// ```
/// use checked_async::set_slow_after;
/// use std::time::Duration;
///
/// set_slow_after(Duration::from_millis(20));
/// ```
pub fn set_slow_after(duration: Duration) {
    read_environment();
    store(duration);
}

/// As [`set_slow_after`], for the environment.
pub(super) fn store(duration: Duration) {
    SLOW_AFTER.store(nanoseconds(duration), Relaxed);
    watch::measure_shorter();
}

/// Called when the level was set: while it is off, no thread is watched.
pub(super) fn level_changed() {
    let now = watch::now();
    raw::for_each_thread(|thread| {
        thread.raise_alarm(now);
    });
}

thread_local! {
    /// What the loop whose task is being polled says instead of `SLOW_AFTER`, or `UNSAID`.
    static OF_LOOP: Cell<u64> = const { Cell::new(UNSAID) };
    /// The time of the polls that were reported on this thread or need not be, in all.
    static EXCUSED: Cell<u64> = const { Cell::new(0) };
    /// Whether a checked future was ever polled on this thread.
    static HAS_POLLED: Cell<bool> = const { Cell::new(false) };
}

const UNSAID: u64 = 0;

/// Takes so much from the time of whoever measures all that this thread does.
fn excuse_on_thread(time: u64) {
    EXCUSED.set(EXCUSED.get().saturating_add(time));
}

/// How long a poll may take where its function does not say.
fn slow_after_elsewhere() -> u64 {
    match OF_LOOP.get() {
        UNSAID => SLOW_AFTER.load(Relaxed),
        of_loop => of_loop,
    }
}

/// How long a poll of this function may take.
fn slow_after(function: &Function) -> u64 {
    function.slow_after().unwrap_or_else(slow_after_elsewhere)
}

/// The shortest time that counts as slow anywhere.
pub(crate) fn shortest() -> u64 {
    SLOW_AFTER.load(Relaxed).min(SHORTEST_SAID.load(Relaxed))
}

/// Has it measured from now on what is slow after this time.
#[inline]
fn measure(slow_after: u64) {
    if slow_after < SHORTEST_SAID.load(Relaxed) {
        measure_shorter(slow_after);
    }
}

#[cold]
fn measure_shorter(slow_after: u64) {
    SHORTEST_SAID.fetch_min(slow_after, Relaxed);
    watch::measure_shorter();
}

/// Takes note that a function is called that has a `slow_after` of its own.
#[inline]
pub(crate) fn called(site: &Site) {
    if let Some(own) = site.slow_after {
        measure(own.max(FINEST));
    }
}

/// How long a poll may take in this program, where nothing else is said.
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) fn slow_after_by_default() -> Duration {
    read_environment();
    Duration::from_nanos(SLOW_AFTER.load(Relaxed))
}

/// What is left of the time since this was asked last on this thread, without that which was reported or need not be.
#[cfg(feature = "event-loop")]
#[inline]
pub(crate) fn without_excused(took: Duration) -> Duration {
    match EXCUSED.replace(0) {
        0 => took,
        excused => took.saturating_sub(Duration::from_nanos(excused)),
    }
}

/// Takes from the step that has just panicked what the panic's message may have taken: to print a backtrace takes long, and how
/// long cannot be told from the step's own time. Without one it is nothing.
#[cfg(feature = "event-loop")]
#[cold]
pub(crate) fn excuse_backtrace() {
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0") {
        EXCUSED.set(u64::MAX);
    }
}

/// Has a loop say how long polls on this thread may take, or nobody.
#[cfg(feature = "event-loop")]
pub(crate) fn say(slow_after: Option<Duration>) {
    let of_loop = slow_after.map_or(UNSAID, nanoseconds);
    if of_loop != UNSAID {
        measure(of_loop);
    }
    OF_LOOP.set(of_loop);
}

/// While this lives, a loop says how long polls on this thread may take.
#[cfg(feature = "event-loop")]
pub(crate) struct Said(u64);

#[cfg(feature = "event-loop")]
impl Said {
    pub(crate) fn begin(slow_after: Option<Duration>) -> Self {
        let before = OF_LOOP.get();
        say(slow_after);
        // What was before is part of no step.
        EXCUSED.set(0);
        Said(before)
    }
}

#[cfg(feature = "event-loop")]
impl Drop for Said {
    fn drop(&mut self) {
        OF_LOOP.set(self.0);
    }
}

/// A duration of at least a millisecond.
fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX).max(FINEST)
}

/// A poll that took too long.
pub(crate) struct Slow {
    took: u64,
    /// When it began at the latest.
    began: u64,
    slow_after: u64,
}

/// A poll that is under way.
struct Polling {
    /// The address of its future's head, which nothing else has as long as it is.
    head: usize,
    /// When it began, at the earliest and at the latest.
    earliest: u64,
    latest: u64,
    /// How long it may take.
    slow_after: u64,
    /// From when on it, or one around it, takes too long.
    due: u64,
    /// What the thread had waited for a processor when it began.
    waited: starved::Waited,
}

impl Polling {
    /// How long it took at the time `now`: at most. Where the watch was so late that this says little, a bit more than at
    /// least.
    fn took(&self, now: u64) -> u64 {
        let (least, most) = (now.saturating_sub(self.latest), now.saturating_sub(self.earliest));
        most.min(least + self.slack())
    }

    /// How far the time may be off: by a tick at least, of a watch that knows of it.
    fn slack(&self) -> u64 {
        (self.slow_after / 10).max(2 * FINEST)
    }

    /// From when on it takes too long.
    fn due(&self) -> u64 {
        let (first, last) = (self.earliest, self.latest.saturating_sub(self.slack()));
        first.max(last).saturating_add(self.slow_after)
    }
}

/// What a thread has noted.
struct Notes {
    /// The polls that were under way when it last looked at the time, outermost first.
    polls: Vec<Polling>,
    /// When that was.
    looked: u64,
}

thread_local! {
    static NOTES: RefCell<Notes> = const { RefCell::new(Notes { polls: Vec::new(), looked: 0 }) };
}

impl Notes {
    /// Takes note of the polls that are under way now.
    fn look(&mut self, now: u64) {
        // All that began later have seen the alarm.
        let latest = raw::raised().unwrap_or(now).clamp(self.looked, now);
        let mut known = 0;
        let mut new = Vec::new();
        raw::for_each_while(|head| {
            let address = std::ptr::from_ref(head).addr();
            if head.mark() {
                known = self.polls.iter().rposition(|poll| poll.head == address).map_or(0, |at| at + 1);
                return false;
            }
            new.push((address, slow_after(head.function())));
            true
        });
        self.polls.truncate(known);
        let waited = starved::by(self.looked);
        for (head, slow_after) in new.into_iter().rev() {
            let around = self.polls.last().map_or(u64::MAX, |poll| poll.due);
            let mut poll = Polling { head, earliest: self.looked, latest, slow_after, due: around, waited };
            poll.due = around.min(poll.due());
            self.polls.push(poll);
        }
        self.looked = now;
        starved::look(now, now.saturating_sub((slow_after_elsewhere() / 10).max(FINEST)));
    }

    /// Takes so much from the time of all polls under way.
    fn excuse(&mut self, time: u64, now: u64) {
        excuse_on_thread(time);
        for poll in &mut self.polls {
            poll.earliest = (poll.earliest + time).min(now);
            poll.latest = (poll.latest + time).min(now);
            poll.due = poll.due.saturating_add(time);
            poll.waited.leave_out(time);
        }
    }

    /// Whether a poll under way has taken too long, or will have soon after the next tick: then its end must not be missed.
    fn is_due(&self, now: u64) -> bool {
        self.polls.last().is_some_and(|poll| now + 2 * watch::tick_length() >= poll.due)
    }
}

/// Whether slow polls are reported.
pub(crate) fn is_on() -> bool {
    watch::POSSIBLE && level(Kind::SlowPoll) != Level::Off
}

/// Runs `run` with what this thread has noted and the time, if anything is to be noted, and sees to the alarm. A thread
/// that is ending has no notes.
fn with_notes<R>(run: impl FnOnce(&mut Notes, u64) -> R) -> Option<R> {
    HAS_POLLED.set(true);
    let on = is_on();
    let noted = NOTES.try_with(|notes| {
        let mut notes = notes.try_borrow_mut().ok().filter(|_| on)?;
        let now = watch::now().max(notes.looked);
        let result = run(&mut notes, now);
        Some((result, notes.is_due(now)))
    });
    let (result, is_due) = noted.ok().flatten().unzip();
    if is_due == Some(true) {
        if !raw::is_alarmed() {
            raw::keep_alarm();
        }
    } else {
        lower_alarm(on);
    }
    result
}

/// Whether a checked future was ever polled on this thread: the first poll finds the alarm raised.
pub(crate) fn has_polled() -> bool {
    HAS_POLLED.get()
}

/// Lowers this thread's alarm, if there is someone to raise it again. Otherwise every poll looks at the time.
fn lower_alarm(on: bool) {
    let registered = raw::register();
    if registered || !watch::POSSIBLE {
        raw::lower_alarm();
    }
    if registered && on && !watch::keep_awake() || alarm::is_needed() {
        raw::keep_alarm();
    }
}

/// Looks at the time, where a loop has found the alarm raised.
#[cfg(feature = "event-loop")]
pub(crate) fn look() {
    with_notes(|notes, now| notes.look(now));
}

/// Called before a poll begins, if the alarm is raised.
#[cold]
pub(crate) fn entering() {
    with_notes(|notes, now| notes.look(now));
}

/// Called when the innermost poll ends, if the alarm is raised. The future is still on the stack.
#[cold]
pub(crate) fn leaving(head: &Head) -> Option<Slow> {
    with_notes(|notes, now| {
        notes.look(now);
        let address = std::ptr::from_ref(head).addr();
        let poll = notes.polls.pop_if(|poll| poll.head == address)?;
        let mut took = poll.took(now);
        if std::thread::panicking() {
            // The time may be that of printing a backtrace.
            notes.excuse(took, now);
            return None;
        }
        let mut waited = 0;
        if took >= poll.slow_after {
            waited = poll.waited.least();
            took = took.saturating_sub(waited);
            notes.excuse(waited, now);
        }
        let excused = took >= poll.slow_after || poll.slow_after > slow_after_elsewhere();
        if excused {
            // To a loop, whose steps are measured exactly, it took as long as it may have.
            excuse_on_thread(poll.latest.saturating_sub(poll.earliest));
        }
        if took >= poll.slow_after {
            return Some(Slow { took, began: poll.latest.saturating_add(waited), slow_after: poll.slow_after });
        }
        if excused {
            notes.excuse(took, now);
        }
        None
    })
    .flatten()
}

impl Slow {
    /// Reports it. The future is no longer on the stack.
    pub(crate) fn report(self, function: &Function) {
        /// Takes the time from those around it, the time of the report included, even if that panics.
        struct Excuse(u64);

        impl Drop for Excuse {
            fn drop(&mut self) {
                with_notes(|notes, now| {
                    notes.excuse(now.saturating_sub(self.0), now);
                    notes.looked = now;
                });
            }
        }

        let _excuse = Excuse(self.began);
        let level = level(Kind::SlowPoll);
        if level != Level::Off {
            let [took, slow_after] = [self.took, self.slow_after].map(Duration::from_nanos);
            report::raise(report::slow_poll(function, level, took, slow_after));
        }
    }
}

/// Takes the time until it is dropped from that of all polls under way.
pub(crate) struct Blocking {
    /// Since when, on a thread that polls a checked future.
    polling: Option<u64>,
    /// Since when, on another: a loop may measure the time too.
    alone: Option<u64>,
}

impl Blocking {
    /// From now on the thread blocks on purpose.
    pub(crate) fn begin() -> Self {
        let mut is_polling = false;
        raw::for_each_while(|_| {
            is_polling = true;
            false
        });
        if !is_polling {
            return Blocking { polling: None, alone: is_said().then(watch::now) };
        }
        let polling = with_notes(|notes, now| {
            notes.look(now);
            now
        });
        Blocking { polling, alone: None }
    }
}

/// Whether a loop runs on this thread that measures its steps.
fn is_said() -> bool {
    OF_LOOP.get() != UNSAID
}

impl Drop for Blocking {
    fn drop(&mut self) {
        if let Some(began) = self.polling {
            with_notes(|notes, now| {
                notes.look(now);
                notes.excuse(now.saturating_sub(began), now);
            });
        }
        if let Some(began) = self.alone {
            excuse_on_thread(watch::now().saturating_sub(began));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_is_measured_as_it_says() {
        static SITE: Site = Site { file: "", line: 1, column: 1, name: None, slow_after: Some(20_000_000) };
        called(&SITE);
        assert!(shortest() <= 20_000_000, "{}", shortest());
    }
}
