//! Cleanup that was left to a task: it is awaited before the task goes on, and before it is finished.
//!
//! First left, first run: what an inner scope leaves comes before what the outer one does.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;

use super::spawn;
use crate::event_loop::Core;

/// Something to be done by a task before it goes on.
pub(crate) type Cleanup = Pin<Box<dyn Future<Output = ()>>>;

/// Leaves cleanup to the task that is running, or else to a task of its own. Gives it back where there is no loop.
pub(crate) fn adopt(cleanup: Cleanup) -> Result<(), Cleanup> {
    let Some(core) = Core::try_current() else { return Err(cleanup) };
    let left = match core.current_task() {
        Some(task) => core.add_cleanup(task, cleanup),
        None => Err(cleanup),
    };
    if let Err(cleanup) = left {
        drop(spawn::spawn_on(&core, Location::caller(), cleanup).named("cleanup"));
    }
    Ok(())
}
