//! The tasks of a loop, as the tree of tasks shows them.

use std::rc::{Rc, Weak};
use std::time::Instant;

use super::record::{Phase, Task};
use crate::event_loop::Core;
use crate::places;
use crate::tree::{Seen, State, TaskTree};

/// The unfinished tasks of this thread's loop.
///
/// # Panics
///
/// Where no event loop is running on this thread.
///
/// # Examples
///
/// ```
/// checked_async::run(async {
///     let task = checked_async::spawn(std::future::pending::<()>()).named("reader");
///     checked_async::yield_now().await;
///     assert!(checked_async::task_tree().to_string().contains("reader: waiting"));
///     task.cancel();
/// });
/// ```
#[track_caller]
#[must_use]
pub fn task_tree() -> TaskTree {
    Core::with(|core| of(core))
}

/// Prints [`task_tree`] to stderr.
///
/// # Panics
///
/// Where no event loop is running on this thread.
#[track_caller]
pub fn print_task_tree() {
    eprint!("{}", task_tree());
}

/// The unfinished tasks of a loop.
pub(crate) fn of(core: &Core) -> TaskTree {
    let now = core.is_debug().then(Instant::now);
    let tasks: Vec<Rc<dyn Task>> = core.tasks.borrow().iter().map(|(_, task)| Rc::clone(task)).collect();
    TaskTree::new(tasks.iter().map(|task| seen(core, &**task, now)).collect())
}

/// What is to be seen of a task.
fn seen(core: &Core, task: &dyn Task, now: Option<Instant>) -> Seen {
    let record = task.record();
    let ago = |then: Option<Instant>| now.zip(then).map(|(now, then)| now.saturating_duration_since(then));
    let awaiter = record.awaiter.borrow().as_ref().and_then(Weak::upgrade);
    let is_current = core.current_task().is_some_and(|current| current.record().id == record.id);
    let (calls, left_out) = if is_current {
        (places::here(), 0)
    } else {
        // The tree may be asked for in the poll of any task, this one included.
        let places = record.places.take();
        let seen = places.as_ref().map_or_else(Default::default, |places| (places.calls(), places.left_out()));
        record.places.set(places);
        seen
    };
    Seen {
        id: record.id,
        name: record.name(),
        spawned: record.created.into(),
        age: ago(record.born),
        state: match record.phase.get() {
            Phase::Queued => State::NotBegun,
            Phase::Running => State::Running,
            Phase::Waiting => State::Waiting,
            Phase::Finished => State::Finished,
        },
        since: ago(record.since.get()),
        calls,
        left_out,
        awaiter: awaiter.map(|awaiter| awaiter.record().id).filter(|&awaiter| awaiter != record.id),
    }
}
