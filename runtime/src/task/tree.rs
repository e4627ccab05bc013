//! The tasks of a loop, as the tree of tasks shows them.

use std::time::Instant;

use super::record::{Phase, Record, TaskKey, Tasks};
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
    Core::with(of)
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
    let current = core.current_task();
    let tasks = core.tasks();
    let seen = |(key, record)| seen(key, record, &tasks, current == Some(key), now);
    TaskTree::new(tasks.unfinished().map(seen).collect())
}

/// What is to be seen of a task.
fn seen(key: TaskKey, record: &Record, tasks: &Tasks, is_current: bool, now: Option<Instant>) -> Seen {
    let ago = |then: Option<Instant>| now.zip(then).map(|(now, then)| now.saturating_duration_since(then));
    let awaiter = record.awaiter(tasks).filter(|awaiter| *awaiter != key);
    let places = record.rare().and_then(|rare| rare.places.as_ref());
    let (calls, left_out) = match places {
        _ if is_current => (places::here(), 0),
        Some(places) => (places.calls(), places.left_out()),
        None => Default::default(),
    };
    Seen {
        id: record.id,
        name: record.name(),
        spawned: record.created.into(),
        age: ago(record.born),
        state: match record.phase(is_current) {
            Phase::New => State::NotBegun,
            Phase::Running => State::Running,
            Phase::Waiting => State::Waiting,
            Phase::Finished => State::Finished,
        },
        since: ago(record.since),
        calls,
        left_out,
        awaiter: awaiter.map(|awaiter| awaiter.id),
    }
}
