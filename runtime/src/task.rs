//! Tasks of the event loop, and what code in them awaits.

pub(crate) mod adopt;
pub(crate) mod cancel;
pub(crate) mod catch_panic;
mod error;
mod group;
mod join;
mod promise;
pub(crate) mod queue;
pub(crate) mod record;
mod shield;
mod sleep;
pub(crate) mod spawn;
pub(crate) mod stored;
mod timeout;
pub(crate) mod tree;
pub(crate) mod unread;
mod yield_now;

pub use cancel::{Cancelled, CatchCancel, catch_cancel};
pub use error::JoinError;
pub use group::{GroupError, Member, TaskGroup, task_group};
pub use join::{AbortOnDrop, JoinHandle, TaskId, TaskRef, current_task};
pub use promise::{Abandoned, Promise, Promised, promise};
pub use shield::{Shield, shield};
pub use sleep::{Sleep, now, sleep, sleep_until};
pub use spawn::spawn;
pub use timeout::{Elapsed, Timeout, timeout, timeout_at};
pub use tree::{print_task_tree, task_tree};
pub use yield_now::{YieldNow, yield_now};
