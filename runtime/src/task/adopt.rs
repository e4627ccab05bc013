//! Cleanup that was left to a task: it is awaited before the task goes on, and before it is finished.
//!
//! First left, first run: what an inner scope leaves comes before what the outer one does, and what a cleanup leaves before
//! that cleanup goes on.

use std::panic::Location;

use super::spawn;
use crate::adopt::Cleanup;
use crate::event_loop::Core;

/// Whether there is a loop on this thread that can be left cleanup.
pub(crate) fn can_adopt() -> bool {
    Core::try_with(|core| core.is_some_and(|core| !core.is_closed()))
}

/// Whether cleanup was left to the task that is running, in this poll of it.
#[inline]
pub(crate) fn is_anything_left() -> bool {
    Core::try_with(|core| core.is_some_and(|core| core.cleanup_added.get()))
}

/// Leaves cleanup to the task that is running, or else to a task of its own. Gives it back where there is no loop.
pub(crate) fn adopt(cleanup: Cleanup) -> Result<(), Cleanup> {
    let Some(core) = Core::try_current() else { return Err(cleanup) };
    let left = match core.current_task() {
        Some(task) => core.add_cleanup(task, cleanup),
        None => Err(cleanup),
    };
    if let Err(cleanup) = left {
        let leave = Leave(Some(cleanup));
        drop(spawn::spawn_on(&core, Location::caller(), async move { drop(leave) }).named("cleanup"));
    }
    Ok(())
}

/// Leaves cleanup to the task that drops it, be it because it is cancelled: to cancel a task is not to give up what it has
/// adopted.
struct Leave(Option<Cleanup>);

impl Drop for Leave {
    fn drop(&mut self) {
        if let Some(cleanup) = self.0.take()
            && let Some(core) = Core::try_current()
            && let Some(task) = core.current_task()
        {
            // A task that is being dropped is not finished.
            drop(core.add_cleanup(task, cleanup));
        }
    }
}
