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
mod finish;
mod step;

use std::borrow::Cow;
use std::cell::RefMut;
use std::collections::VecDeque;
use std::mem;
use std::panic::Location;
use std::rc::Rc;
use std::task::Waker;
use std::time::Instant;

pub(crate) use checks::NextSeen;

use super::cancel::Catchers;
use super::queue::Queue;
use crate::adopt::Cleanup;
use crate::check::lost_waker::Suspected;
use crate::event_loop::{Core, number};
use crate::places::Places;
use crate::raw::{OwnedTask, SharedCallback};

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
/// It has waited for another task by itself, with a waker that is not counted, where the loop's checks are on.
const JOINED: u8 = 1 << 4;

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

    /// The task's name, or else a number.
    pub(crate) fn task_name(&self, key: TaskKey) -> Cow<'static, str> {
        self.tasks().get(key).map_or_else(|| format!("task {}", key.id).into(), Record::name)
    }
}
