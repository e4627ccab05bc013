//! `unawaited_future`: a future that is dropped where it was made. See `docs/lints/unawaited_future.md`.

use super::{Level, Lint};
use crate::facts::{Discard, Facts};
use crate::probe::{Probe, Question, Report};
use crate::syntax::Callee;

pub(crate) const LINT: Lint = Lint { name: "unawaited_future", default: Level::Deny, check };

fn check(facts: &Facts<'_>, report: &mut Report) {
    for discard in &facts.discards {
        let level = discard.levels.of(LINT.name);
        if level != Level::Allow && !is_rightly_discarded(discard) {
            let question = Question::DiscardedFuture { strict: makes_lazy_future(discard) };
            report.probes.push(Probe::new(discard.place, question, level));
            if combines_streams(discard) {
                report.probes.push(Probe::new(discard.place, Question::DiscardedStream, level));
            }
        }
    }
}

/// Does the name say that discarding is the point, or that the work runs anyway?
fn is_rightly_discarded(discard: &Discard) -> bool {
    discard.callee.as_ref().is_some_and(|callee| starts_or_drops(callee) || takes_future_out(callee))
}

/// Does the name say that the work is started, or dropped on purpose?
pub(super) fn starts_or_drops(callee: &Callee) -> bool {
    // A spawned task runs whether its handle is awaited or not. `detached_task` looks at what it returns.
    callee.name.contains("spawn") || callee.is_one_of(&["detach", "discard", "drop", "forget"])
}

/// Does the name say that a future which was stored is removed? So do `mem::replace`, and `remove` of a `Vec` or `Slab`,
/// whose argument is an index; with a reference it is a key, and the future is more likely an async method's.
fn takes_future_out(callee: &Callee) -> bool {
    !callee.is_method && callee.is_one_of(&["replace", "take"])
        || callee.is("swap_remove")
        || callee.is("remove") && !callee.takes_reference
}

/// Names of methods whose futures never run by themselves, although they are of types that can be printed and moved,
/// as a task handle is: futures' `StreamExt`, `SinkExt`, `AsyncReadExt`, `AsyncWriteExt`.
const LAZY: &[&str] = &[
    "close",
    "collect",
    "concat",
    "count",
    "feed",
    "flush",
    "fold",
    "for_each",
    "next",
    "read",
    "read_exact",
    "read_to_end",
    "select_next_some",
    "send",
    "send_all",
    "try_collect",
    "try_for_each",
    "try_next",
    "write",
    "write_all",
];

fn makes_lazy_future(discard: &Discard) -> bool {
    !discard.awaited && discard.callee.as_ref().is_some_and(|callee| callee.is_method && callee.is_one_of(LAZY))
}

/// Names of the methods of `StreamExt` and `TryStreamExt` that make another stream. What else is a stream may be held for
/// what it stands for, as a subscription is.
const COMBINATORS: &[&str] = &[
    "and_then",
    "buffer_unordered",
    "buffered",
    "chain",
    "chunks",
    "enumerate",
    "filter",
    "filter_map",
    "flat_map",
    "flatten",
    "fuse",
    "inspect",
    "inspect_err",
    "inspect_ok",
    "map",
    "map_err",
    "map_ok",
    "map_while",
    "merge",
    "or_else",
    "peekable",
    "ready_chunks",
    "scan",
    "skip",
    "skip_while",
    "take",
    "take_until",
    "take_while",
    "then",
    "throttle",
    "timeout",
    "try_filter",
    "try_filter_map",
    "zip",
];

fn combines_streams(discard: &Discard) -> bool {
    !discard.awaited && discard.callee.as_ref().is_some_and(|callee| callee.is_method && callee.is_one_of(COMBINATORS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        assert!(LAZY.is_sorted());
        assert!(COMBINATORS.is_sorted());
    }
}
