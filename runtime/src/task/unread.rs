//! `task_error_never_retrieved` and `task_panic`: the output of a task is dropped and nobody has read it.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use super::JoinError;
use crate::check::unread::{error_type, is_err};
use crate::{event_loop, report};

/// The name of a task, for those who need it.
pub(crate) type Name<'a> = dyn Fn() -> Cow<'static, str> + 'a;

/// Drops an output that nobody has read, and reports what is lost with it.
pub(crate) fn dropped<T>(name: Option<&Name<'_>>, created: &'static Location<'static>, output: Result<T, JoinError>) {
    match output {
        Err(error) => {
            if let Some(message) = error.panic_message() {
                event_loop::raise(report::task_panic(name.map(|name| name()).as_deref(), created, &message));
            }
            // What a panic carries may panic when it is dropped.
            if let Ok(panic) = error.try_into_panic() {
                report::drop_panic(panic);
            }
        }
        Ok(output) => {
            if is_err(&output) {
                event_loop::raise(report::task_error_never_retrieved(
                    name.map(|name| name()).as_deref(),
                    created,
                    error_type::<T>(),
                ));
            }
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(output))) {
                let message = report::said(&*panic).to_owned();
                event_loop::raise(report::task_panic(name.map(|name| name()).as_deref(), created, &message));
                report::drop_panic(panic);
            }
        }
    }
}
