//! A step of a task: its future is polled once, unless there is cleanup to run first or it is to be cancelled.

use std::any::Any;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use super::{CANCELLED, NEW, Record, SPECIAL, Step, TaskKey, Unwound, WATCHED, put};
use crate::adopt::Cleanup;
use crate::check::slow_poll;
use crate::event_loop::Core;
use crate::raw::{self, OwnedTask};
use crate::report;
use crate::task::stored::Steps;
use crate::task::{JoinError, unread};

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

impl Core {
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
    pub(super) fn poll_step<const SPECIAL: bool>(
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
                    let error = JoinError::panicked(panic);
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
}
