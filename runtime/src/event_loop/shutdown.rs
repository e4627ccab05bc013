//! The end of a loop.
//!
//! 1. All tasks are cancelled and waited for, those that their cleanup has started too; then the closures on other threads.
//!    Both within one time limit.
//! 2. What is left is dropped where it stands, with a report each, until nothing is left. Whatever a drop starts is dropped
//!    in turn.
//! 3. The loop is closed: what is scheduled on it through handles that are left is dropped at once.

use std::cell::Cell;
use std::future::Pending;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use super::callback;
use super::core::{Core, Entry};
use super::remote;
use super::timers::Action;
use super::turns::{Ended, Turns, Until, limit};
use crate::report;
use crate::task::record::Task;

/// How many rounds of drops that start tasks there may be.
const ROUNDS: usize = 1000;

/// Runs one turn more of a run whose future is finished: asyncio's loop stops by a callback that is queued then, so what was
/// queued before still runs, and a task's first step is not lost because it was started last.
pub(super) fn last_turn(core: &Rc<Core>) {
    let over = Rc::new(Cell::new(false));
    let callback = Rc::clone(&over);
    callback::soon(core, Location::caller(), move || callback.set(true));
    // Ended early where the turn before has asked for the run to stop.
    let _ = async_io::block_on(Turns::<Pending<()>>::new(core, Until::Condition(&|_| over.get())));
}

/// Has tasks and closures end, within the time limit.
pub(super) fn graceful(core: &Rc<Core>) {
    let give_up = limit(core.shutdown_timeout);
    let run_until = |condition: &dyn Fn(&Core) -> bool| {
        loop {
            let mut turns = Turns::<Pending<()>>::new(core, Until::Condition(condition));
            turns.give_up = Some(give_up);
            core.stop.set(false);
            let ended = async_io::block_on(turns);
            core.shared.set_waker(None);
            // The end cannot be stopped.
            if ended != Ended::Stopped {
                break ended;
            }
        }
    };
    loop {
        let cancelled = tasks(core);
        let Some(last) = cancelled.iter().map(|task| task.record().id).max() else { break };
        for task in cancelled {
            task.record().cancel();
        }
        let are_gone = |core: &Core| core.tasks.borrow().iter().all(|(_, task)| task.record().id > last);
        if run_until(&are_gone) == Ended::TimedOut {
            break;
        }
    }
    run_until(&|core| core.closures.is_empty() && core.tasks.borrow().is_empty());
}

/// Drops all that is left, and reports it.
pub(super) fn drop_all(core: &Rc<Core>) {
    for created in core.closures.running() {
        super::raise(report::closure_still_running(created));
    }
    core.dropping.set(true);
    for task in tasks(core) {
        super::raise(report::pending_task_dropped(task.record()));
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
        let tasks = tasks(core);
        for task in &tasks {
            task.record().force();
        }
        core.receive();
        let left = core.take_entries();
        let actions = core.timers().clear();
        if left.is_empty() && actions.is_empty() {
            if tasks.is_empty() {
                break;
            }
            // Another thread is waking it: it has marked the task as woken, and is about to send it here.
            thread::sleep(Duration::from_micros(50));
        }
        for action in actions {
            quietly(|| match action {
                Action::Wake(waker) => drop(waker),
                // Someone may still have its handle.
                Action::Call(callback) => drop(callback.cancel()),
            });
        }
        for entry in left {
            quietly(|| match entry {
                // It finds that it is to be dropped.
                Entry::Task(runnable) => drop(runnable.run()),
                Entry::Callback(callback) => drop(callback.cancel()),
                Entry::Remote(call) => drop(call),
                Entry::Main(_) => {}
            });
        }
    }
}

/// What the user's drops panic with is of no interest any more.
fn quietly(drop: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(drop)) {
        report::drop_panic(panic);
    }
}

fn tasks(core: &Core) -> Vec<Rc<dyn Task>> {
    core.tasks.borrow().iter().map(|(_, task)| Rc::clone(task)).collect()
}
