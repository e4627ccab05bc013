//! `task_error_never_retrieved` and `task_panic`: the output of a task is dropped and nobody has read it.

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use super::JoinError;
use crate::check::unread::is_err;
use crate::error_text::ErrorText;
use crate::event_loop;
use crate::report::{self, Panicked, Violation, drop_panic};

/// The name of a task, for those who need it.
pub(crate) type Name<'a> = dyn Fn() -> Cow<'static, str> + 'a;

/// Drops an output that nobody has read, and reports what is lost with it.
pub(crate) fn dropped<T>(name: Option<&Name<'_>>, created: &'static Location<'static>, output: Result<T, JoinError>) {
    dropped_as(name, created, output, |_| ErrorText::of_type::<T>());
}

/// As [`dropped`], with what is to be said of an error.
pub(crate) fn dropped_as<T>(
    name: Option<&Name<'_>>,
    created: &'static Location<'static>,
    output: Result<T, JoinError>,
    text: impl Fn(&T) -> ErrorText,
) {
    let name = || name.map(|name| name());
    match output {
        Err(error) => {
            if let Some(panicked) = error.panicked_with() {
                event_loop::raise(report::task_panic(name().as_deref(), created, &panicked));
            }
            error.drop_panic();
        }
        Ok(output) => {
            if is_err(&output) {
                event_loop::raise(report::task_error_lost(name().as_deref(), created, &text(&output)));
            }
            drop_output(output, |panicked| report::task_panic(name().as_deref(), created, panicked));
        }
    }
}

/// Drops an error that a promise was kept with and that nobody has read, and reports it.
pub(crate) fn promise_dropped<T>(created: &'static Location<'static>, error: T) {
    event_loop::raise(report::promise_error_never_retrieved(created, &ErrorText::of_type::<T>()));
    drop_output(error, |panicked| report::task_panic(None, created, panicked));
}

fn drop_output<T>(output: T, report: impl Fn(&Panicked) -> Violation) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(output))) {
        event_loop::raise(report(&Panicked::new(&*panic)));
        drop_panic(panic);
    }
}
