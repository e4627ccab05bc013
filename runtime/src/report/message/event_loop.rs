//! The words of the event loop's reports.

use std::time::Duration;

use super::task::{Created, here, of_task, task};
use crate::check::{Kind, Level};
use crate::report::{Panicked, Violation};
use crate::tree::TaskTree;

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

/// A closure on another thread panicked, and what waited for it is gone.
pub(crate) fn closure_panicked(created: Created, panicked: &Panicked) -> Violation {
    panicked.add_to(Violation {
        message: format!("blocking closure panicked and nobody has read it: {}", panicked.message),
        help: vec!["await `run_blocking` to its end, or catch the panic in the closure".into()],
        ..of_task(Kind::TaskPanic, None, created)
    })
}

/// A socket outlives its loop.
pub(crate) fn unclosed_socket(description: &str) -> Violation {
    Violation {
        message: format!("socket was still open when its event loop was closed: {description}"),
        notes: vec![
            "all tasks are gone; what keeps it is a `static`, a cycle of `Rc`s, `mem::forget`, or other code".into(),
        ],
        help: vec!["drop it before the loop ends, or let the task own it that uses it".into()],
        ..here(Kind::UnclosedSocket, None)
    }
}

/// Tasks of a test's loop were left to its shutdown. One more looks at them.
pub(crate) fn tasks_left(tree: &TaskTree) -> Violation {
    let tree_text = tree.to_string();
    let left: Vec<&str> = tree_text.lines().filter(|line| !line.starts_with("main: ")).collect();
    let (number, s, were) = match tree.len() - 1 {
        1 => ("a".to_owned(), "", "was"),
        number => (number.to_string(), "s", "were"),
    };
    Violation {
        message: format!("{number} task{s} {were} still pending when the test ended"),
        notes: vec![format!("left behind:\n{}", left.join("\n"))],
        help: vec!["await the tasks' handles before the test ends, or cancel the tasks".into()],
        ..here(Kind::PendingTaskDropped, None)
    }
}

/// A callback panicked.
pub(crate) fn callback_panicked(created: Option<Created>, panicked: &Panicked) -> Violation {
    panicked.add_to(Violation {
        message: format!("callback of the event loop panicked: {}", panicked.message),
        notes: vec!["the loop goes on".into()],
        ..here(Kind::CallbackPanicked, created)
    })
}

/// A waker panicked.
pub(crate) fn waker_panicked(panicked: &Panicked) -> Violation {
    panicked.add_to(Violation {
        message: format!("waker panicked: {}", panicked.message),
        notes: vec!["the loop goes on; whoever it should have woken may wait for ever".into()],
        ..here(Kind::CallbackPanicked, None)
    })
}

/// A callback was slow.
pub(crate) fn slow_callback(created: Created, took: Duration) -> Violation {
    Violation {
        message: format!("callback of the event loop took {}", seconds(took)),
        notes: vec!["nothing else ran on the loop meanwhile".into()],
        help: vec![BLOCKING.into()],
        ..here(Kind::SlowCallback, Some(created))
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

fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

/// A report of what must not go on, whatever the level of its kind.
pub(crate) fn as_panic(violation: Violation) -> Violation {
    Violation { level: Level::Panic, ..violation }
}
