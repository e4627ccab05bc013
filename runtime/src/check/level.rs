//! How loudly each kind is reported: the default, unless the environment or the program says otherwise.
//!
//! Invariant: what `CHECKED_ASYNC` says is in force before the first level is read or set, so the program's own
//! [`set_level`] wins over it.

use std::fmt;
use std::str::FromStr;
use std::sync::Once;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use super::kind::Kind;
use super::switch::{self, Setting};
use super::{large_future, slow_poll};
use crate::report;

/// What happens when a check finds something.
///
/// # Examples
///
/// ```
/// use checked_async::Level;
///
/// assert_eq!("log".parse(), Ok(Level::Log));
/// assert!(Level::Off < Level::Log && Level::Log < Level::Panic);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// Nothing.
    Off,
    /// It is reported.
    Log,
    /// It is reported and the thread panics.
    Panic,
}

impl Level {
    /// Every level, rising.
    pub const ALL: &'static [Level] = &[Level::Off, Level::Log, Level::Panic];

    /// The level's name, as in `CHECKED_ASYNC`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Log => "log",
            Level::Panic => "panic",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(name: &str) -> Result<Self, UnknownLevel> {
        Level::ALL.iter().copied().find(|level| level.name() == name).ok_or_else(|| UnknownLevel(name.to_owned()))
    }
}

/// The error of parsing a [`Level`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownLevel(String);

impl fmt::Display for UnknownLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown level `{}`, expected one of `off`, `log`, `panic`", self.0)
    }
}

impl std::error::Error for UnknownLevel {}

/// What is stored where nobody has set a level; otherwise it is the level's number.
const UNSET: u8 = u8::MAX;

static LEVELS: [AtomicU8; Kind::ALL.len()] = [const { AtomicU8::new(UNSET) }; Kind::ALL.len()];

/// The level that was set for a kind, if any.
fn set(kind: Kind) -> Option<Level> {
    read_environment();
    Level::ALL.get(usize::from(LEVELS[kind as usize].load(Relaxed))).copied()
}

/// Puts in force what the environment says, once.
pub(crate) fn read_environment() {
    static READ: Once = Once::new();
    READ.call_once(|| {
        for setting in switch::environment() {
            match setting {
                Setting::Level(kinds, level) => kinds.into_iter().for_each(|kind| store(kind, level)),
                Setting::SlowAfter(duration) => slow_poll::store(duration),
                Setting::LargeFrom(bytes) => large_future::store(bytes),
                Setting::Backtrace => report::store_backtrace(true),
            }
        }
    });
}

fn store(kind: Kind, level: Level) {
    LEVELS[kind as usize].store(level as u8, Relaxed);
}

/// The level at which a fault of this kind is reported now.
///
/// For [`Kind::NeverAwaited`] see [`Kind::default_level`].
#[must_use]
pub fn level(kind: Kind) -> Level {
    level_in_force(kind, kind.default_level())
}

/// The level that was set for a kind, or else this one.
pub(crate) fn level_in_force(kind: Kind, default: Level) -> Level {
    set(kind).unwrap_or(default)
}

/// Sets the level at which faults of one kind are reported, for the whole program, from now on.
///
/// Takes precedence over the environment variable `CHECKED_ASYNC`. In a build without checks nothing is ever reported,
/// whatever the level.
///
/// # Examples
///
/// ```
/// use checked_async::{Kind, Level, level, set_level};
///
/// set_level(Kind::NeverAwaited, Level::Panic);
/// assert_eq!(level(Kind::NeverAwaited), Level::Panic);
/// ```
pub fn set_level(kind: Kind, level: Level) {
    read_environment();
    store(kind, level);
    if kind == Kind::SlowPoll {
        slow_poll::level_changed();
    }
}
