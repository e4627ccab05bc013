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
//! - a task is in the queue at most once, while its `turn` says so;
//! - the future is taken out of the record while it is polled or dropped, so that the records are not borrowed then.

mod checks;

use std::any::Any;
use std::borrow::Cow;
use std::cell::RefMut;
use std::collections::VecDeque;
use std::mem::{self, ManuallyDrop};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

pub(crate) use checks::NextSeen;

use super::cancel::Catchers;
use super::join::was_given;
use super::queue::Queue;
use super::stored::Steps;
use super::unread;
use crate::adopt::Cleanup;
use crate::check::lost_waker::Suspected;
use crate::check::slow_poll;
use crate::event_loop::{Core, number};
use crate::places::Places;
use crate::raw::{self, OwnedTask, SharedCallback};
use crate::{event_loop, report};

/// Which task of a loop. Places are used again, numbers are not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TaskKey {
    pub(crate) place: usize,
    pub(crate) id: u64,
}

/// Of `turn`: it was put into the queue and has not been taken out of it.
const QUEUED: u8 = 1;
/// The next step has more to do than to poll: there is a request, or cleanup.
const SPECIAL: u8 = 1 << 1;
const FINISHED: u8 = 1 << 2;
/// There is something to remember of it between its steps besides its waker, where the loop's checks are on.
const WATCHED: u8 = 1 << 3;

/// Of `marks`: its first step is not over.
const NEW: u8 = 1;
/// It was asked to be cancelled, and nobody in it has caught that.
const CANCELLED: u8 = 1 << 1;
/// Nobody can ask for the output any more.
const DETACHED: u8 = 1 << 2;
/// The waker that is kept is this task's.
const HELD: u8 = 1 << 3;

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
    /// By which its wakers find it; where there is no task any more, the next place where there is none.
    number: usize,
    pub(crate) created: &'static Location<'static>,
    /// `None` while it is polled, and for the future given to `run`.
    stored: Option<OwnedTask>,
    /// What is asked whenever it is its turn, and nothing else: as a rule it is `QUEUED` then.
    turn: u8,
    /// What else there is to know.
    marks: u8,
    /// Who waits for the output.
    waiting: Option<Waker>,
    /// Its waker, if it is `HELD`: others keep it too, or did, where the loop's checks are on. Otherwise that of a task that was
    /// here before, whose memory is used again.
    waker: Option<Waker>,
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
    /// Set while nobody is known that would wake it, where they are on.
    suspected: Option<Suspected>,
}

impl Record {
    /// The task's name, or else a number.
    pub(crate) fn name(&self) -> Cow<'static, str> {
        let name = self.rare.as_ref().and_then(|rare| rare.name.clone());
        name.unwrap_or_else(|| format!("task {}", self.id).into())
    }

    #[inline(always)]
    fn is_queued_or_finished(&self) -> bool {
        self.turn & (QUEUED | FINISHED) != 0
    }

    pub(crate) fn rare(&self) -> Option<&Rare> {
        self.rare.as_deref()
    }

    pub(crate) fn rare_mut(&mut self) -> &mut Rare {
        self.rare.get_or_insert_default()
    }

    #[inline(always)]
    pub(crate) fn is_finished(&self) -> bool {
        self.turn & FINISHED != 0
    }

    /// Where it stands; who asks knows whether it is the one that is running.
    pub(crate) fn phase(&self, is_current: bool) -> Phase {
        if self.is_finished() {
            Phase::Finished
        } else if is_current {
            Phase::Running
        } else if self.has(NEW) {
            Phase::New
        } else {
            Phase::Waiting
        }
    }

    /// Makes it one of a task that is queued, where it is of none.
    #[inline(always)]
    fn occupy(
        &mut self,
        event_loop: usize,
        key: TaskKey,
        created: &'static Location<'static>,
        born: Option<Instant>,
        stored: Option<OwnedTask>,
    ) {
        self.id = key.id;
        self.number = number::of(event_loop, key);
        self.created = created;
        put(&mut self.stored, stored);
        self.turn = QUEUED;
        self.marks = NEW;
        self.since = None;
        self.born = born;
    }

    /// Makes it one of no task; the next such is at this place.
    #[inline(always)]
    fn vacate(&mut self, next: usize) {
        // No key is of this id, and no waker of this number: it is another place.
        self.id = 0;
        self.number = next;
        self.turn = FINISHED;
    }

    /// Whether this mark is set.
    #[inline(always)]
    fn has(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    /// Whether it is to be cancelled: what was asked of it concerns nobody in it.
    fn is_to_be_cancelled(&self) -> bool {
        self.has(CANCELLED)
            && self.rare().and_then(|rare| rare.catchers.as_ref()).is_none_or(|catchers| catchers.is_empty())
    }

    fn has_cleanups(&self) -> bool {
        self.rare().is_some_and(|rare| !rare.cleanups.is_empty())
    }
}

/// What runs next.
pub(crate) enum Next {
    Step(Step),
    /// A step that has more to do than to poll, and what is set in `turn`.
    Special(Step, u8),
    Callback(SharedCallback),
    /// A step of a task that is gone.
    Nothing,
}

/// The step of a task.
pub(crate) struct Step {
    place: usize,
    number: usize,
    /// `None` for the future given to `run`.
    stored: Option<OwnedTask>,
}

/// What a panic has left behind.
pub(crate) enum Unwound {
    /// A task, with its future; that given to `run` is kept there.
    Task(TaskKey, Option<OwnedTask>),
    /// A callback.
    Callback(SharedCallback),
}

/// A task while it is polled. A panic leaves it in the loop.
struct Polled<'a> {
    core: &'a Core,
    place: usize,
    stored: Option<OwnedTask>,
}

impl Polled<'_> {
    /// Gives the future back after the poll.
    #[inline(always)]
    fn end(self) -> Option<OwnedTask> {
        let mut polled = ManuallyDrop::new(self);
        polled.stored.take()
    }
}

impl Drop for Polled<'_> {
    #[cold]
    #[inline(never)]
    fn drop(&mut self) {
        // While it runs its record stays.
        let key = self.core.tasks().key_at(self.place);
        self.core.unwound.set(Some(Unwound::Task(key, self.stored.take())));
    }
}

/// The tasks of a loop, and the queue of what runs next: to wake a task takes both.
pub(crate) struct Tasks {
    records: Vec<Record>,
    /// The next place in which there is no task, or `NOBODY`.
    vacant: usize,
    /// In how many places there is one.
    taken: usize,
    pub(crate) queue: Queue,
    last_id: u64,
}

impl Tasks {
    pub(crate) fn new() -> Self {
        Tasks { records: Vec::new(), vacant: number::NOBODY, taken: 0, queue: Queue::default(), last_id: 0 }
    }

    /// Takes the next of this turn.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Option<Next> {
        let entry = self.queue.pop()?;
        match self.records.get_mut(entry) {
            Some(record) if record.turn == QUEUED => {
                record.turn = 0;
                Some(Next::Step(Step { place: entry, number: record.number, stored: record.stored.take() }))
            }
            Some(_) => Some(self.next_special(entry)),
            None => Some(self.queue.pop_callback(entry).map_or(Next::Nothing, Next::Callback)),
        }
    }

    /// Takes the step of a task that has more to do than to be polled, or is gone by now.
    #[cold]
    #[inline(never)]
    fn next_special(&mut self, place: usize) -> Next {
        let record = &mut self.records[place];
        if record.turn & (QUEUED | FINISHED) != QUEUED {
            return Next::Nothing;
        }
        record.turn &= !QUEUED;
        Next::Special(Step { place, number: record.number, stored: record.stored.take() }, record.turn)
    }

    /// Enters a task of the loop with this number and puts it into the queue.
    fn insert(
        &mut self,
        event_loop: usize,
        created: &'static Location<'static>,
        born: Option<Instant>,
        stored: Option<OwnedTask>,
    ) -> TaskKey {
        self.last_id += 1;
        let mut key = TaskKey { place: self.vacant, id: self.last_id };
        match self.records.get_mut(key.place) {
            Some(record) => {
                self.vacant = record.number;
                record.occupy(event_loop, key, created, born, stored);
            }
            None => key.place = self.insert_at_end(event_loop, key.id, created, born, stored),
        }
        self.taken += 1;
        self.queue.push(key.place);
        key
    }

    #[inline(never)]
    fn insert_at_end(
        &mut self,
        event_loop: usize,
        id: u64,
        created: &'static Location<'static>,
        born: Option<Instant>,
        stored: Option<OwnedTask>,
    ) -> usize {
        let place = self.records.len();
        assert!(place < number::PLACES, "an event loop cannot have that many tasks");
        self.records.push(Record {
            id,
            number: number::of(event_loop, TaskKey { place, id }),
            created,
            stored,
            turn: QUEUED,
            marks: NEW,
            waiting: None,
            waker: None,
            since: None,
            born,
            rare: None,
        });
        place
    }

    /// Vacates the place of a finished task. What is returned is dropped by the caller, outside of the borrow.
    fn remove(&mut self, key: TaskKey) -> Option<Box<Rare>> {
        let vacant = self.vacant;
        let record = self.get_mut(key)?;
        record.vacate(vacant);
        let rare = record.rare.take();
        self.vacant = key.place;
        self.taken -= 1;
        rare
    }

    /// The task at a place.
    fn key_at(&self, place: usize) -> TaskKey {
        TaskKey { place, id: self.records.get(place).map_or(0, |record| record.id) }
    }

    /// The task with this number.
    pub(crate) fn numbered(&self, number: usize) -> Option<TaskKey> {
        let place = number::place(number);
        self.records.get(place).filter(|record| record.number == number).map(|record| TaskKey { place, id: record.id })
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
        self.taken == 0 || self.unfinished().next().is_none()
    }

    pub(crate) fn count_unfinished(&self) -> usize {
        self.unfinished().count()
    }
}

/// Puts back what was taken from there.
#[inline(always)]
fn put<T>(place: &mut Option<T>, value: Option<T>) {
    let before = mem::replace(place, value);
    debug_assert!(before.is_none(), "it was taken");
    // This saves asking.
    mem::forget(before);
}

impl Core {
    /// Enters a task whose future is kept here, and puts it into the queue.
    #[inline(never)]
    pub(crate) fn add_task(&self, created: &'static Location<'static>, stored: OwnedTask) -> TaskKey {
        let mut guard = self.tasks_mut();
        let tasks = &mut *guard;
        let place = tasks.vacant;
        match tasks.records.get_mut(place) {
            Some(record) if tasks.queue.has_room() && !self.is_parked() => {
                tasks.last_id += 1;
                tasks.vacant = record.number;
                tasks.taken += 1;
                let key = TaskKey { place, id: tasks.last_id };
                let born = if self.is_debug() { self.measured() } else { None };
                record.occupy(self.number, key, created, born, Some(stored));
                tasks.queue.push_where_room(place);
                key
            }
            _ => {
                drop(guard);
                self.add_task_with_care(created, stored)
            }
        }
    }

    /// The same where nothing is sure. Called last there, so that the other has nothing to keep.
    #[inline(never)]
    fn add_task_with_care(&self, created: &'static Location<'static>, stored: OwnedTask) -> TaskKey {
        let born = if self.is_debug() { self.measured() } else { None };
        let key = self.tasks_mut().insert(self.number, created, born, Some(stored));
        self.unpark();
        key
    }

    /// Enters the task of the future given to `run`, which is kept there, and puts it into the queue.
    pub(crate) fn add_main(&self, created: &'static Location<'static>) -> TaskKey {
        // The first step begins now.
        let born = self.is_debug().then(|| self.measure().0);
        let mut tasks = self.tasks_mut();
        let key = tasks.insert(self.number, created, born, None);
        if let Some(record) = tasks.get_mut(key) {
            record.rare_mut().name = Some("main".into());
            record.marks |= DETACHED;
        }
        key
    }

    /// Puts the task with this number into the queue, unless it is there. It may be another task by now than the one that was
    /// meant; to be polled once more than needed does it no harm.
    #[inline]
    pub(crate) fn wake_task(&self, number: usize) {
        self.wake_with(self.tasks_mut(), number);
    }

    #[inline(always)]
    fn wake_with(&self, mut guard: RefMut<'_, Tasks>, number: usize) {
        let tasks = &mut *guard;
        let place = number::place(number);
        let Some(record) = tasks.records.get_mut(place).filter(|record| record.number == number) else {
            drop(guard);
            return number::wake_elsewhere(self.number, number);
        };
        if record.is_queued_or_finished() {
            return;
        }
        if !tasks.queue.has_room() || self.is_parked() {
            drop(guard);
            return self.wake_with_care(place);
        }
        record.turn |= QUEUED;
        tasks.queue.push_where_room(place);
    }

    /// The same for a task that is there, where nothing else is sure.
    #[cold]
    #[inline(never)]
    fn wake_with_care(&self, place: usize) {
        let mut tasks = self.tasks_mut();
        tasks.records[place].turn |= QUEUED;
        tasks.queue.push(place);
        drop(tasks);
        self.unpark();
    }

    /// Asks for a task to be cancelled. Whether it was still running.
    pub(crate) fn cancel_task(&self, key: TaskKey) -> bool {
        let catchers = {
            let tasks = self.tasks();
            let Some(record) = tasks.get(key).filter(|record| !record.is_finished()) else { return false };
            if record.has(CANCELLED) { None } else { record.rare().and_then(|rare| rare.catchers.clone()) }
        };
        // Outside of the borrow: it calls wakers.
        if catchers.is_some_and(|catchers| catchers.request()) {
            return true;
        }
        if let Some(record) = self.tasks_mut().get_mut(key)
            && !record.has(CANCELLED)
        {
            record.marks |= CANCELLED;
            record.turn |= SPECIAL;
        }
        self.wake_task(self.waker_number(key));
        true
    }

    /// Whether a task was asked to be cancelled, and nobody in it has caught that.
    pub(super) fn is_cancelled(&self, key: TaskKey) -> bool {
        self.tasks().get(key).is_some_and(|record| record.has(CANCELLED))
    }

    /// Takes back the request to cancel a task, for someone in it who is to catch it. Whether there was any.
    pub(super) fn take_request(&self, key: TaskKey) -> bool {
        self.tasks_mut().get_mut(key).is_some_and(|record| {
            let any = record.has(CANCELLED);
            record.marks &= !CANCELLED;
            any
        })
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
                record.turn |= SPECIAL;
                self.cleanup_added.set(true);
                Ok(())
            }
            _ => Err(cleanup),
        }
    }

    /// Runs a step of a task, where the checks are off. The future given to `run` is kept there. A panic goes on to the caller,
    /// who has to call [`fail_step`](Self::fail_step).
    #[inline(always)]
    pub(crate) fn step(&self, step: Step, main: Option<Pin<&mut dyn Steps>>) {
        self.step_without_checks::<false>(step, main);
    }

    /// Runs a step that has more to do than to poll, in the same way. `turn` says what.
    #[cold]
    #[inline(never)]
    pub(crate) fn step_special(&self, step: Step, turn: u8, main: Option<Pin<&mut dyn Steps>>) {
        if turn & WATCHED != 0 {
            self.unwatch(step.place);
        }
        if turn & SPECIAL != 0 {
            self.step_without_checks::<true>(step, main);
        } else {
            self.step_without_checks::<false>(step, main);
        }
    }

    #[inline(always)]
    fn step_without_checks<const SPECIAL: bool>(&self, step: Step, main: Option<Pin<&mut dyn Steps>>) {
        let place = step.place;
        let _current = self.begin_current_task(step.number);
        // It owns nothing.
        let waker = ManuallyDrop::new(raw::number_waker(step.number));
        let (result, stored) = self.poll_step::<SPECIAL>(step, main, &mut Context::from_waker(&waker));
        self.end_of_step(place, result, stored);
    }

    /// Polls the task in a step.
    #[inline(always)]
    fn poll_step<const SPECIAL: bool>(
        &self,
        step: Step,
        mut main: Option<Pin<&mut dyn Steps>>,
        cx: &mut Context<'_>,
    ) -> (Poll<()>, Option<OwnedTask>) {
        let Step { place, stored, .. } = step;
        let mut polled = Polled { core: self, place, stored };
        let mut result = Poll::Pending;
        if !SPECIAL {
            result = match (&mut polled.stored, &mut main) {
                (Some(stored), _) => stored.poll(cx),
                (None, Some(main)) => main.as_mut().poll(cx),
                (None, None) => Poll::Pending,
            };
        }
        if SPECIAL || self.cleanup_added.get() {
            result = self.poll_special_at(place, &mut polled.stored, main, cx);
        }
        (result, polled.end())
    }

    #[cold]
    #[inline(never)]
    fn poll_special_at(
        &self,
        place: usize,
        stored: &mut Option<OwnedTask>,
        main: Option<Pin<&mut dyn Steps>>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        let key = self.tasks().key_at(place);
        match (stored, main) {
            (Some(stored), _) => self.poll_special(key, stored.as_mut(), cx),
            (None, Some(main)) => self.poll_special(key, main, cx),
            (None, None) => Poll::Pending,
        }
    }

    /// Ends the step of a task that has panicked.
    #[cold]
    pub(crate) fn fail_step(
        &self,
        key: TaskKey,
        stored: Option<OwnedTask>,
        main: Option<Pin<&mut dyn Steps>>,
        panic: Box<dyn Any + Send>,
    ) {
        let number = self.waker_number(key);
        let _current = self.set_current_task(number);
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
            slow_poll::excuse_backtrace();
            self.look_at_failed_step(key, result.is_ready());
        }
        self.end_of_step(key.place, result, stored);
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
            if cleaned_up.is_pending() || record.has(CANCELLED) && !cancel {
                record.turn |= SPECIAL;
            } else {
                record.turn &= !SPECIAL;
            }
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

    /// Takes note of what a step came to. Until it is finished a record stays where it is.
    #[inline(always)]
    fn end_of_step(&self, place: usize, polled: Poll<()>, stored: Option<OwnedTask>) {
        if polled.is_ready() {
            return self.finish(place, stored);
        }
        if let Some(record) = self.tasks_mut().records.get_mut(place) {
            record.marks &= !NEW;
            put(&mut record.stored, stored);
        }
    }

    /// Takes note that a task is finished. Whatever is rare is called last, so that there is nothing to keep meanwhile.
    #[inline(never)]
    fn finish(&self, place: usize, stored: Option<OwnedTask>) {
        let mut guard = self.tasks_mut();
        let tasks = &mut *guard;
        let Some(record) = tasks.records.get_mut(place) else { return };
        if record.is_finished() || record.has(DETACHED) {
            drop(guard);
            return self.finish_detached(place, stored);
        }
        record.turn = FINISHED;
        put(&mut record.stored, stored);
        let Some(waiting) = &record.waiting else { return };
        let Some(number) = raw::bare_number_of(waiting) else {
            drop(guard);
            return self.wake_other(place);
        };
        // It owns nothing.
        mem::forget(record.waiting.take());
        self.wake_with(guard, number);
    }

    /// Wakes who waits for a task that is finished, where that is not one of this loop's tasks that waits by itself.
    #[inline(never)]
    fn wake_other(&self, place: usize) {
        let waiting = self.tasks_mut().records.get_mut(place).and_then(|record| record.waiting.take());
        let Some(waiting) = waiting else { return };
        match raw::number_of(&waiting) {
            // It is one that is counted, and given up when the task is in the queue.
            Some(number) => self.wake_task(number),
            None => event_loop::wake(waiting),
        }
    }

    /// Drops what came of a task that is finished, and for which nobody can ask.
    #[inline(never)]
    fn finish_detached(&self, place: usize, stored: Option<OwnedTask>) {
        let (key, waiting) = {
            let mut tasks = self.tasks_mut();
            let key = tasks.key_at(place);
            let Some(record) = tasks.get_mut(key).filter(|record| !record.is_finished()) else { return };
            record.turn = FINISHED;
            (key, record.waiting.take())
        };
        self.drop_output(key, stored);
        if let Some(waiting) = waiting {
            event_loop::wake(waiting);
        }
    }

    /// Drops the output of a finished task for which nobody can ask, and its record.
    fn drop_output(&self, key: TaskKey, stored: Option<OwnedTask>) {
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
        self.finish_dropped(key, stored);
    }

    /// Drops the future given to `run` where it stands, unless it is finished.
    pub(crate) fn drop_main(&self, key: TaskKey, main: Pin<&mut dyn Steps>) {
        if self.tasks().get(key).is_some() {
            self.drop_future(key, Some(main));
            self.finish_dropped(key, None);
        }
    }

    /// Takes note that a task is finished, unless that was done in the drop of its future.
    fn finish_dropped(&self, key: TaskKey, stored: Option<OwnedTask>) {
        if self.tasks().get(key).is_some() {
            self.finish(key.place, stored);
        }
    }

    /// Drops a future within its task, and the cleanup that was left to it.
    fn drop_future(&self, key: TaskKey, future: Option<Pin<&mut dyn Steps>>) {
        let _current = self.set_current_task(self.waker_number(key));
        if let Some(record) = self.tasks_mut().get_mut(key) {
            // Nobody can catch that.
            record.marks |= CANCELLED;
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
    #[inline(never)]
    pub(crate) fn detach_task(&self, key: TaskKey) {
        let (finished, stored, waiting) = {
            let mut tasks = self.tasks_mut();
            let Some(record) = tasks.get_mut(key) else { return };
            record.marks |= DETACHED;
            let finished = record.is_finished();
            (finished, if finished { record.stored.take() } else { None }, record.waiting.take())
        };
        if waiting.is_some() {
            // It may be the one that waited for it.
            self.joins().set(false);
            drop(waiting);
        }
        if finished {
            self.drop_output(key, stored);
        }
    }

    /// Takes a finished task with its output, or has this waker woken when it is finished.
    ///
    /// # Panics
    ///
    /// If the output was taken before.
    #[inline(never)]
    pub(crate) fn poll_join(&self, key: TaskKey, waker: &Waker) -> Option<OwnedTask> {
        let mut guard = self.tasks_mut();
        let tasks = &mut *guard;
        let vacant = tasks.vacant;
        let Some(record) = tasks.get_mut(key) else { was_given() };
        if !record.is_finished() {
            return match raw::bare_number_of(waker) {
                Some(number) if record.waiting.is_none() && (!self.is_debug() || self.note_join(number)) => {
                    mem::forget(record.waiting.replace(raw::number_waker(number)));
                    None
                }
                _ => {
                    drop(guard);
                    self.join_later(key, waker)
                }
            };
        }
        if record.rare.is_some() {
            drop(guard);
            return self.take_with_rare(key);
        }
        let Some(stored) = record.stored.take() else { was_given() };
        record.vacate(vacant);
        tasks.vacant = key.place;
        tasks.taken -= 1;
        Some(stored)
    }

    #[inline(never)]
    fn take_with_rare(&self, key: TaskKey) -> Option<OwnedTask> {
        let (stored, rare) = {
            let mut tasks = self.tasks_mut();
            (tasks.get_mut(key).and_then(|record| record.stored.take()), tasks.remove(key))
        };
        drop(rare);
        Some(stored.unwrap_or_else(|| was_given()))
    }

    /// Has this waker woken when a task is finished.
    #[inline(never)]
    fn join_later(&self, key: TaskKey, waker: &Waker) -> Option<OwnedTask> {
        // Outside of the borrow: cloning and dropping a waker may run anything.
        let waker = match self.begin_join(key, waker) {
            Some(waker) => waker,
            None => {
                let is_same = |record: &Record| record.waiting.as_ref().is_some_and(|old| old.will_wake(waker));
                if self.tasks().get(key).is_some_and(is_same) {
                    return None;
                }
                waker.clone()
            }
        };
        let old = self.tasks_mut().get_mut(key).and_then(|record| record.waiting.replace(waker));
        drop(old);
        None
    }
}
