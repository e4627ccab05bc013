//! The words of the event loop's reports.

use std::any::Any;
use std::io;
use std::panic::Location;
use std::path::Path;
use std::time::Duration;

use super::{backtrace, current_task, said};
use crate::check::{Kind, Level, level};
use crate::report::Violation;
use crate::report::text::Notice;
use crate::tree::TaskTree;

type Created = &'static Location<'static>;

/// A task panicked, and nobody has read it.
pub(crate) fn task_panic(name: Option<&str>, created: Created, message: &str) -> Violation {
    Violation {
        message: format!("{} panicked and nobody has read it: {message}", task(name)),
        help: vec!["await the task's handle, or catch the panic in the task".into()],
        ..of_task(Kind::TaskPanic, name, created)
    }
}

/// A task ended in an error, and nobody has read it.
pub(crate) fn task_error_never_retrieved(name: Option<&str>, created: Created, error: &str) -> Violation {
    Violation {
        message: format!("error of {} was never retrieved: `{error}`", task(name)),
        help: vec!["await the task's handle and look at the result, or handle errors in the task".into()],
        ..of_task(Kind::TaskErrorNeverRetrieved, name, created)
    }
}

/// A task was dropped with its loop.
pub(crate) fn pending_task_dropped(name: &str, created: Created) -> Violation {
    Violation {
        message: format!("{} was dropped while it was pending", task(Some(name))),
        notes: vec!["its event loop was dropped or closed; no code of the task runs any more, drops apart".into()],
        help: vec!["await the task's handle before the loop ends, or cancel it in time".into()],
        ..of_task(Kind::PendingTaskDropped, Some(name), created)
    }
}

/// A closure on another thread runs on without its loop.
pub(crate) fn closure_still_running(created: Created) -> Violation {
    Violation {
        message: "blocking closure was still running when its event loop was closed".into(),
        notes: vec!["it runs on; its output is lost".into()],
        help: vec!["await `run_blocking`, or have the closure end when it is told to".into()],
        ..of_task(Kind::PendingTaskDropped, None, created)
    }
}

/// A callback panicked.
pub(crate) fn callback_panicked(created: Option<Created>, panic: &(dyn Any + Send)) -> Violation {
    Violation {
        message: format!("callback of the event loop panicked: {}", said(panic)),
        notes: vec!["the loop goes on".into()],
        ..here(Kind::CallbackPanicked, created)
    }
}

/// A waker panicked.
pub(crate) fn waker_panicked(panic: &(dyn Any + Send)) -> Violation {
    Violation {
        message: format!("waker panicked: {}", said(panic)),
        notes: vec!["the loop goes on; whoever it should have woken may wait for ever".into()],
        ..here(Kind::CallbackPanicked, None)
    }
}

/// A callback was slow.
pub(crate) fn slow_callback(created: Option<Created>, took: Duration) -> Violation {
    Violation {
        message: format!("callback of the event loop took {}", seconds(took)),
        notes: vec!["nothing else ran on the loop meanwhile".into()],
        help: vec![BLOCKING.into()],
        ..here(Kind::SlowCallback, created)
    }
}

/// A step of a task was slow.
pub(crate) fn slow_step(name: &str, created: Created, took: Duration) -> Violation {
    Violation {
        message: format!("step of {} took {}", task(Some(name)), seconds(took)),
        notes: vec!["nothing else ran on the loop meanwhile".into()],
        help: vec![BLOCKING.into()],
        ..of_task(Kind::SlowPoll, Some(name), created)
    }
}

/// The thread came back late from I/O.
pub(crate) fn slow_select(late: Duration) -> Violation {
    Violation {
        message: format!("wait for I/O returned {} late", seconds(late)),
        notes: vec!["the thread did not get the processor in time, or was stopped".into()],
        ..here(Kind::SlowSelect, None)
    }
}

/// Nothing has run for long.
pub(crate) fn stalled_loop(idle: Duration, tree: &TaskTree) -> Violation {
    let notes = vec![
        format!("the tasks that wait:\n{}", tree.to_string().trim_end()),
        "no timer is set, and no I/O or closure is waited for: only another thread could wake one of them".into(),
    ];
    Violation {
        message: format!("nothing has run on the event loop for {}", seconds(idle)),
        notes,
        help: vec![
            "look for what they wait for: a promise that nobody sets, a channel that nobody sends to, a lock that is never \
             released"
                .into(),
        ],
        ..here(Kind::StalledLoop, None)
    }
}

/// A loop was run inside of a loop.
pub(crate) fn nested_run(called: Created) -> Violation {
    Violation {
        message: "event loop was run inside of a running event loop".into(),
        notes: vec!["it would block the outer one".into()],
        help: vec!["await the future instead, or `checked_async::spawn` it".into()],
        ..here(Kind::NestedRun, Some(called))
    }
}

/// A thread would wait for itself.
pub(crate) fn result_on_loop_thread(called: Created, created: Created) -> Violation {
    Violation {
        message: "thread of the event loop would wait for its own task for ever".into(),
        notes: vec![format!("`result` was called at {called}")],
        help: vec!["await the handle instead, or call `result` on another thread".into()],
        ..of_task(Kind::ResultOnLoopThread, None, created)
    }
}

const BLOCKING: &str = "hand blocking code to `checked_async::run_blocking`, and let long calculations \
                        `checked_async::yield_now().await`";

pub(super) fn task(name: Option<&str>) -> String {
    match name {
        None => "task".into(),
        // Those that were not given one are called `task 3`.
        Some(name) if name.starts_with("task ") => name.into(),
        Some(name) => format!("task `{name}`"),
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

fn of_task(kind: Kind, name: Option<&str>, created: Created) -> Violation {
    let here = here(kind, Some(created));
    Violation { function: name.map(str::to_owned), task: name.map(str::to_owned).or(here.task), ..here }
}

fn here(kind: Kind, created: Option<Created>) -> Violation {
    Violation {
        kind,
        level: level(kind),
        message: String::new(),
        function: None,
        created: created.map(Into::into),
        culprit: None,
        task: current_task(),
        backtrace: backtrace(),
        took: None,
        notes: Vec::new(),
        help: Vec::new(),
    }
}

/// Says that a dump was not written.
pub(crate) fn warn_of_dump(path: &Path, error: &io::Error) {
    let text = format!("the tasks cannot be written to `{}`: {error}", path.display());
    super::super::text::print(&Notice::Warning(text));
}

/// A report of what must not go on, whatever the level of its kind.
pub(crate) fn as_panic(violation: Violation) -> Violation {
    Violation { level: Level::Panic, ..violation }
}
