//! The words of every report.
//!
//! A message states the problem only, true in isolation: lowercase, no full stop, code in backticks, one line. `help`
//! is an imperative change, `note` a fact, another place, or how to silence.

#[cfg(feature = "event-loop")]
pub(crate) mod event_loop;
pub(crate) mod task;

use std::any::Any;
use std::time::Duration;

use super::panicked::{Panicked, said};
use super::text::Notice;
use super::{Culprit, Dropper, Place, TraceFrame, Violation, dropper};
use crate::check::{Kind, Level};
use crate::future::Function;
use crate::raw;

/// What is at the place where a report points to.
pub(super) fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::NestedRun => "called here",
        _ => "created here",
    }
}

/// The report of a future that was dropped unpolled.
pub(crate) fn never_awaited(function: &Function, level: Level, dropper: &Dropper) -> Violation {
    let name = function.name();
    let mut violation = Violation {
        message: format!("future was never awaited: `{name}`"),
        help: vec!["append `.await` to the call, or pass it to `checked_async::discard` to drop it on purpose".into()],
        ..about(Kind::NeverAwaited, level, function)
    };
    match dropper {
        Dropper::User(culprit) => violation.culprit.clone_from(culprit),
        Dropper::ThreadExit => violation.notes.push("dropped while its thread ended".into()),
        Dropper::Library | Dropper::Unknown => {}
    }
    violation
}

/// The report of a future that was polled after it was ready.
pub(crate) fn polled_after_completion(function: &Function, level: Level) -> Violation {
    let violation = Violation {
        message: format!("future was polled after completion: `{}`", function.name()),
        notes: vec!["it had already returned its output, and has nothing more to give".into()],
        help: vec!["stop polling a future once it is ready, or wrap it in `fuse()`".into()],
        ..about(Kind::PolledAfterCompletion, level, function)
    };
    // Without a line it may be the function into which the one was inlined that polls.
    let polled_by = |culprit: &Culprit| violation.backtrace.first().is_none_or(|it| it.function == culprit.function);
    let culprit = dropper::find_poller(function).filter(|culprit| culprit.place.is_some() || polled_by(culprit));
    Violation { culprit, ..violation }
}

/// The report of a future that is so large.
pub(crate) fn large_future(function: &Function, level: Level, size: usize) -> Violation {
    Violation {
        message: format!("future is {size} bytes large: `{}`", function.name()),
        notes: vec!["whatever holds it is as large, and it is copied each time it is moved".into()],
        help: vec!["await `Box::pin(…)` of it, or keep less across its `.await`s".into()],
        ..about(Kind::LargeFuture, level, function)
    }
}

/// The report of a poll that took so long, where so much is allowed.
pub(crate) fn slow_poll(function: &Function, level: Level, took: Duration, slow_after: Duration) -> Violation {
    let meanwhile = format!(
        "meanwhile nothing else ran on its thread; a poll of {} ms or more is reported",
        slow_after.as_millis()
    );
    let spawned = current_task().map(|(name, spawned)| format!("in {}, spawned at {spawned}", task::task(Some(&name))));
    let notes = [meanwhile].into_iter().chain(spawned).collect();
    Violation {
        message: format!("one poll took {} ms: `{}`", took.as_millis(), function.name()),
        took: Some(took),
        notes,
        help: vec![format!(
            "await instead of blocking, move the work to a thread with `{}`, or allow this function more with \
                 `#[checked_async(slow_after = \"…\")]`",
            if is_on_event_loop() { "checked_async::run_blocking" } else { "spawn_blocking" }
        )],
        ..about(Kind::SlowPoll, level, function)
    }
}

/// The report of a future that was woken and is not polled: who polled it, at which line and column, and what is awaited
/// instead, innermost first.
pub(crate) fn stalled_future(
    function: &Function,
    level: Level,
    parent: &Function,
    (line, column): (u32, u32),
    waits: Vec<TraceFrame>,
) -> Violation {
    let mut notes =
        vec!["what it holds, or was given since, as a lock, nobody else gets until it is polled or dropped".to_owned()];
    let place = Place { file: parent.source().into(), line, column };
    notes.extend(waits.first().map(|waits| format!("meanwhile its task waits in `{}`", waits.function)));
    Violation {
        message: format!("future was woken and not polled for 1 s: `{}`", function.name()),
        culprit: Some(Culprit { function: parent.name().to_owned(), place: Some(place) }),
        backtrace: waits,
        notes,
        help: vec!["run it in a task of its own, or drop it before anything else is awaited".into()],
        ..about(Kind::StalledFuture, level, function)
    }
}

/// The report of a generator that was dropped with cleanup to do.
pub(crate) fn generator_unclosed(function: &Function, level: Level) -> Violation {
    let mut violation = Violation {
        message: format!("generator was dropped before its cleanup ran: `{}`", function.name()),
        notes: vec!["its `defer!`s are async code, which a drop cannot run".into()],
        help: vec![
            "iterate it with `#[for_await]`, use it in `checked_async::closing`, or await its `aclose()`".into(),
        ],
        ..about(Kind::GeneratorUnclosed, level, function)
    };
    if std::thread::panicking() {
        violation.notes.push("dropped during a panic".into());
    }
    violation
}

/// The report of a generator that was dropped, and whose cleanup its task runs.
pub(crate) fn generator_adopted(function: &Function, level: Level) -> Violation {
    Violation {
        message: format!("generator was left for its task to close: `{}`", function.name()),
        notes: vec!["its cleanup is awaited before the task goes on".into()],
        help: vec![
            "iterate it with `#[for_await]`, use it in `checked_async::closing`, or await its `aclose()`".into(),
        ],
        ..about(Kind::GeneratorUnclosed, level, function)
    }
}

/// The report of a generator that is used where, or when, it should not be.
pub(crate) fn generator_use(kind: Kind, function: &Function, level: Level) -> Violation {
    let name = function.name();
    let (message, note, help) = match kind {
        Kind::GeneratorOutsideLoop => (
            format!("generator is iterated where no task would close it: `{name}`"),
            "no event loop runs on this thread, and its task does not adopt",
            "iterate it inside of `checked_async::run`, or wrap the task's future in `checked_async::adopting`",
        ),
        Kind::GeneratorAfterShutdown => (
            format!("generator is iterated after `shutdown_generators`: `{name}`"),
            "nobody closes the generators of this loop any more",
            "iterate it before, or shut the generators down later",
        ),
        _ => (
            format!("generator is in use and cannot be closed: `{name}`"),
            "`shutdown_generators` leaves it to whoever has the operation that is under way",
            "end the tasks that iterate generators before, or await their operations",
        ),
    };
    Violation { message, notes: vec![note.into()], help: vec![help.into()], ..about(kind, level, function) }
}

/// The report of cleanup that panicked in a task that had adopted it.
pub(crate) fn cleanup_panicked(panicked: &Panicked) -> Violation {
    panicked.add_to(Violation {
        message: format!("cleanup that was left to a task panicked: {}", panicked.message),
        help: vec!["catch the panic in the `defer!`".into()],
        ..task::here(Kind::TaskPanic, None)
    })
}

/// What any report on a future says.
fn about(kind: Kind, level: Level, function: &Function) -> Violation {
    Violation {
        kind,
        level,
        message: String::new(),
        function: Some(function.name().to_owned()),
        created: Some(function.place()),
        culprit: None,
        task: current_name(),
        took: None,
        backtrace: backtrace(),
        call_stack: None,
        panicked_at: None,
        panic_backtrace: None,
        notes: Vec::new(),
        help: Vec::new(),
    }
}

/// Whether an event loop runs on this thread.
fn is_on_event_loop() -> bool {
    #[cfg(feature = "event-loop")]
    return crate::event_loop::Core::identity().is_some();
    #[cfg(not(feature = "event-loop"))]
    false
}

/// The name of the task that runs on this thread, and where it was spawned.
fn current_task() -> Option<(String, Place)> {
    #[cfg(feature = "event-loop")]
    if let Some((name, spawned)) = crate::event_loop::Core::try_with(|core| core?.current_name()) {
        return Some((name.into_owned(), spawned.into()));
    }
    #[cfg(feature = "tokio")]
    if let Some((name, spawned)) = crate::supervision::supervised::current() {
        return Some((name.into_owned(), spawned));
    }
    None
}

/// Its name alone.
fn current_name() -> Option<String> {
    current_task().map(|(name, _)| name)
}

/// The logical backtrace of this thread.
pub(crate) fn backtrace() -> Vec<TraceFrame> {
    let mut frames = Vec::new();
    raw::for_each_while(|frame| {
        let function = frame.function();
        frames.push(TraceFrame {
            function: function.name().to_owned(),
            defined: function.defined(),
            called: function.called().map(Into::into),
        });
        true
    });
    frames
}

/// What the culprit did.
pub(super) fn deed(kind: Kind) -> &'static str {
    match kind {
        Kind::GeneratorUnclosed | Kind::NeverAwaited => "dropped",
        Kind::PolledAfterCompletion => "polled",
        Kind::StalledFuture => "last polled",
        _ => "happened",
    }
}

/// How to silence a kind, where that is possible.
pub(super) fn silencing(kind: Kind) -> Option<String> {
    (!cannot_go_on(kind)).then(|| format!("`CHECKED_ASYNC={kind}=off` silences it"))
}

/// Whether a fault of this kind panics whatever level is set.
pub(super) fn cannot_go_on(kind: Kind) -> bool {
    matches!(kind, Kind::NestedRun | Kind::ResultOnLoopThread)
}

/// Said with the last report of a site that is shown.
pub(super) fn no_more(violation: &Violation) -> Notice {
    let place = violation.created.as_ref().map(|place| format!(" of {place}")).unwrap_or_default();
    Notice::Note(format!("further `{}` reports{place} are counted and not shown", violation.kind))
}

/// Said when the program's handler panicked with a report.
pub(super) fn handler_panicked(panic: &(dyn Any + Send)) -> Notice {
    Notice::Warning(format!("the exception handler panicked on the report above: {}", said(panic)))
}

/// Said when a subscriber of `tracing` panicked with a report.
#[cfg(feature = "tracing")]
pub(super) fn subscriber_panicked(panic: &(dyn Any + Send)) -> Notice {
    Notice::Warning(format!("the tracing subscriber panicked on a report: {}", said(panic)))
}

/// Says that a dump was not written.
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) fn warn_of_dump(path: &std::path::Path, error: &std::io::Error) {
    let text = format!("the tasks cannot be written to `{}`: {error}", path.display());
    super::text::print(&Notice::Warning(text));
}

/// Says what is wrong in the environment variable.
pub(crate) fn warn_of_environment(mistakes: &[String]) {
    super::text::print(&Notice::Warning(format!("ignored in `CHECKED_ASYNC`: {}", mistakes.join("; "))));
}
