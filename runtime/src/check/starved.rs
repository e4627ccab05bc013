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
//! Invariant: what is said of a poll is never more than it waited. Doubt makes it less, and so does what another system does not
//! tell: a poll may be reported that waited, but none is missed that blocked.

use std::cell::Cell;

use crate::watch;

thread_local! {
    static KNOWN: Cell<Option<Known>> = const { Cell::new(None) };
}

/// What the system has counted for this thread, in nanoseconds.
#[derive(Clone, Copy)]
struct Known {
    /// When it was asked.
    at: u64,
    /// How long the thread had waited for a processor by then, all in all.
    waited: u64,
    /// How long the whole program had stood still by then, which the watch's clock leaves out.
    stopped: u64,
}

/// What a thread may have waited, at most, when a poll began.
#[derive(Clone, Copy)]
pub(super) struct Waited {
    /// At most so much in all, less the stops of the program, if it is known.
    at_most: Option<i64>,
}

/// Asks the system, unless that was done since `fresh`.
pub(super) fn look(now: u64, fresh: u64) {
    if KNOWN.get().is_none_or(|known| known.at <= fresh) {
        KNOWN.set(ask(now));
    }
}

/// What the thread may have waited by the time `begin`, which is not before it looked last.
pub(super) fn by(begin: u64) -> Waited {
    Waited { at_most: KNOWN.get().map(|known| known.by(begin)) }
}

impl Waited {
    /// Of this time it is not asked how long the thread waited in it.
    pub(super) fn leave_out(&mut self, time: u64) {
        self.at_most = self.at_most.map(|waited| waited.saturating_add(signed(time)));
    }

    /// How long, at least, the thread has waited since.
    pub(super) fn least_since(self, now: u64) -> u64 {
        let (Some(at_most), Some(known)) = (self.at_most, ask(now)) else { return 0 };
        known.least_since(at_most)
    }
}

impl Known {
    /// What was waited, less the stops of the program: they may have been waiting, too, and the clock has left them out.
    fn waited_on_the_clock(self) -> i64 {
        signed(self.waited).saturating_sub(signed(self.stopped))
    }

    /// What was waited by a later time, at most.
    fn by(self, later: u64) -> i64 {
        self.waited_on_the_clock().saturating_add(signed(later.saturating_sub(self.at)))
    }

    /// What was waited since, at least, if it was so much by then.
    fn least_since(self, at_most: i64) -> u64 {
        let waited = u64::try_from(self.waited_on_the_clock().saturating_sub(at_most)).unwrap_or(0);
        // The system counts by another clock, which may run a bit faster.
        waited - waited / 1024
    }
}

fn signed(time: u64) -> i64 {
    i64::try_from(time).unwrap_or(i64::MAX)
}

/// Asks the system.
fn ask(now: u64) -> Option<Known> {
    let waited = waited()?;
    Some(Known { at: now, waited, stopped: watch::stopped() })
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
        let known = Known { at: 1000 * MS, waited: 70 * MS, stopped: 0 };
        let begin = known.by(1006 * MS);
        let later = |waited: u64, stopped: u64| Known { at: 2000 * MS, waited: waited * MS, stopped: stopped * MS };
        assert_eq!(later(76, 0).least_since(begin), 0);
        assert_eq!(later(70, 0).least_since(begin), 0);
        let waited = later(176, 0).least_since(begin);
        assert!((99 * MS..100 * MS).contains(&waited), "{waited}");
        // Waited while the whole program stood still: the clock has left that out already.
        assert!(later(176, 60).least_since(begin) < 40 * MS);
        assert_eq!(later(176, 500).least_since(begin), 0);
    }

    #[test]
    fn stops_of_the_program_before_the_poll_are_not_the_poll_s() {
        let before = Known { at: 1000 * MS, waited: 10 * MS, stopped: 500 * MS };
        let after = Known { at: 1200 * MS, waited: 110 * MS, stopped: 500 * MS };
        let waited = after.least_since(before.by(1000 * MS));
        assert!((99 * MS..100 * MS).contains(&waited), "{waited}");
    }
}
