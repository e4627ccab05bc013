//! Reports as `tracing` events, and with the feature `log` as records of `log` where there is no subscriber.
//!
//! An event is emitted where the report is made, within the spans that are entered there. Whether a subscriber blocks is its
//! own choice.

use super::Violation;
use crate::check::Level;

/// Emits a report as an event with target `checked_async`: an error at level `Panic`, else a warning.
pub(super) fn emit(violation: &Violation) {
    macro_rules! event {
        ($level:ident) => {
            tracing::event!(
                target: "checked_async",
                tracing::Level::$level,
                kind = violation.kind.name(),
                function = violation.function.as_deref(),
                created = violation.created.as_ref().map(tracing::field::display),
                culprit = violation.culprit.as_ref().map(|culprit| culprit.function.as_str()),
                culprit_at = violation.culprit.as_ref().and_then(|culprit| culprit.place.as_ref()).map(tracing::field::display),
                task = violation.task.as_deref(),
                took_ms = violation.took.map(|took| took.as_millis() as u64),
                panicked_at = violation.panicked_at.as_ref().map(tracing::field::display),
                panic_backtrace = violation.panic_backtrace.as_deref(),
                awaited_from = awaited_from(violation).as_deref(),
                notes = notes(violation).as_deref(),
                "{}",
                violation.message,
            )
        };
    }
    match violation.level {
        Level::Panic => event!(ERROR),
        Level::Log | Level::Off => event!(WARN),
    }
}

/// The facts beside the message: what an error says, the tree of the tasks that wait.
fn notes(violation: &Violation) -> Option<String> {
    if violation.notes.is_empty() { None } else { Some(violation.notes.join("; ")) }
}

/// The logical backtrace in one line.
fn awaited_from(violation: &Violation) -> Option<String> {
    if violation.backtrace.is_empty() {
        return None;
    }
    let frames = violation.backtrace.iter().map(|frame| frame.function.as_str()).collect::<Vec<_>>();
    Some(frames.join(" <- "))
}
