//! What a loop with its checks on sees to while it runs, and how it knows how long its steps take.
//!
//! To read a clock after each step would cost more than all else that the checks do. So a step only looks at its thread's
//! *alarm*, which the [`watch`](crate::watch) raises now and then, and reads the clock where it is or was raised.
//!
//! ```text
//!        look               alarm               look
//! ───────┬───┬───┬───┬────────┬─────────────────┬──────▶
//!  steps:  a   b   c      d                     the end of d
//!        └── d took less than this ─────────────┘
//!                             └── and more than this
//! ```
//! Where a loop counts shorter times than [`EXACT`] as slow, or a timeline is drawn, each step is measured, and so where there
//! is no watch, as while `slow_poll` is off.

use std::time::{Duration, Instant};

use super::core::Core;
use crate::check::{lost_waker, slow_poll};
use crate::watch::{self, FINEST};
use crate::{places, raw, report, timeline};

/// Below it is measured exactly what is slow.
const EXACT: Duration = Duration::from_millis(50);

/// What is in force on the thread while turns run.
pub(super) struct Running {
    _slow_after: slow_poll::Said,
    _places: places::Poll,
    _on_purpose: lost_waker::Watching,
}

/// How long a step took that was looked at.
pub(crate) struct Took {
    /// When it ended.
    pub(crate) end: Instant,
    /// At most.
    pub(crate) all: Duration,
    /// Without what was reported of others or need not be, at most; where the watch was late, a bit more than at least.
    pub(crate) own: Duration,
}

impl Took {
    pub(crate) fn is_slow(&self, core: &Core) -> bool {
        self.own >= core.slow_after()
    }
}

impl Core {
    /// Begins to run turns on this thread.
    #[inline]
    pub(super) fn begin_running(&self) -> Running {
        let debug = self.is_debug();
        if debug && self.is_exact() {
            raw::call_attention();
        }
        // Not while a step runs: it is polled with one kind of waker, and judged by it.
        self.count_wakers(self.stalled_after().is_some() && lost_waker::is_on());
        Running {
            _slow_after: slow_poll::Said::begin(debug.then(|| self.slow_after())),
            _places: places::Poll::begin_all(debug),
            _on_purpose: lost_waker::watching(),
        }
    }

    /// Begins to measure after a time when the loop was not running; the machine's time. The alarm that was raised meanwhile is
    /// looked at here, where it is of no step.
    pub(super) fn begin_after_sleep(&self) -> Instant {
        if raw::is_alarmed() && !self.is_exact() {
            self.forget_strays();
            slow_poll::look();
            raw::take_attention();
        }
        self.begin_measuring()
    }

    /// Sets from when on a step is slow.
    pub(super) fn change_slow_after(&self, set: impl FnOnce()) {
        let was_exact = self.is_exact();
        set();
        if self.is_exact() && !was_exact {
            // What the step has taken so far is not known exactly.
            self.measure();
        }
        self.switch_checks();
    }

    /// Looks, from now on, at what is to be looked at.
    pub(super) fn switch_checks(&self) {
        if self.is_here() {
            raw::call_attention();
            raw::set_noting(self.is_debug());
            slow_poll::say(self.is_debug().then(|| self.slow_after()));
        }
    }

    /// Forgets what was seen that is of no step.
    #[inline]
    pub(super) fn forget_strays(&self) {
        if raw::needs_attention() {
            drop(places::end_step());
            lost_waker::end_step();
        }
    }

    /// Whether each step is measured.
    fn is_exact(&self) -> bool {
        self.slow_after() < EXACT || timeline::is_on() || !slow_poll::is_on()
    }

    /// How long the step took that ends now; `None` if that was not long enough to be looked at.
    pub(crate) fn time_of_step(&self) -> Option<Took> {
        report::begin_step();
        let exact = self.is_exact();
        if !exact && raw::is_alarmed() {
            slow_poll::look();
        }
        let raised = raw::take_attention();
        if exact {
            raw::call_attention();
        } else if raised.is_none() {
            return None;
        }
        let (end, all) = self.measure();
        let at_most = match raised {
            // Otherwise it was raised all the time.
            Some(raised) if !exact && raised != 0 && all >= self.slow_after() => {
                let known = Duration::from_nanos(watch::now().saturating_sub(raised));
                let slack = (self.slow_after() / 10).max(Duration::from_nanos(2 * FINEST));
                all.min(known.saturating_add(slack))
            }
            _ => all,
        };
        Some(Took { end, all, own: slow_poll::without_excused(at_most) })
    }
}
