//! What is watched at run time, how loudly, and in which builds: the only place that knows where the checks exist.
//!
//! Checks are on in builds with `debug_assertions`. The feature `force-checks` puts them into every build,
//! `no-checks` takes them out of every build and wins. Where they are off, what the macros call is the identity.

pub(crate) mod alarm;
mod kind;
mod level;
pub(crate) mod looks;
mod starved;
mod switch;
pub(crate) mod unread;
mod waits;

pub(crate) mod generator_unclosed;
pub(crate) mod generator_use;
pub(crate) mod large_future;
pub(crate) mod lost_waker;
pub(crate) mod never_awaited;
pub(crate) mod polled_after_completion;
pub(crate) mod slow_poll;
pub(crate) mod stalled_future;

pub mod off;
pub mod on;

#[cfg(all(any(debug_assertions, feature = "force-checks"), not(feature = "no-checks")))]
pub(crate) use on as chosen;

#[cfg(not(all(any(debug_assertions, feature = "force-checks"), not(feature = "no-checks"))))]
pub(crate) use off as chosen;

/// Whether the checks are in this build.
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) const ON: bool = cfg!(any(debug_assertions, feature = "force-checks")) && CAN_BE_ON;

/// Whether there may be tasks of which it is noted where their futures stand.
pub(crate) const TREES: bool = cfg!(any(feature = "event-loop", feature = "tokio"));

/// Whether those of the event loop can be switched on.
#[cfg(any(feature = "event-loop", feature = "tokio"))]
pub(crate) const CAN_BE_ON: bool = !cfg!(feature = "no-checks");

/// Whether those of the event loop are on where the program says nothing of it: what the environment says, or else the build.
#[cfg(feature = "event-loop")]
pub(crate) fn on_by_default() -> bool {
    switch::measures().unwrap_or(ON)
}

pub use kind::{Kind, UnknownKind};
pub use large_future::set_large_from;
pub use level::{Level, UnknownLevel, level, set_level};
pub(crate) use level::{level_in_force, read_environment};
pub use slow_poll::set_slow_after;
