//! The end of a loop.
//!
//! 1. All tasks are cancelled and waited for, those that their cleanup has started too; then the closures on other threads.
//!    Both within one time limit.
//! 2. What is left is dropped where it stands, with a report each, until nothing is left. Whatever a drop starts is dropped
//!    in turn.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::core::{Core, Entry};
use super::remote;
use super::turns::{Ended, Turns, Until, limit};
use crate::report;
use crate::task::record::TaskKey;

/// How many rounds of drops that start tasks there may be.
const ROUNDS: usize = 1000;

/// Has tasks and closures end, within the time limit.
pub(super) fn graceful(core: &Rc<Core>) {
    let give_up = limit(core.shutdown_timeout);
    let run_until = |condition: &dyn Fn(&Core) -> bool| {
        let mut turns = Turns::new(core, Until::Condition(condition));
        turns.give_up = Some(give_up);
        core.stop.set(false);
        let ended = async_io::block_on(turns);
        core.shared.set_waker(None);
        ended
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
    run_until(&|core| core.closures.is_empty() && core.tasks().are_finished());
}

/// Drops all that is left, and reports it.
pub(super) fn drop_all(core: &Rc<Core>) {
    for created in core.closures.running() {
        super::raise(report::closure_still_running(created));
    }
    core.dropping.set(true);
    for task in tasks(core) {
        let report = core.tasks().get(task).map(|record| report::pending_task_dropped(&record.name(), record.created));
        if let Some(report) = report {
            super::raise(report);
        }
    }
    for _ in 0..ROUNDS {
        for task in tasks(core) {
            core.drop_task(task);
        }
        core.receive();
        let left = core.take_entries();
        let actions = core.timers().clear();
        if left.is_empty() && actions.is_empty() && core.tasks().are_finished() {
            break;
        }
        for action in actions {
            quietly(|| drop(action));
        }
        for entry in left {
            quietly(|| match entry {
                Entry::Callback(callback) => drop(callback.cancel()),
                Entry::Task(_) => {}
            });
        }
    }
    remote::drop_messages(core.shared.close());
}

/// What the user's drops panic with is of no interest any more.
fn quietly(drop: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(drop)) {
        std::mem::forget(panic);
    }
}

/// The unfinished tasks, oldest first.
fn tasks(core: &Core) -> Vec<TaskKey> {
    let mut tasks: Vec<TaskKey> = core.tasks().unfinished().map(|(task, _)| task).collect();
    tasks.sort_by_key(|task| task.id);
    tasks
}
