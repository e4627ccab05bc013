//! The end of a task, and what becomes of its output.

use std::mem;
use std::pin::Pin;
use std::task::Waker;

use super::{CANCELLED, DETACHED, FINISHED, Record, TaskKey, put};
use crate::event_loop::{self, Core};
use crate::raw::{self, OwnedTask};
use crate::report;
use crate::task::join::was_given;
use crate::task::stored::Steps;

impl Core {
    /// Takes note that a task is finished. Whatever is rare is called last, so that there is nothing to keep meanwhile.
    #[inline(never)]
    pub(super) fn finish(&self, place: usize, stored: Option<OwnedTask>) {
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
                    if self.is_debug() {
                        tasks.mark_joined(number);
                    }
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
