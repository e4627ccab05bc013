//! What a loop knows about each of its tasks, and a task's step.
//!
//! ```text
//!           step              step → Ready, panic, cancelled
//! NEW ────────────▶ RUNNING ─────────────────────────────────▶ FINISHED
//!                    │   ▲
//!    step → Pending  ▼   │ step
//!                   WAITING
//! ```
//! A request to cancel is a step like any other: it finds the request and drops the future. The record stays until the task
//! is finished and nobody can ask for its output any more.
//!
//! Invariants:
//! - a task is in the queue at most once, while `queued` is set;
//! - the future is taken out of the record while it is polled or dropped, so that the records are not borrowed then.

mod checks;

use std::any::Any;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use super::cancel::Catchers;
use super::stored::{AnyTask, Steps};
use super::unread;
use crate::adopt::Cleanup;
use crate::check::lost_waker::Suspected;
use crate::event_loop::{Callback, Core, Entry, number};
use crate::places::Places;
use crate::{event_loop, raw, report};

/// Which task of a loop. Places are used again, numbers are not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TaskKey {
    pub(crate) place: usize,
    pub(crate) id: u64,
}

/// Where a task stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    New,
    Running,
    Waiting,
    Finished,
}

/// What is known about a task.
pub(crate) struct Record {
    pub(crate) id: u64,
    pub(crate) created: &'static Location<'static>,
    /// `None` while it is polled, and for the future given to `run`.
    stored: Option<Pin<Box<dyn AnyTask>>>,
    pub(crate) phase: Phase,
    /// Whether it is in the queue, or cannot be any more because it is finished.
    queued: bool,
    /// Whether the next step has more to do than to poll: there is a request, or cleanup.
    special: bool,
    /// Whether there is something to remember of it between its steps, where the loop's checks are on.
    watched: bool,
    /// Whether it was asked to be cancelled, and nobody in it has caught that.
    cancelled: bool,
    /// Whether nobody can ask for the output any more.
    detached: bool,
    /// Who waits for the output.
    waiting: Option<Waker>,
    /// When its last step ended, where the loop's checks are on.
    pub(crate) since: Option<Instant>,
    /// When it was started, where they are.
    pub(crate) born: Option<Instant>,
    /// What few tasks have.
    rare: Option<Box<Rare>>,
}

/// What few tasks have, at least where the loop's checks are off.
#[derive(Default)]
pub(crate) struct Rare {
    pub(crate) name: Option<Cow<'static, str>>,
    /// The task that waits for this one, as far as known, if its own waker does not say so.
    pub(crate) awaiter: Option<TaskKey>,
    /// Who wants to know of a cancellation.
    catchers: Option<Rc<Catchers>>,
    /// Cleanup that it has to run before it goes on: the next is the first.
    cleanups: VecDeque<Cleanup>,
    /// Where its futures stand, where the loop's checks are on and that is known.
    pub(crate) places: Option<Box<Places>>,
    /// Its waker, if others keep it too, or did, where they are on.
    waker: Option<Waker>,
    /// Set while nobody is known that would wake it, where they are on.
    suspected: Option<Suspected>,
}

impl Record {
    /// The task's name, or else a number.
    pub(crate) fn name(&self) -> Cow<'static, str> {
        let name = self.rare.as_ref().and_then(|rare| rare.name.clone());
        name.unwrap_or_else(|| format!("task {}", self.id).into())
    }

    pub(crate) fn rare(&self) -> Option<&Rare> {
        self.rare.as_deref()
    }

    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    #[inline]
    pub(crate) fn is_finished(&self) -> bool {
        self.phase == Phase::Finished
    }

    /// Whether it is to be cancelled: what was asked of it concerns nobody in it.
    fn is_to_be_cancelled(&self) -> bool {
        self.cancelled && self.rare().and_then(|rare| rare.catchers.as_ref()).is_none_or(|catchers| catchers.is_empty())
    }

    fn has_cleanups(&self) -> bool {
        self.rare().is_some_and(|rare| !rare.cleanups.is_empty())
    }
}

/// The step of a task.
pub(crate) struct Step {
    key: TaskKey,
    /// `None` for the future given to `run`.
    stored: Option<Pin<Box<dyn AnyTask>>>,
    special: bool,
    watched: bool,
}

/// What a panic has left behind.
pub(crate) enum Unwound {
    /// A task, with its future; that given to `run` is kept there.
    Task(TaskKey, Option<Pin<Box<dyn AnyTask>>>),
    /// A callback.
    Callback(Rc<dyn Callback>),
}

/// A task while it is polled. A panic leaves it in the loop.
struct Polled<'a> {
    core: &'a Core,
    key: TaskKey,
    stored: Option<Pin<Box<dyn AnyTask>>>,
}

impl Polled<'_> {
    /// Gives the future back after the poll.
    #[inline]
    fn end(self) -> Option<Pin<Box<dyn AnyTask>>> {
        let mut polled = ManuallyDrop::new(self);
        polled.stored.take()
    }
}

impl Drop for Polled<'_> {
    fn drop(&mut self) {
        self.core.unwound.set(Some(Unwound::Task(self.key, self.stored.take())));
    }
}

/// The tasks of a loop, and the queue of what runs next: to wake a task takes both.
#[derive(Default)]
pub(crate) struct Tasks {
    records: Vec<Record>,
    /// The places in which there is no task, the next to be used last.
    vacant: Vec<usize>,
    pub(crate) queue: Queue,
    last_id: u64,
}

impl Tasks {
    /// Takes the step of the task at a place; that of one which is gone by now is none.
    #[inline(always)]
    pub(crate) fn begin_step(&mut self, place: usize) -> Option<Step> {
        let record = self.records.get_mut(place).filter(|record| record.queued && !record.is_finished())?;
        record.queued = false;
        record.phase = Phase::Running;
        let key = TaskKey { place, id: record.id };
        Some(Step { key, stored: record.stored.take(), special: record.special, watched: record.watched })
    }

    /// Enters a task and puts it into the queue.
    #[inline]
    fn insert(
        &mut self,
        created: &'static Location<'static>,
        born: Option<Instant>,
        stored: Option<Pin<Box<dyn AnyTask>>>,
    ) -> TaskKey {
        self.last_id += 1;
        let id = self.last_id;
        let place = match self.vacant.pop() {
            Some(place) => {
                let record = &mut self.records[place];
                record.id = id;
                record.created = created;
                record.stored = stored;
                record.phase = Phase::New;
                record.queued = true;
                record.detached = false;
                record.since = None;
                record.born = born;
                place
            }
            None => self.insert_at_end(id, created, born, stored),
        };
        self.queue.push(Entry::Task(place));
        TaskKey { place, id }
    }

    #[inline(never)]
    fn insert_at_end(
        &mut self,
        id: u64,
        created: &'static Location<'static>,
        born: Option<Instant>,
        stored: Option<Pin<Box<dyn AnyTask>>>,
    ) -> usize {
        let place = self.records.len();
        assert!(place < number::PLACES, "an event loop cannot have that many tasks");
        self.records.push(Record {
            id,
            created,
            stored,
            phase: Phase::New,
            queued: true,
            special: false,
            watched: false,
            cancelled: false,
            detached: false,
            waiting: None,
            since: None,
            born,
            rare: None,
        });
        place
    }

    /// Vacates the place of a finished task. What is returned is dropped by the caller, outside of the borrow.
    #[inline]
    fn remove(&mut self, key: TaskKey) -> Option<Box<Rare>> {
        let record = self.get_mut(key)?;
        // No key is of this id.
        record.id = 0;
        record.phase = Phase::Finished;
        record.queued = true;
        record.special = false;
        record.watched = false;
        record.cancelled = false;
        let rare = record.rare.take();
        self.vacant.push(key.place);
        rare
    }

    /// The task with this number.
    pub(crate) fn numbered(&self, number: usize) -> Option<TaskKey> {
        let place = number::place(number);
        self.records.get(place).map(|record| TaskKey { place, id: record.id })
    }

    #[inline]
    pub(crate) fn get(&self, key: TaskKey) -> Option<&Record> {
        self.records.get(key.place).filter(|record| record.id == key.id)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, key: TaskKey) -> Option<&mut Record> {
        self.records.get_mut(key.place).filter(|record| record.id == key.id)
    }

    /// The unfinished tasks.
    pub(crate) fn unfinished(&self) -> impl Iterator<Item = (TaskKey, &Record)> {
        self.records
            .iter()
            .enumerate()
            .filter(|(_, record)| !record.is_finished())
            .map(|(place, record)| (TaskKey { place, id: record.id }, record))
    }

    /// Whether all are finished.
    pub(crate) fn are_finished(&self) -> bool {
        // Where there are none, which is asked often, there is nothing to go through.
        self.vacant.len() == self.records.len() || self.unfinished().next().is_none()
    }

    pub(crate) fn count_unfinished(&self) -> usize {
        self.unfinished().count()
    }

    /// Puts the task at a place into the queue, unless it is there, or another than was meant.
    #[inline]
    fn wake(&mut self, place: usize, is_meant: impl FnOnce(&Record) -> bool) {
        if let Some(record) = self.records.get_mut(place)
            && !record.queued
            && is_meant(record)
        {
            record.queued = true;
            self.queue.push(Entry::Task(place));
        }
    }
}

/// What is queued: first what runs in this turn, then what runs in the next.
#[derive(Default)]
pub(crate) struct Queue {
    entries: VecDeque<Entry>,
    /// How many of them are of this turn.
    left: usize,
}

impl Queue {
    /// Puts something at the end.
    #[inline]
    pub(crate) fn push(&mut self, entry: Entry) {
        self.entries.push_back(entry);
    }

    /// Takes the next entry of this turn.
    #[inline(always)]
    pub(crate) fn pop(&mut self) -> Option<Entry> {
        self.left = self.left.checked_sub(1)?;
        self.entries.pop_front()
    }

    /// Begins a turn with all that is queued; returns how much that is. The last turn is over.
    #[inline]
    pub(crate) fn begin_turn(&mut self) -> usize {
        self.left = self.entries.len();
        self.left
    }

    /// What runs in a turn that begins.
    pub(crate) fn this_turn(&mut self) -> &mut [Entry] {
        self.entries.make_contiguous()
    }

    /// Empties it.
    pub(crate) fn take_all(&mut self) -> VecDeque<Entry> {
        self.left = 0;
        std::mem::take(&mut self.entries)
    }
}

impl Core {
    /// Enters a task whose future is kept here, and puts it into the queue.
    #[inline]
    pub(crate) fn add_task(&self, created: &'static Location<'static>, stored: Pin<Box<dyn AnyTask>>) -> TaskKey {
        let key = self.tasks_mut().insert(created, self.measured(), Some(stored));
        self.unpark();
        key
    }

    /// Enters the task of the future given to `run`, which is kept there, and puts it into the queue.
    pub(crate) fn add_main(&self, created: &'static Location<'static>) -> TaskKey {
        // The first step begins now.
        let born = self.is_debug().then(|| self.measure().0);
        let mut tasks = self.tasks_mut();
        let key = tasks.insert(created, born, None);
        if let Some(record) = tasks.get_mut(key) {
            record.rare_mut().name = Some("main".into());
            record.detached = true;
        }
        key
    }

    /// Puts a task into the queue, unless it is there.
    #[inline]
    pub(crate) fn wake_task(&self, key: TaskKey) {
        self.tasks_mut().wake(key.place, |record| record.id == key.id);
        self.unpark();
    }

    /// Puts the task with this number into the queue. It may be another task by now than the one that was meant; to be
    /// polled once more than needed does it no harm.
    #[inline]
    pub(crate) fn wake_place(&self, number: usize) {
        self.tasks_mut().wake(number::place(number), |record| number::is_of(number, record.id));
        self.unpark();
    }

    /// Asks for a task to be cancelled. Whether it was still running.
    pub(crate) fn cancel_task(&self, key: TaskKey) -> bool {
        let catchers = {
            let tasks = self.tasks();
            let Some(record) = tasks.get(key).filter(|record| !record.is_finished()) else { return false };
            if record.cancelled { None } else { record.rare().and_then(|rare| rare.catchers.clone()) }
        };
        // Outside of the borrow: it calls wakers.
        if catchers.is_some_and(|catchers| catchers.request()) {
            return true;
        }
        if let Some(record) = self.tasks_mut().get_mut(key)
            && !record.cancelled
        {
            record.cancelled = true;
            record.special = true;
        }
        self.wake_task(key);
        true
    }

    /// Whether a task was asked to be cancelled, and nobody in it has caught that.
    pub(super) fn is_cancelled(&self, key: TaskKey) -> bool {
        self.tasks().get(key).is_some_and(|record| record.cancelled)
    }

    /// Takes back the request to cancel a task, for someone in it who is to catch it. Whether there was any.
    pub(super) fn take_request(&self, key: TaskKey) -> bool {
        self.tasks_mut().get_mut(key).is_some_and(|record| std::mem::take(&mut record.cancelled))
    }

    /// Those in a task who want to know of a cancellation.
    pub(super) fn catchers(&self, key: TaskKey) -> Option<Rc<Catchers>> {
        let mut tasks = self.tasks_mut();
        let catchers = &mut tasks.get_mut(key)?.rare_mut().catchers;
        Some(Rc::clone(catchers.get_or_insert_default()))
    }

    /// Names a task.
    pub(super) fn set_task_name(&self, key: TaskKey, name: Cow<'static, str>) {
        if let Some(record) = self.tasks_mut().get_mut(key) {
            record.rare_mut().name = Some(name);
        }
    }

    /// Whether a task is finished, and was by a panic that nobody has read.
    pub(super) fn has_panicked(&self, key: TaskKey) -> bool {
        let tasks = self.tasks();
        let stored = tasks.get(key).and_then(|record| record.stored.as_ref());
        stored.is_some_and(|stored| stored.as_ref().has_panicked())
    }

    /// Leaves cleanup to a task; gives it back if that is finished.
    pub(crate) fn add_cleanup(&self, key: TaskKey, cleanup: Cleanup) -> Result<(), Cleanup> {
        match self.tasks_mut().get_mut(key) {
            Some(record) if !record.is_finished() => {
                record.rare_mut().cleanups.push_back(cleanup);
                record.special = true;
                self.cleanup_added.set(true);
                Ok(())
            }
            _ => Err(cleanup),
        }
    }

    /// Runs a step of a task. The future given to `run` is kept there. A panic goes on to the caller, who has to call
    /// [`fail_step`](Self::fail_step).
    #[inline(always)]
    pub(crate) fn step(&self, step: Step, main: Option<Pin<&mut dyn Steps>>) {
        if self.is_debug() { self.step_with_checks(step, main) } else { self.step_without_checks(step, main) }
    }

    #[inline(always)]
    fn step_without_checks(&self, step: Step, main: Option<Pin<&mut dyn Steps>>) {
        let key = step.key;
        let number = self.waker_number(key);
        let _current = self.set_current_task(number);
        // It owns nothing.
        let waker = ManuallyDrop::new(raw::number_waker(number));
        let (result, stored) = self.poll_step(step, main, &mut Context::from_waker(&waker));
        self.end_of_step(key, result, stored);
    }

    /// Polls the task in a step.
    #[inline(always)]
    fn poll_step(
        &self,
        step: Step,
        main: Option<Pin<&mut dyn Steps>>,
        cx: &mut Context<'_>,
    ) -> (Poll<()>, Option<Pin<Box<dyn AnyTask>>>) {
        let Step { key, stored, special, .. } = step;
        let mut polled = Polled { core: self, key, stored };
        let result = match &mut polled.stored {
            Some(stored) if !special => stored.as_mut().poll(cx),
            Some(stored) => self.poll_special(key, stored.as_mut(), cx),
            None => self.poll_main(key, main, special, cx),
        };
        let mut stored = polled.end();
        let result = if self.cleanup_added.get() {
            match &mut stored {
                Some(stored) => self.poll_special(key, stored.as_mut(), cx),
                None => result,
            }
        } else {
            result
        };
        (result, stored)
    }

    /// Polls the future given to `run`.
    #[inline(never)]
    fn poll_main(
        &self,
        key: TaskKey,
        main: Option<Pin<&mut dyn Steps>>,
        special: bool,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let Some(mut main) = main else { return Poll::Pending };
        if special {
            return self.poll_special(key, main, cx);
        }
        let polled = main.as_mut().poll(cx);
        if self.cleanup_added.get() { self.poll_special(key, main, cx) } else { polled }
    }

    /// Ends the step of a task that has panicked.
    #[cold]
    pub(crate) fn fail_step(
        &self,
        key: TaskKey,
        stored: Option<Pin<Box<dyn AnyTask>>>,
        main: Option<Pin<&mut dyn Steps>>,
        panic: Box<dyn Any + Send>,
    ) {
        let number = self.waker_number(key);
        let _current = self.set_current_task(number);
        drop(self.take_held());
        let waker = ManuallyDrop::new(raw::number_waker(number));
        let cx = &mut Context::from_waker(&waker);
        let mut stored = stored;
        let mut task: Pin<&mut dyn Steps> = match (&mut stored, main) {
            (Some(stored), _) => stored.as_mut(),
            (None, Some(main)) => main,
            (None, None) => return report::drop_panic(panic),
        };
        task.as_mut().fail(panic);
        // Cleanup may have been left to it.
        let result = self.poll_special(key, task, cx);
        if self.is_debug() {
            self.look_at_failed_step(key, result.is_ready());
        }
        self.end_of_step(key, result, stored);
    }

    /// Cancels the future of a task, if that was asked for, and runs the cleanup that was left to it, before it is polled.
    #[cold]
    fn poll_special(&self, key: TaskKey, mut task: Pin<&mut dyn Steps>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let cancel = self.tasks().get(key).is_some_and(Record::is_to_be_cancelled);
            if cancel {
                task.as_mut().cancel();
            }
            let cleaned_up = self.poll_cleanups(key, cx);
            let mut tasks = self.tasks_mut();
            let Some(record) = tasks.get_mut(key) else { return Poll::Ready(()) };
            record.special = cleaned_up.is_pending() || record.cancelled && !cancel;
            drop(tasks);
            if cleaned_up.is_pending() {
                return Poll::Pending;
            }
            let polled = match catch_unwind(AssertUnwindSafe(|| task.as_mut().poll(cx))) {
                Ok(polled) => polled,
                Err(panic) => {
                    task.as_mut().fail(panic);
                    Poll::Ready(())
                }
            };
            if !self.tasks().get(key).is_some_and(Record::has_cleanups) {
                self.cleanup_added.set(false);
                return polled;
            }
        }
    }

    /// Runs the cleanup that was left to a task; a panic in it is reported, and the rest goes on. What a cleanup leaves runs
    /// before that cleanup goes on.
    fn poll_cleanups(&self, key: TaskKey, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let next = self.tasks_mut().get_mut(key).and_then(|record| {
                let cleanups = &mut record.rare.as_mut()?.cleanups;
                Some((cleanups.pop_front()?, cleanups.len()))
            });
            self.cleanup_added.set(false);
            let Some((mut cleanup, before)) = next else { return Poll::Ready(()) };
            match catch_unwind(AssertUnwindSafe(|| cleanup.as_mut().poll(cx))) {
                Ok(Poll::Pending) => {
                    if self.put_cleanups_in_front(key, before, Some(cleanup)) {
                        continue;
                    }
                    return Poll::Pending;
                }
                Ok(Poll::Ready(())) => {}
                Err(panic) => {
                    let created = self.tasks().get(key).map(|record| record.created);
                    let error = super::JoinError::panicked(panic);
                    if let Some(created) = created {
                        unread::dropped::<()>(Some(&|| self.task_name(key)), created, Err(error));
                    }
                }
            }
            report::quietly(|| drop(cleanup));
            self.put_cleanups_in_front(key, before, None);
        }
    }

    /// Puts what is behind the first `before` cleanups of a task in front of them, and one that is not finished between the
    /// two. Whether there was anything behind.
    fn put_cleanups_in_front(&self, key: TaskKey, before: usize, unfinished: Option<Cleanup>) -> bool {
        let mut tasks = self.tasks_mut();
        let Some(record) = tasks.get_mut(key) else { return false };
        let cleanups = &mut record.rare_mut().cleanups;
        let left = cleanups.split_off(before);
        let any = !left.is_empty();
        for cleanup in unfinished.into_iter().chain(left.into_iter().rev()) {
            cleanups.push_front(cleanup);
        }
        any
    }

    /// Takes note of what a step came to.
    #[inline(always)]
    fn end_of_step(&self, key: TaskKey, polled: Poll<()>, stored: Option<Pin<Box<dyn AnyTask>>>) {
        if polled.is_ready() {
            return self.finish(key, stored);
        }
        // Until it is finished a record stays where it is.
        if let Some(record) = self.tasks_mut().records.get_mut(key.place) {
            record.phase = Phase::Waiting;
            record.stored = stored;
        }
    }

    /// Takes note that a task is finished.
    fn finish(&self, key: TaskKey, stored: Option<Pin<Box<dyn AnyTask>>>) {
        let mut tasks = self.tasks_mut();
        let Some(record) = tasks.get_mut(key) else { return };
        record.phase = Phase::Finished;
        record.queued = true;
        let waiting = record.waiting.take();
        if record.detached {
            drop(tasks);
            self.drop_output(key, stored);
        } else {
            record.stored = stored;
            drop(tasks);
        }
        if let Some(waiting) = waiting {
            self.wake_waiting(waiting);
        }
    }

    /// Wakes who waits for a task.
    #[inline]
    fn wake_waiting(&self, waiting: Waker) {
        match raw::number_of(&waiting) {
            Some(number) if number::event_loop(number) == self.number => self.wake_place(number),
            _ => event_loop::wake(waiting),
        }
    }

    /// Drops the output of a finished task for which nobody can ask, and its record.
    fn drop_output(&self, key: TaskKey, stored: Option<Pin<Box<dyn AnyTask>>>) {
        if let Some(mut stored) = stored {
            let created = self.tasks().get(key).map(|record| record.created);
            if let Some(created) = created {
                stored.as_mut().drop_unread(&|| self.task_name(key), created);
            }
        }
        let rare = self.tasks_mut().remove(key);
        drop(rare);
        if self.main_key() == Some(key) {
            self.main_is_done.set(true);
        }
    }

    /// The task's name, or else a number.
    pub(crate) fn task_name(&self, key: TaskKey) -> Cow<'static, str> {
        self.tasks().get(key).map_or_else(|| format!("task {}", key.id).into(), Record::name)
    }

    /// Drops the future of a task where it stands.
    pub(crate) fn drop_task(&self, key: TaskKey) {
        let mut stored = match self.tasks_mut().get_mut(key) {
            Some(record) if !record.is_finished() => record.stored.take(),
            _ => return,
        };
        self.drop_future(key, stored.as_mut().map(|stored| stored.as_mut() as Pin<&mut dyn Steps>));
        self.finish(key, stored);
    }

    /// Drops the future given to `run` where it stands, unless it is finished.
    pub(crate) fn drop_main(&self, key: TaskKey, main: Pin<&mut dyn Steps>) {
        if self.tasks().get(key).is_some() {
            self.drop_future(key, Some(main));
            self.finish(key, None);
        }
    }

    /// Drops a future within its task, and the cleanup that was left to it.
    fn drop_future(&self, key: TaskKey, future: Option<Pin<&mut dyn Steps>>) {
        let _current = self.set_current_task(self.waker_number(key));
        if let Some(record) = self.tasks_mut().get_mut(key) {
            // Nobody can catch that.
            record.cancelled = true;
        }
        if let Some(future) = future {
            future.cancel();
        }
        // One by one: each drop may leave more.
        loop {
            let cleanup = self.tasks_mut().get_mut(key).and_then(|record| record.rare.as_mut()?.cleanups.pop_front());
            match cleanup {
                Some(cleanup) => report::quietly(|| drop(cleanup)),
                None => break,
            }
        }
    }

    /// Takes note that nobody can ask for a task's output any more.
    #[inline]
    pub(crate) fn detach_task(&self, key: TaskKey) {
        let (finished, stored, waiting) = {
            let mut tasks = self.tasks_mut();
            let Some(record) = tasks.get_mut(key) else { return };
            record.detached = true;
            let finished = record.is_finished();
            (finished, if finished { record.stored.take() } else { None }, record.waiting.take())
        };
        drop(waiting);
        if finished {
            self.drop_output(key, stored);
        }
    }

    /// Takes the output of a finished task, or has this waker woken when it is finished.
    #[inline]
    pub(crate) fn poll_join<T: 'static>(
        &self,
        key: TaskKey,
        cx: &Context<'_>,
    ) -> Poll<Option<Result<T, super::JoinError>>> {
        let mut output = None;
        let mut tasks = self.tasks_mut();
        let Some(record) = tasks.get_mut(key) else { return Poll::Ready(None) };
        if record.is_finished() {
            let stored = record.stored.take();
            let rare = tasks.remove(key);
            drop(tasks);
            drop(rare);
            if let Some(mut stored) = stored {
                stored.as_mut().take_to(raw::Place::new(&mut output));
            }
            return Poll::Ready(output);
        }
        if record.waiting.as_ref().is_some_and(|old| old.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        // Cloning and dropping a waker may run anything.
        drop(tasks);
        let waker = cx.waker().clone();
        let mut tasks = self.tasks_mut();
        let old = tasks.get_mut(key).and_then(|record| record.waiting.replace(waker));
        drop(tasks);
        drop(old);
        Poll::Pending
    }
}
