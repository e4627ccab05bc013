//! What a step of a task is looked at for, where the loop's checks are on.
//!
//! Most steps pay for two tests: whether they are [watched](Step), as there is something to remember of the task, and at their
//! end [`raw::needs_attention`], which says whether there is anything to look at.
//!
//! Who waits for another task of the loop is woken by that one's record, where its number is. So its waker need not be counted
//! for that: whether anybody waits so is to be seen in the records, where anybody asks, and most often it began in the same
//! step, which says so.

use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::{HELD, JOINED, NEW, Next, QUEUED, Record, SPECIAL, Step, TaskKey, Tasks, WATCHED, put};
use crate::check::lost_waker::{self, Due};
use crate::event_loop::{self, Core, Took, number};
use crate::places::{self, Places};
use crate::raw::{self, OwnedTask};
use crate::task::stored::Steps;
use crate::{report, timeline};

impl Record {
    /// The task that waits for this one's output, as far as known.
    pub(crate) fn awaiter(&self, tasks: &Tasks) -> Option<TaskKey> {
        let by_waker = self.waiting.as_ref().and_then(raw::number_of).and_then(|number| tasks.numbered(number));
        by_waker.or_else(|| self.rare().and_then(|rare| rare.awaiter))
    }

    /// Takes the task's waker, if others have it too, or had.
    #[inline(always)]
    fn take_waker(&mut self) -> Option<Waker> {
        if self.has(HELD) { self.waker.take() } else { None }
    }

    /// Whether anybody has the task's waker, so that it is counted.
    #[inline(always)]
    fn is_held(&self) -> bool {
        self.has(HELD) && lost_waker::is_held(self.waker.as_ref())
    }
}

/// What runs next, where the checks are on.
pub(crate) enum NextSeen {
    /// The step of a task, and the waker to poll with, if it is one that others have too, or had.
    Step(Step, Option<Waker>),
    Other(Next),
}

impl Tasks {
    /// Takes the next of this turn, where the checks are on.
    #[inline(always)]
    pub(crate) fn next_seen(&mut self) -> Option<NextSeen> {
        let entry = self.queue.pop()?;
        Some(match self.records.get_mut(entry) {
            Some(record) if record.turn == QUEUED => {
                record.turn = 0;
                let step = Step { place: entry, number: record.number, stored: record.stored.take() };
                NextSeen::Step(step, record.take_waker())
            }
            Some(_) => NextSeen::Other(self.next_special(entry)),
            None => NextSeen::Other(self.queue.pop_callback(entry).map_or(Next::Nothing, Next::Callback)),
        })
    }

    /// Remembers of the task with this number that it waits for another by itself.
    #[inline(always)]
    pub(super) fn mark_joined(&mut self, number: usize) {
        if let Some(record) = self.records.get_mut(number::place(number)) {
            record.marks |= JOINED;
        }
    }

    /// Whether the task with this number waits for another by itself, and is woken when that one is finished. Looks at all tasks,
    /// but only where it has ever done so.
    #[cold]
    fn waits_for_other(&self, number: usize) -> bool {
        if !self.records.get(number::place(number)).is_some_and(|record| record.has(JOINED)) {
            return false;
        }
        let waits = |record: &Record| record.waiting.as_ref().and_then(raw::bare_number_of) == Some(number);
        self.records.iter().any(|record| !record.is_finished() && waits(record))
    }
}

/// What was remembered of a task whose step begins.
struct Begun {
    /// The waker to poll with, if it is one that others have too, or had.
    waker: Option<Waker>,
    /// Whether there is memory to note in where it stands.
    noting: bool,
    /// What it is suspected of, if it is time to judge that.
    due: Option<Due>,
}

/// A step that has come to an end.
struct Ended {
    place: usize,
    special: bool,
    polled: Poll<()>,
    stored: Option<OwnedTask>,
    /// The waker that others have too, or had.
    waker: Option<Waker>,
    /// Where it stands, if that is noted.
    places: Option<Box<Places>>,
}

impl Core {
    /// Runs a step of a task, and looks at it.
    #[inline(always)]
    pub(crate) fn step_with_checks(&self, step: Step, waker: Option<Waker>, main: Option<Pin<&mut dyn Steps>>) {
        let Step { place, number, .. } = step;
        let _current = self.begin_current_task(number);
        self.joins().set(false);
        let unheld = self.waker_of_step(number);
        let cx = &mut Context::from_waker(waker.as_ref().unwrap_or(&unheld));
        let (polled, stored) = self.poll_step::<false>(step, main, cx);
        if raw::needs_attention() {
            let places = places::end_step();
            let ended = Ended { place, special: false, polled, stored, waker, places };
            return self.end_of_seen_step(ended, None);
        }
        if polled.is_ready() {
            self.keep_waker(place, waker);
            return self.finish(place, stored);
        }
        self.end_of_pending_step(Ended { place, special: false, polled, stored, waker, places: None });
    }

    /// Runs a step that has more to do than to poll, or of a task of which there is something to remember. `turn` says which.
    #[inline(never)]
    pub(crate) fn step_watched(&self, step: Step, turn: u8, main: Option<Pin<&mut dyn Steps>>) {
        let special = turn & SPECIAL != 0;
        let Step { place, number, .. } = step;
        let _current = self.begin_current_task(number);
        self.joins().set(false);
        let Begun { waker, noting, due } = self.begin_watched(place, special);
        let unheld = self.waker_of_step(number);
        let cx = &mut Context::from_waker(waker.as_ref().unwrap_or(&unheld));
        let (polled, stored) =
            if special { self.poll_step::<true>(step, main, cx) } else { self.poll_step::<false>(step, main, cx) };
        let is_seen = due.is_some() || raw::needs_attention();
        let places = if noting || is_seen { places::end_step() } else { None };
        let ended = Ended { place, special, polled, stored, waker, places };
        if is_seen {
            self.end_of_seen_step(ended, due);
        } else if polled.is_ready() {
            self.keep_waker(place, ended.waker);
            self.finish(place, ended.stored);
        } else {
            self.end_of_pending_step(ended);
        }
    }

    /// Puts back the waker of a task, so that what is behind it may be used for the next one there.
    #[inline(always)]
    fn keep_waker(&self, place: usize, waker: Option<Waker>) {
        if waker.is_some()
            && let Some(record) = self.tasks_mut().records.get_mut(place)
        {
            put(&mut record.waker, waker);
        }
    }

    /// The waker of the task whose step is running, which has this number, for someone who keeps it.
    #[inline(never)]
    pub(crate) fn hold_current(&self, number: usize) -> Waker {
        let mut tasks = self.tasks_mut();
        let Some(record) = tasks.records.get_mut(number::place(number)) else { return raw::number_waker(number) };
        if record.has(HELD)
            && let Some(waker) = &record.waker
        {
            return waker.clone();
        }
        record.marks |= HELD;
        let spare = record.waker.take();
        record.waker.insert(lost_waker::renew(spare, number)).clone()
    }

    /// Takes note, in its step, that the task with this number waits for another one with a waker that is not counted. Whether
    /// it is that task that is running.
    #[inline(always)]
    pub(super) fn note_join(&self, number: usize) -> bool {
        let is_current = self.is_current(number);
        if is_current {
            self.joins().set(true);
        }
        is_current
    }

    /// Takes note that the task that is running waits for another one with this waker. The waker for that, if the checks know one
    /// that costs less.
    #[inline]
    pub(super) fn begin_join(&self, key: TaskKey, waker: &Waker) -> Option<Waker> {
        if !self.is_debug() {
            return None;
        }
        // Whoever waited for it before does not any more, as far as this is known.
        self.joins().set(false);
        self.note_awaiter(key, waker);
        let number = raw::number_of(waker).filter(|&number| self.note_join(number))?;
        self.tasks_mut().mark_joined(number);
        Some(raw::number_waker(number))
    }

    /// What to poll a task with whose waker nobody has.
    #[inline(always)]
    fn waker_of_step(&self, number: usize) -> ManuallyDrop<Waker> {
        // It owns nothing.
        ManuallyDrop::new(if self.counts_wakers() { raw::unheld_waker(number) } else { raw::number_waker(number) })
    }

    /// Begins such a step.
    #[inline]
    fn begin_watched(&self, place: usize, special: bool) -> Begun {
        let mut begun = Begun { waker: None, noting: false, due: None };
        let mut tasks = self.tasks_mut();
        let Some(record) = tasks.records.get_mut(place) else { return begun };
        begun.waker = record.take_waker();
        let Some(rare) = &mut record.rare else { return begun };
        if let Some(places) = rare.places.take() {
            places::begin_step(places);
            begun.noting = true;
        }
        let suspected = rare.suspected.take();
        drop(tasks);
        let Some(suspected) = suspected else { return begun };
        // A step that may cancel it, or has to clean up, is no sign of anything.
        begun.due = suspected.end(begun.waker.as_ref(), !special && self.counts_wakers());
        begun
    }

    /// Forgets what was remembered of a task, when the checks are off.
    #[cold]
    pub(super) fn unwatch(&self, place: usize) {
        let forgotten = self.tasks_mut().records.get_mut(place).map(|record| {
            record.turn &= !WATCHED;
            record.rare.as_mut().map(|rare| (rare.places.take(), rare.suspected.take()))
        });
        // Outside of the borrow.
        drop(forgotten);
    }

    /// Takes note that a step is over that was pending.
    #[inline(always)]
    fn end_of_pending_step(&self, ended: Ended) {
        let Ended { place, special, stored, waker, places, .. } = ended;
        let is_lost = {
            let mut tasks = self.tasks_mut();
            let Some(record) = tasks.records.get_mut(place) else { return };
            record.marks &= !NEW;
            put(&mut record.stored, stored);
            record.since = self.measured();
            if waker.is_some() {
                put(&mut record.waker, waker);
            }
            if places.is_some() {
                put(&mut record.rare_mut().places, places);
                record.turn |= WATCHED;
            }
            !special && record.turn & QUEUED == 0 && !record.is_held() && !self.joins().get()
        };
        if is_lost {
            self.suspect(place);
        }
    }

    /// Ends a step that has something to look at.
    #[cold]
    #[inline(never)]
    fn end_of_seen_step(&self, mut ended: Ended, due: Option<Due>) {
        let key = self.tasks().key_at(ended.place);
        let due = due.map(|due| (due, ended.polled.is_pending() && !self.may_be_woken(key, ended.waker.as_ref())));
        // Said once.
        ended.special |= due.is_some();
        self.look_at_step(key, ended.polled.is_ready(), due);
        if ended.polled.is_ready() {
            self.keep_waker(ended.place, ended.waker);
            self.finish(ended.place, ended.stored);
        } else {
            self.end_of_pending_step(ended);
        }
        lost_waker::end_step();
    }

    /// Whether a task that is pending is or may be woken by anybody. Its waker is this, or in its record.
    #[cold]
    fn may_be_woken(&self, key: TaskKey, waker: Option<&Waker>) -> bool {
        self.tasks().get(key).is_some_and(|record| record.turn & QUEUED != 0 || record.is_held())
            || lost_waker::is_held(waker)
            || self.may_be_woken_later(self.waker_number(key))
    }

    /// Whether the task with this number may be woken by another thread, or by a task that it waits for by itself.
    fn may_be_woken_later(&self, number: usize) -> bool {
        self.shared().may_wake(number) || self.tasks().waits_for_other(number)
    }

    /// Has the wakers of tasks counted that begin from now on. Those that are there may have given some away, and waited for
    /// others, of which nothing is known.
    #[cold]
    pub(crate) fn count_from_now(&self) {
        self.uncounted().set(self.tasks().last_id);
    }

    /// Suspects a task of having lost its waker.
    #[cold]
    fn suspect(&self, place: usize) {
        let key = self.tasks().key_at(place);
        if key.id <= self.uncounted().get() || lost_waker::is_on_purpose() {
            return;
        }
        let number = self.waker_number(key);
        let Some(patience) = self.stalled_after().filter(|_| self.counts_wakers()) else { return };
        if self.may_be_woken_later(number) {
            return;
        }
        let suspected = lost_waker::suspect(&raw::number_waker(number), patience);
        if let Some(record) = self.tasks_mut().get_mut(key) {
            record.rare_mut().suspected = Some(suspected);
            record.turn |= WATCHED;
        }
    }

    /// Looks at what a step has shown: the time, and whether its waker `is_lost`, if that is due.
    #[cold]
    #[inline(never)]
    fn look_at_step(&self, key: TaskKey, is_last: bool, due: Option<(Due, bool)>) {
        let took = self.time_of_step();
        let created = {
            let tasks = self.tasks();
            let Some(record) = tasks.get(key) else { return };
            record.created
        };
        if let Some(took) = took {
            if timeline::is_on() {
                self.record_step(key, &took, is_last);
            }
            if took.is_slow(self) {
                event_loop::raise(report::slow_step(&self.task_name(key), created, took.own));
            }
        }
        if let Some(lost) = due.and_then(|(due, is_lost)| due.judge(is_lost)) {
            event_loop::raise(report::lost_waker(Some(&self.task_name(key)), created, lost));
        }
    }

    /// Looks at a step that has panicked.
    #[cold]
    pub(super) fn look_at_failed_step(&self, key: TaskKey, is_last: bool) {
        // What waits then is its cleanup.
        let places = places::end_step().filter(|_| !is_last);
        if let (Some(places), Some(record)) = (places, self.tasks_mut().get_mut(key)) {
            record.rare_mut().places = Some(places);
            record.turn |= WATCHED;
        }
        self.look_at_step(key, is_last, None);
        lost_waker::end_step();
    }

    /// Records a step for the timeline.
    #[cold]
    fn record_step(&self, key: TaskKey, took: &Took, is_last: bool) {
        let Some((created, born)) = self.tasks().get(key).map(|record| (record.created, record.born)) else { return };
        let end: Instant = took.end;
        timeline::step(&timeline::Step {
            of_loop: self.serial,
            task: key.id,
            name: &self.task_name(key),
            spawned: &created.into(),
            born,
            begin: end.checked_sub(took.all).unwrap_or(end),
            end,
            is_slow: took.all >= self.slow_after(),
            is_last,
        });
    }
}
