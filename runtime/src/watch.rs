//! The watch: a thread that asks those that poll, a hundred times a second, to look at the time, and the clock they look at.
//!
//! Reading a clock at each poll would cost more than all else that the checks do. So a poll looks at one word of its
//! thread, the *alarm*, and only the first that begins or ends after the watch has raised it reads the clock.
//!
//! A thread that wakes up disturbs those that have no processor to spare. So it does as seldom as what is to be measured allows:
//! a twelfth of the shortest time that is slow, which is eight milliseconds where nobody says otherwise. That is a bit less than a time
//! may be off, since the watch is always a bit late.
//!
//! ```text
//!            first poll ever        nothing polls for a while
//! ABSENT ───────────────────▶ AWAKE ─────────────────────────▶ ASLEEP
//!                              ▲ │ one poll lasts              │
//!                              │ ▼                             │
//!                              │ SLOW                          │
//!                              └──┴────────────────────────────┘  a poll begins or ends
//! ```
//!
//! Before the watch falls asleep it leaves every alarm raised, so the next poll wakes it.
//!
//! The clock stands still while the program does: where the watch itself was late by more than [`GRACE`], everything
//! was, as in a debugger, on a laptop that was closed, or on a machine that has no time for the program.
//!
//! Invariants:
//! - the watch holds no lock while it waits, and runs no code of the user's.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Acquire, Ordering::Release, Ordering::SeqCst, fence};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use crate::check::slow_poll;
use crate::raw;

/// Whether there are threads and clocks for it. Under Miri a program is as slow as it is, and must end its threads.
pub(crate) const POSSIBLE: bool = !cfg!(any(miri, target_family = "wasm"));

/// The shortest time that is measured, and how often the watch raises the alarms at most, in nanoseconds.
pub(crate) const FINEST: u64 = 1_000_000;

/// How often it raises them at least.
const COARSEST: u64 = 10 * FINEST;

/// Which part of the shortest time that is to be measured is between two ticks.
const PART: u64 = 12;

/// How late the watch may be before that is taken for a stop of the whole program.
const GRACE: u64 = 50 * FINEST;

/// After how many ticks in which no poll began or ended the watch slows down.
const QUIET: u32 = 10;

/// The pause between ticks of a watch that has slowed down.
const SLOW_TICK: Duration = Duration::from_millis(10);

/// Nobody watches yet, or nobody can.
const ABSENT: u8 = 0;
/// It ticks.
const AWAKE: u8 = 1;
/// It ticks more slowly.
const SLOW: u8 = 2;
/// It waits to be woken.
const ASLEEP: u8 = 3;

static STATE: AtomicU8 = AtomicU8::new(ABSENT);
/// When it ticked last, by the machine's clock.
static TICKED: AtomicU64 = AtomicU64::new(0);
/// How long the program has stood still.
static STOPPED: AtomicU64 = AtomicU64::new(0);

/// How long it is from one tick to the next, in nanoseconds.
pub(crate) fn tick_length() -> u64 {
    tick_to_measure(slow_poll::shortest())
}

fn tick_to_measure(shortest: u64) -> u64 {
    (shortest / PART).clamp(FINEST, COARSEST)
}

/// The machine's clock, in nanoseconds: monotonic, from some time in this process.
pub(crate) fn machine_time() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_nanos() as u64
}

/// The machine's time as of the last tick, a millisecond ago or so, or the time itself while nothing ticks.
#[cfg(feature = "tokio")]
pub(crate) fn recent_time() -> u64 {
    if STATE.load(Acquire) == AWAKE { TICKED.load(Acquire) } else { machine_time() }
}

/// The time, in nanoseconds for which the program has run.
pub(crate) fn now() -> u64 {
    loop {
        let ticked = TICKED.load(Acquire);
        let stopped = STOPPED.load(Acquire);
        let ticking = matches!(STATE.load(Acquire), AWAKE | SLOW);
        let now = machine_time();
        // A tick in between may have counted a stop that is seen here too.
        if TICKED.load(Acquire) == ticked {
            let stopping = if ticking { now.saturating_sub(ticked + GRACE) } else { 0 };
            return now.saturating_sub(stopped + stopping);
        }
    }
}

/// How long the program has stood still by now, in nanoseconds.
pub(crate) fn stopped() -> u64 {
    machine_time().saturating_sub(now())
}

/// Has the watch tick from now on, as a poll has begun or ended; whether there is any. Called after this thread's alarm was
/// cleared.
pub(crate) fn keep_awake() -> bool {
    let state = STATE.load(SeqCst);
    if state == AWAKE {
        return true;
    }
    let Some(watch) = watch() else { return false };
    if state != ABSENT {
        if state == ASLEEP {
            TICKED.store(machine_time(), Release);
        }
        if STATE.compare_exchange(state, AWAKE, SeqCst, SeqCst).is_ok() {
            watch.unpark();
        }
    }
    true
}

/// Has the watch tick by what is to be measured now, which is shorter than before.
pub(crate) fn measure_shorter() {
    if let Some(Some(watch)) = WATCH.get() {
        watch.unpark();
    }
}

static WATCH: OnceLock<Option<Thread>> = OnceLock::new();

/// The watch, started if there is none; `None` if there can be none.
fn watch() -> Option<&'static Thread> {
    let watch = WATCH.get_or_init(|| {
        TICKED.store(machine_time(), Release);
        let thread = thread::Builder::new().name("checked-async-watch".into()).stack_size(256 * 1024);
        let watch = thread.spawn(run).ok()?;
        STATE.store(AWAKE, SeqCst);
        Some(watch.thread().clone())
    });
    watch.as_ref()
}

/// What the watch does, for ever.
fn run() {
    // How many ticks no poll began or ended.
    let mut quiet = 0;
    // The poll that starts the watch, or wakes it, was there first: with a whole tick, which always takes a bit longer, it would
    // be known less exactly than it has to be.
    let mut woken = true;
    loop {
        match STATE.load(SeqCst) {
            ASLEEP => {
                thread::park();
                quiet = 0;
                woken = true;
                continue;
            }
            SLOW => thread::park_timeout(SLOW_TICK),
            _ => thread::park_timeout(Duration::from_nanos(tick_length() / if woken { 2 } else { 1 })),
        }
        woken = false;
        let tick = tick();
        quiet = if tick.moved { 0 } else { quiet + 1 };
        if quiet < QUIET {
            // Whoever made it move has set the state.
            continue;
        }
        let state = if tick.polling { SLOW } else { ASLEEP };
        STATE.store(state, SeqCst);
        fence(SeqCst);
        let tick = self::tick();
        if tick.moved || (state == ASLEEP && tick.polling) {
            STATE.store(AWAKE, SeqCst);
            quiet = 0;
        }
    }
}

struct Tick {
    /// Whether a poll has begun or ended since the last one.
    moved: bool,
    /// Whether a future is being polled.
    polling: bool,
}

/// Raises all alarms, if anything is to be reported.
fn tick() -> Tick {
    let now = machine_time();
    let late = now.saturating_sub(TICKED.load(Acquire) + GRACE);
    let stopped = STOPPED.load(Acquire) + late;
    STOPPED.store(stopped, Release);
    TICKED.store(now, Release);
    let mut tick = Tick { moved: false, polling: false };
    let on = slow_poll::is_on();
    raw::for_each_thread(|thread| {
        tick.moved |= on && thread.raise_alarm(now - stopped);
        tick.polling |= thread.is_polling();
    });
    tick
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shorter_is_measured_more_finely() {
        let milliseconds = [1000, 100, 50, 20, 10, 1].map(|shortest| tick_to_measure(shortest * FINEST) / FINEST);
        assert_eq!(milliseconds, [10, 8, 4, 1, 1, 1]);
    }

    #[test]
    fn the_clock_runs_with_the_watch_and_without() {
        let start = now();
        thread::sleep(Duration::from_millis(3));
        let later = now();
        assert!(later - start >= 3 * FINEST);
        assert!(keep_awake());
        thread::sleep(Duration::from_millis(3));
        assert!(now() - later >= 3 * FINEST);
    }
}
