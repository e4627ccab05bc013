//! The words of the reports on tasks, whoever runs them.

use std::panic::Location;

use super::{backtrace, current_name};
#[cfg(any(feature = "event-loop", feature = "tokio"))]
use crate::check::lost_waker::Lost;
use crate::check::{Kind, level};
use crate::error_text::ErrorText;
use crate::report::{Panicked, Violation};

pub(super) type Created = &'static Location<'static>;

/// A task panicked, and nobody has read it.
pub(crate) fn task_panic(name: Option<&str>, created: Created, panicked: &Panicked) -> Violation {
    panicked.add_to(Violation {
        message: format!("{} panicked and nobody has read it: {}", task(name), panicked.message),
        help: vec!["await the task's handle, or catch the panic in the task".into()],
        ..of_task(Kind::TaskPanic, name, created)
    })
}

/// A task ended in an error, and nobody has read it.
fn task_error_never_retrieved(name: Option<&str>, created: Created, error: &str) -> Violation {
    Violation {
        message: match name {
            Some(_) => format!("error of {} was never retrieved: `{error}`", task(name)),
            None => format!("error of a task was never retrieved: `{error}`"),
        },
        help: vec!["await the task's handle and look at the result, or handle errors in the task".into()],
        ..of_task(Kind::TaskErrorNeverRetrieved, name, created)
    }
}

/// A promise was kept with an error, and nobody has read it.
#[cfg(feature = "event-loop")]
pub(crate) fn promise_error_never_retrieved(created: Created, error: &ErrorText) -> Violation {
    let mut violation = Violation {
        message: format!("error of a promise was never retrieved: `{}`", error.debug),
        help: vec!["await the promise's future and look at the result".into()],
        ..here(Kind::TaskErrorNeverRetrieved, Some(created))
    };
    violation.notes.extend(error.chain.as_ref().map(|chain| format!("it says: {chain}")));
    violation
}

/// As [`task_error_never_retrieved`], with what the error says.
pub(crate) fn task_error_lost(name: Option<&str>, created: Created, error: &ErrorText) -> Violation {
    let mut violation = task_error_never_retrieved(name, created, &error.debug);
    violation.notes.extend(error.chain.as_ref().map(|chain| format!("it says: {chain}")));
    violation
}

/// A task waits, and nobody can wake it.
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) fn lost_waker(name: Option<&str>, created: Created, lost: Lost) -> Violation {
    let Lost { waits } = lost;
    let mut violation = of_task(Kind::LostWaker, name, created);
    match waits.first() {
        Some(innermost) => {
            violation.message = format!("{} is pending, and nobody holds its waker", task(name));
            violation.notes = vec![format!("it waits in `{}`, for ever unless it is cancelled", innermost.function)];
            violation.help.push(
                "let what returns `Poll::Pending` keep `cx.waker().clone()`, and wake it; to wait until the task is \
                 cancelled, await `std::future::pending()`"
                    .into(),
            );
        }
        None => {
            violation.message = format!("{} was pending, and nobody held its waker", task(name));
            violation.notes =
                vec!["polled for a look, it went on: what it was waiting for had come, and had not woken it".into()];
            violation.help.push("let what returns `Poll::Pending` keep `cx.waker().clone()`, and wake it".into());
        }
    }
    violation.backtrace = waits;
    violation
}

/// A task of tokio's was dropped with its runtime.
#[cfg(feature = "tokio")]
pub(crate) fn tokio_task_dropped(name: &str, created: Created, begun: bool) -> Violation {
    let not_begun = if begun { "" } else { "it had not begun, and " };
    Violation {
        message: format!("{} was dropped while it was pending", task(Some(name))),
        notes: vec![format!("{not_begun}its runtime has shut down; no code of the task runs any more, drops apart")],
        help: vec![
            "await the task's handle before the runtime ends, or abort it; if it never ends, let its output be \
             `std::convert::Infallible`"
                .into(),
        ],
        ..of_task(Kind::PendingTaskDropped, Some(name), created)
    }
}

pub(super) fn task(name: Option<&str>) -> String {
    match name {
        None => "task".into(),
        // Those that were not given one are called `task 3`.
        Some(name) if name.starts_with("task ") => name.into(),
        Some(name) => format!("task `{name}`"),
    }
}

pub(super) fn of_task(kind: Kind, name: Option<&str>, created: Created) -> Violation {
    let here = here(kind, Some(created));
    Violation { function: name.map(str::to_owned), task: name.map(str::to_owned).or(here.task), ..here }
}

pub(super) fn here(kind: Kind, created: Option<Created>) -> Violation {
    Violation {
        kind,
        level: level(kind),
        message: String::new(),
        function: None,
        created: created.map(Into::into),
        culprit: None,
        task: current_name(),
        backtrace: backtrace(),
        call_stack: None,
        panicked_at: None,
        panic_backtrace: None,
        took: None,
        notes: Vec::new(),
        help: Vec::new(),
    }
}
