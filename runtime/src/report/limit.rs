//! How much one place in the source may say, and how much work its faults may cause.
//!
//! A *site* is a kind and a place. The first [`SHOWN`] reports of a site are shown, all are counted.
//!
//! Finding out who drops a future is slow, so a site whose drops are many is looked at less and less often; in between
//! the last verdict stands. A place that drops futures both rightly and by mistake may thus be misjudged after its first
//! [`LOOKED_AT`] drops.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::Place;
use crate::check::Kind;

/// How many reports of a site are shown.
const SHOWN: u64 = 10;
/// How many drops of a site are all looked at; thereafter only each whose number is a power of two.
const LOOKED_AT: u64 = 10;

/// Who drops futures at a site.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// Someone who forgot to await them.
    Guilty,
    /// Someone who may.
    Innocent,
}

/// What becomes of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Admission {
    /// It is shown.
    Show,
    /// It is shown, and it is said that no more will be.
    Last,
    /// It is counted.
    Count,
}

#[derive(Default)]
struct Site {
    /// How often a verdict was asked for.
    seen: u64,
    verdict: Option<Verdict>,
    /// How many of its reports were shown.
    shown: u64,
}

static SITES: Mutex<Option<HashMap<(Kind, Place), Site>>> = Mutex::new(None);
static REPORTED: [AtomicU64; Kind::ALL.len()] = [const { AtomicU64::new(0) }; Kind::ALL.len()];

fn with_site<R>(kind: Kind, place: &Place, run: impl FnOnce(&mut Site) -> R) -> R {
    let mut sites: MutexGuard<'_, _> = SITES.lock().unwrap_or_else(PoisonError::into_inner);
    run(sites.get_or_insert_default().entry((kind, place.clone())).or_default())
}

/// The verdict on one more drop at a site, or `None` if it is to be looked at.
pub(crate) fn verdict(kind: Kind, place: &Place) -> Option<Verdict> {
    with_site(kind, place, |site| {
        site.seen += 1;
        if site.seen <= LOOKED_AT || site.seen.is_power_of_two() { None } else { site.verdict }
    })
}

/// Whether this is the first time that a site is asked about.
pub(crate) fn is_first(kind: Kind, place: &Place) -> bool {
    with_site(kind, place, |site| {
        site.seen += 1;
        site.seen == 1
    })
}

/// Remembers what was found by looking.
pub(crate) fn set_verdict(kind: Kind, place: &Place, verdict: Verdict) {
    with_site(kind, place, |site| site.verdict = Some(verdict));
}

/// Counts a report that is not going to be shown.
pub(crate) fn count(kind: Kind) {
    REPORTED[kind as usize].fetch_add(1, Relaxed);
}

/// Counts a report and decides whether it is shown.
pub(super) fn admit(kind: Kind, place: Option<&Place>) -> Admission {
    count(kind);
    let Some(place) = place else {
        return Admission::Show;
    };
    with_site(kind, place, |site| {
        if site.shown == SHOWN {
            return Admission::Count;
        }
        site.shown += 1;
        if site.shown == SHOWN { Admission::Last } else { Admission::Show }
    })
}

/// How many faults of this kind were reported so far in the whole program, shown or only counted. What was
/// [captured](crate::capture) is not among them.
///
/// # Examples
///
/// ```
/// use checked_async::{Kind, reported};
///
/// assert_eq!(reported(Kind::NeverAwaited), 0);
/// ```
#[must_use]
pub fn reported(kind: Kind) -> u64 {
    REPORTED[kind as usize].load(Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u32) -> Place {
        Place { file: "limit.rs".into(), line, column: 1 }
    }

    #[test]
    fn a_site_is_shown_ten_times_and_counted_always() {
        let before = reported(Kind::LostWaker);
        let admissions = (0..12).map(|_| admit(Kind::LostWaker, Some(&place(1)))).collect::<Vec<_>>();
        assert_eq!(admissions[..9], [Admission::Show; 9]);
        assert_eq!(admissions[9..], [Admission::Last, Admission::Count, Admission::Count]);
        assert_eq!(admit(Kind::LostWaker, Some(&place(2))), Admission::Show);
        assert_eq!(reported(Kind::LostWaker) - before, 13);
    }

    #[test]
    fn the_last_verdict_stands_between_looks() {
        let here = place(3);
        let mut looks = Vec::new();
        for n in 1..=40 {
            match verdict(Kind::LostWaker, &here) {
                None => {
                    looks.push(n);
                    set_verdict(Kind::LostWaker, &here, Verdict::Innocent);
                }
                Some(verdict) => assert_eq!(verdict, Verdict::Innocent),
            }
        }
        assert_eq!(looks, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 16, 32]);
    }
}
