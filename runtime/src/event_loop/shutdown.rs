//! The end of a loop.
//!
//! 1. All tasks are cancelled and waited for, those that their cleanup has started too; then the generators that are alive are
//!    closed, and the closures on other threads waited for. All within one time limit.
//! 2. What is left is dropped where it stands, with a report each, until nothing is left. Whatever a drop starts is dropped
//!    in turn.
//! 3. The loop is closed: what is scheduled on it through handles that are left is dropped at once.

use std::cell::Cell;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

use super::callback;
use super::core::Core;
use super::remote;
use super::timers::Action;
use super::turns::{Ended, Turns, Until, limit};
use crate::report;
use crate::task::record::TaskKey;
use crate::task::spawn;

/// How many rounds of drops that start tasks there may be.
const ROUNDS: usize = 1000;

/// Runs one turn more of a run whose future is finished: asyncio's loop stops by a callback that is queued then, so what was
/// queued before still runs, and a task's first step is not lost because it was started last.
pub(super) fn last_turn(core: &Rc<Core>) {
    let over = Rc::new(Cell::new(false));
    let callback = Rc::clone(&over);
    callback::soon(core, Location::caller(), move || callback.set(true));
    // Ended early where the turn before has asked for the run to stop.
    let _ = async_io::block_on(Turns::new(core, Until::Condition(&|_| over.get())));
}

/// Has tasks and closures end, within the time limit.
pub(super) fn graceful(core: &Rc<Core>) {
    let give_up = limit(core.shutdown_timeout);
    let run_until = |condition: &dyn Fn(&Core) -> bool| {
        loop {
            let mut turns = Turns::new(core, Until::Condition(condition));
            turns.give_up = Some(give_up);
            core.stop.set(false);
            let ended = async_io::block_on(turns);
            core.set_waker(None);
            // The end cannot be stopped.
            if ended != Ended::Stopped {
                break ended;
            }
        }
    };
    loop {
        let cancelled = tasks(core);
        let Some(last) = cancelled.iter().map(|task| task.id).max() else { break };
        for task in cancelled {
            core.cancel_task(task);
        }
        let are_gone = |core: &Core| core.tasks().unfinished().all(|(task, _)| task.id > last);
        if run_until(&are_gone) == Ended::TimedOut {
            break;
        }
    }
    if !core.generators.is_empty() {
        let closing = Arc::clone(&core.generators).close_all();
        drop(spawn::spawn_on(core, Location::caller(), closing).named("generators"));
    }
    run_until(&|core| core.closures.is_empty() && core.tasks().are_finished());
}

/// Drops all that is left, and reports it.
pub(super) fn drop_all(core: &Rc<Core>) {
    for created in core.closures.running() {
        super::raise(report::closure_still_running(created));
    }
    for task in tasks(core) {
        let report = core.tasks().get(task).map(|record| report::pending_task_dropped(&record.name(), record.created));
        if let Some(report) = report {
            super::raise(report);
        }
    }
    sweep(core);
    remote::drop_messages(core.shared.close());
    // What the drop of a message has started.
    sweep(core);
    core.closed.set(true);
}

/// Drops what was put into the queue of a loop that is closed.
#[cold]
pub(crate) fn drop_late(core: &Rc<Core>) {
    // Whatever its drop starts is dropped by this too, and not by one within it.
    core.closed.set(false);
    let _entered = core.enter();
    sweep(core);
    core.closed.set(true);
}

/// Drops tasks, timers and the queue, and what they start while they are dropped.
fn sweep(core: &Rc<Core>) {
    for _ in 0..ROUNDS {
        for task in tasks(core) {
            core.drop_task(task);
        }
        core.receive();
        let left = core.take_entries();
        let actions = core.timers().clear();
        if left.is_none() && actions.is_empty() && core.tasks().are_finished() {
            break;
        }
        for action in actions {
            report::quietly(|| match action {
                Action::Wake(waker) => drop(waker),
                // Someone may still have its handle.
                Action::Call(callback) => drop(callback.cancel()),
            });
        }
        for callback in left.into_iter().flatten() {
            report::quietly(|| _ = callback.cancel());
        }
    }
}

/// The unfinished tasks, oldest first.
fn tasks(core: &Core) -> Vec<TaskKey> {
    if core.tasks().are_finished() {
        return Vec::new();
    }
    let mut tasks: Vec<TaskKey> = core.tasks().unfinished().map(|(task, _)| task).collect();
    tasks.sort_by_key(|task| task.id);
    tasks
}
