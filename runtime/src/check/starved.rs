//! For how long a thread wanted to run and was not let: where there is more to run than there are processors, a poll takes
//! long that does not block.
//!
//! Linux counts it, by thread. The processor time would not tell: who blocks uses none either. Whether a poll is slow is
//! known when it ends, and then what was counted when it began; asking at each poll would be a system call at each. So a
//! thread asks now and then, and what it may have waited between that and the beginning of the poll is not held against the poll:
//!
//! ```text
//!     known.at         the poll begins                     the poll ends
//! ───────┼───────────────────┼─────────────────────────────────┼──────▶
//!        └─ all of it waited ┘└── waited: all since then, less that ──┘
//! ```
//!
//! Invariant: what is said of a poll is never more than the thread has waited since it last looked at the time before that began.
//! Doubt makes it less, and another system says nothing: a poll that waited may be reported.

use std::cell::Cell;

use crate::watch;

thread_local! {
    static KNOWN: Cell<Option<Known>> = const { Cell::new(None) };
}

/// What the system has counted for this thread.
#[derive(Clone, Copy)]
struct Known {
    /// When it was asked.
    at: u64,
    /// How long the thread had waited for a processor by then, if the system says so.
    waited: Option<Waiting>,
}

/// How long a thread has waited for a processor in all, less the time for which the whole program stood still: it may have waited
/// then, too, and the watch's clock leaves that out already.
type Waiting = i64;

/// What a thread may have waited, at most, when a poll began.
#[derive(Clone, Copy)]
pub(super) struct Waited {
    at_most: Option<Waiting>,
}

/// Asks the system, unless that was done since `fresh`.
pub(super) fn look(now: u64, fresh: u64) {
    if KNOWN.get().is_none_or(|known| known.at <= fresh) {
        KNOWN.set(Some(Known { at: now, waited: ask() }));
    }
}

/// What the thread may have waited by the time `begin`, which is not before it looked last.
pub(super) fn by(begin: u64) -> Waited {
    Waited { at_most: KNOWN.get().and_then(|known| known.by(begin)) }
}

impl Waited {
    /// Of this time it is not asked how long the thread waited in it.
    pub(super) fn leave_out(&mut self, time: u64) {
        self.at_most = self.at_most.map(|waited| waited.saturating_add(signed(time)));
    }

    /// How long, at least, the thread has waited since.
    pub(super) fn least(self) -> u64 {
        self.at_most.and_then(|at_most| Some(least(at_most, ask()?))).unwrap_or(0)
    }
}

impl Known {
    /// What was waited by a later time, at most.
    fn by(self, later: u64) -> Option<Waiting> {
        Some(self.waited?.saturating_add(signed(later.saturating_sub(self.at))))
    }
}

/// What was waited between two times, if it was so much at most by the first, and so much by the second.
fn least(first: Waiting, second: Waiting) -> u64 {
    let waited = u64::try_from(second.saturating_sub(first)).unwrap_or(0);
    // The system counts by another clock, which may run a bit faster.
    waited - waited / 1024
}

fn signed(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

/// Asks the system.
fn ask() -> Option<Waiting> {
    Some(signed(waited()?).saturating_sub(signed(watch::stopped())))
}

/// How long this thread has waited for a processor, in nanoseconds.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn waited() -> Option<u64> {
    use std::io::Read;

    let mut text = [0; 64];
    let read = std::fs::File::open("/proc/thread-self/schedstat").ok()?.read(&mut text).ok()?;
    second(std::str::from_utf8(text.get(..read)?).ok()?)
}

/// How long this thread has waited for a processor: other systems do not say.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn waited() -> Option<u64> {
    None
}

/// The second of the three numbers in `schedstat`: the time run, the time waited, how often it was run.
#[cfg_attr(not(any(target_os = "linux", target_os = "android")), allow(dead_code, reason = "only Linux has the file"))]
fn second(text: &str) -> Option<u64> {
    text.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_000_000;

    #[test]
    fn the_file_is_read() {
        assert_eq!(second("1508433 78093 12\n"), Some(78_093));
        assert_eq!(second("0"), None);
        assert_eq!(second("0 -1 2"), None);
    }

    #[test]
    fn what_may_be_from_before_the_poll_is_not_the_poll_s() {
        let known = Known { at: 1000 * MS, waited: Some(70 * MS as i64) };
        let begin = known.by(1006 * MS).unwrap();
        let since = |waited: u64| least(begin, (waited * MS) as i64);
        assert_eq!((since(70), since(76)), (0, 0));
        assert!((99 * MS..100 * MS).contains(&since(176)), "{}", since(176));
        let mut waited = Waited { at_most: Some(begin) };
        waited.leave_out(60 * MS);
        assert_eq!(least(waited.at_most.unwrap(), 136 * MS as i64), 0);
    }

    #[test]
    fn what_is_not_known_is_nothing() {
        let unknown = Waited { at_most: Known { at: 5, waited: None }.by(7) };
        assert_eq!(unknown.least(), 0);
    }
}
