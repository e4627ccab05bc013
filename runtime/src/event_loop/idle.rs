//! For how long nothing has run on a loop: counted by the thread of the [`looks`], for `stalled_loop`.
//!
//! A loop that falls asleep says so by a number, and that is all that it pays as a rule. The thread sees whether the number has
//! changed since its last look, wakes a loop where it has not for too long, and the loop judges, on its own thread.
//!
//! ```text
//!            falls asleep                 so many looks have seen the same sleep
//! UNWATCHED ──────────────▶ WATCHED ───────────────────────────────────────────▶ UNWATCHED, and the sleep is due
//!                           ▲     │ it has slept anew, or it is told that what was counted is void: counted anew
//!                           └─────┘
//! ```
//! Looks are counted, not time, so that a program that stands still, as in a debugger, is not taken for a loop that does.
//!
//! Invariants:
//! - the thread keeps no loop alive but while it looks at it, and drops and wakes nothing while it holds a lock;
//! - a loop that is no longer watched is woken after that is to be seen: if it is asleep again, it has itself watched.

use std::mem;
use std::sync::atomic::{
    AtomicBool, AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;
use std::time::{Duration, Instant};

use super::remote::Shared;
use crate::check::looks;
use crate::watch;

/// What a loop says of its sleeps.
#[derive(Default)]
pub(super) struct Idle {
    /// The number of its last sleep: one more each time that it sleeps after anything has run. Changed by the loop alone.
    sleep: AtomicU64,
    /// Whether the thread looks at it.
    is_watched: AtomicBool,
    /// The sleep that has lasted too long, if one has; before the first one there is none.
    due: AtomicU64,
    /// Since when it has lasted, at the latest, until the loop has taken note of it.
    since: Mutex<Option<Instant>>,
}

/// A loop that is looked at.
struct Watch {
    shared: Weak<Shared>,
    /// For how many looks it may sleep.
    patience: u64,
    /// What is counted: its sleep, since when, and in which look that is due.
    sleep: u64,
    since: Instant,
    due: u64,
}

static WATCHED: Mutex<Vec<Watch>> = Mutex::new(Vec::new());

fn watched() -> MutexGuard<'static, Vec<Watch>> {
    WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Idle {
    /// Takes note that what was counted is void.
    #[inline]
    pub(super) fn begin_anew(&self) {
        self.sleep.store(self.sleep.load(Relaxed) + 1, Relaxed);
    }

    /// Since when nothing has run, if that is for too long. Said once.
    pub(super) fn take_due(&self) -> Option<Instant> {
        if self.due.load(Acquire) != self.sleep.load(Relaxed) {
            return None;
        }
        self.since.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Whether it is neither counted how long this sleep lasts, nor known that it lasts too long.
    #[inline]
    fn is_unknown(&self) -> bool {
        !self.is_watched.load(Acquire) && self.due.load(Relaxed) != self.sleep.load(Relaxed)
    }
}

impl Shared {
    /// Takes note that the loop falls asleep, and whether anything `has_run` since it did before. It may sleep for so long.
    #[inline]
    pub(super) fn begin_sleep(self: &Arc<Self>, has_run: bool, patience: Duration) {
        if has_run {
            self.idle.begin_anew();
        }
        if self.idle.is_unknown() {
            self.begin_watch(patience);
        }
    }

    /// Has the thread look at the loop from now on.
    #[cold]
    #[inline(never)]
    fn begin_watch(self: &Arc<Self>, patience: Duration) {
        if !watch::POSSIBLE || patience.is_zero() {
            return;
        }
        let patience = looks::in_time(patience);
        self.idle.is_watched.store(true, Relaxed);
        watched().push(Watch {
            shared: Arc::downgrade(self),
            patience,
            sleep: self.idle.sleep.load(Relaxed),
            since: Instant::now(),
            due: looks::now().saturating_add(patience),
        });
        looks::keep_on();
    }
}

impl Watch {
    /// Looks at the loop. Whether to go on.
    fn look(&mut self, look: u64, shared: &Shared, wakers: &mut Vec<Waker>) -> bool {
        let sleep = shared.idle.sleep.load(Relaxed);
        if sleep != self.sleep {
            (self.sleep, self.since, self.due) = (sleep, Instant::now(), look.saturating_add(self.patience));
        }
        if look < self.due {
            return true;
        }
        *shared.idle.since.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.since);
        shared.idle.due.store(sleep, Release);
        shared.idle.is_watched.store(false, Release);
        // It may not be asleep, and then finds that another sleep is due.
        wakers.extend(shared.waker());
        false
    }
}

/// Looks at the loops, and adds the wakers of those that have slept for too long. Whether there are any left.
pub(crate) fn look(look: u64, wakers: &mut Vec<Waker>) -> bool {
    // The last owner of what is shared may be this one: it is dropped outside of the lock.
    let mut seen = Vec::new();
    let mut watched = watched();
    for mut watch in mem::take(&mut *watched) {
        if let Some(shared) = watch.shared.upgrade() {
            if watch.look(look, &shared, wakers) {
                watched.push(watch);
            }
            seen.push(shared);
        }
    }
    !watched.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A loop that sleeps for the first time, and is looked at as one that may do so for two looks.
    fn asleep() -> (Arc<Shared>, Watch) {
        let shared = Shared::new();
        shared.idle.begin_anew();
        let watch = Watch { shared: Arc::downgrade(&shared), patience: 2, sleep: 1, since: Instant::now(), due: 2 };
        shared.idle.is_watched.store(true, Relaxed);
        (shared, watch)
    }

    fn looks(shared: &Shared, watch: &mut Watch, looks: std::ops::RangeInclusive<u64>) -> Vec<bool> {
        looks.map(|look| watch.look(look, shared, &mut Vec::new())).collect()
    }

    #[test]
    fn a_sleep_that_lasts_is_due_once() {
        let (shared, mut watch) = asleep();
        assert_eq!(looks(&shared, &mut watch, 1..=1), [true]);
        assert!(shared.idle.take_due().is_none() && !shared.idle.is_unknown());
        assert_eq!(looks(&shared, &mut watch, 2..=2), [false]);
        assert!(shared.idle.take_due().is_some());
        assert!(shared.idle.take_due().is_none());
        // Nobody has to look any more, before anything has run.
        assert!(!shared.idle.is_unknown());
        shared.idle.begin_anew();
        assert!(shared.idle.is_unknown());
    }

    #[test]
    fn it_is_counted_anew_when_anything_has_run() {
        let (shared, mut watch) = asleep();
        assert_eq!(looks(&shared, &mut watch, 1..=1), [true]);
        shared.idle.begin_anew();
        // The first of these sees it.
        assert_eq!(looks(&shared, &mut watch, 2..=4), [true, true, false]);
        assert!(shared.idle.take_due().is_some());
    }

    #[test]
    fn what_was_due_when_the_loop_went_on_is_not() {
        let (shared, mut watch) = asleep();
        assert_eq!(looks(&shared, &mut watch, 1..=2), [true, false]);
        shared.idle.begin_anew();
        assert!(shared.idle.take_due().is_none());
        // And it has itself looked at.
        assert!(shared.idle.is_unknown());
    }

    #[test]
    fn a_loop_that_is_gone_is_forgotten() {
        let shared = Shared::new();
        shared.begin_sleep(true, Duration::MAX);
        assert!(!shared.idle.is_unknown());
        let weak = Arc::downgrade(&shared);
        let is_listed = || watched().iter().any(|watch| watch.shared.ptr_eq(&weak));
        look(0, &mut Vec::new());
        assert!(is_listed());
        drop(shared);
        look(0, &mut Vec::new());
        assert!(!is_listed());
    }
}
