//! The kinds of reports: one sorted table of their names and default levels.

use std::fmt;
use std::str::FromStr;

use super::level::Level;

macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident, $name:literal, $level:ident;)*) => {
        /// What a report is about.
        ///
        /// Its text form, in [`Display`](fmt::Display) and [`FromStr`], is the name used in `CHECKED_ASYNC`.
        ///
        /// # Examples
        ///
        /// ```
        /// use checked_async::Kind;
        ///
        /// assert_eq!("never_awaited".parse(), Ok(Kind::NeverAwaited));
        /// assert_eq!(Kind::SlowPoll.to_string(), "slow_poll");
        /// ```
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$meta])* $kind,)*
        }

        impl Kind {
            /// Every kind, sorted by name.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind),*];

            /// The kind's name: snake_case, readable after "allow".
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Kind::$kind => $name,)*
                }
            }

            /// The level where nothing else is set.
            ///
            /// For [`Kind::NeverAwaited`] it is that of a future that someone may rightly have dropped; where the fault
            /// is certain, it is [`Level::Panic`].
            #[must_use]
            pub const fn default_level(self) -> Level {
                match self {
                    $(Kind::$kind => Level::$level,)*
                }
            }
        }
    };
}

kinds! {
    /// A callback of the event loop panicked; the loop goes on.
    CallbackPanicked, "callback_panicked", Log;
    /// A generator was used after the generators were shut down.
    GeneratorAfterShutdown, "generator_after_shutdown", Panic;
    /// A generator was first iterated where nobody could finalise it.
    GeneratorOutsideLoop, "generator_outside_loop", Off;
    /// A second operation began on a generator while one was in flight.
    GeneratorReentered, "generator_reentered", Log;
    /// A generator was dropped unfinished and not closed.
    GeneratorUnclosed, "generator_unclosed", Log;
    /// A future is very large.
    LargeFuture, "large_future", Log;
    /// A future returned `Pending` and nobody holds its waker.
    LostWaker, "lost_waker", Log;
    /// A loop was run inside a running loop.
    NestedRun, "nested_run", Panic;
    /// A future was dropped without ever being polled.
    NeverAwaited, "never_awaited", Log;
    /// A task was destroyed while it was pending.
    PendingTaskDropped, "pending_task_dropped", Log;
    /// A future was polled after it had completed.
    PolledAfterCompletion, "polled_after_completion", Panic;
    /// A blocking `result()` was called on the loop's own thread.
    ResultOnLoopThread, "result_on_loop_thread", Panic;
    /// A callback of the event loop took long.
    SlowCallback, "slow_callback", Log;
    /// One poll took long.
    SlowPoll, "slow_poll", Log;
    /// The wait for I/O returned later than asked.
    SlowSelect, "slow_select", Log;
    /// A future was woken and is not polled while its task lives.
    StalledFuture, "stalled_future", Log;
    /// Nothing has run for long and tasks are waiting.
    StalledLoop, "stalled_loop", Log;
    /// A task ended in an error that nobody read.
    TaskErrorNeverRetrieved, "task_error_never_retrieved", Log;
    /// A task panicked and nobody read it.
    TaskPanic, "task_panic", Log;
    /// A socket was open when its loop was closed.
    UnclosedSocket, "unclosed_socket", Log;
    /// A handle that belongs to a loop was used from another thread.
    WrongThread, "wrong_thread", Panic;
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Kind::ALL.iter().copied().find(|kind| kind.name() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

/// The error of parsing a [`Kind`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnknownKind(String);

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown kind `{}`, expected one of ", self.0)?;
        for (n, kind) in Kind::ALL.iter().enumerate() {
            write!(f, "{}`{kind}`", if n == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

impl std::error::Error for UnknownKind {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_indexed_by_the_kinds() {
        assert!(Kind::ALL.is_sorted_by_key(|kind| kind.name()));
        for (n, kind) in Kind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, n);
        }
    }

    #[test]
    fn a_name_says_which_kind_it_is() {
        for &kind in Kind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            let camel_case = format!("{kind:?}").to_lowercase();
            assert_eq!(kind.name().replace('_', ""), camel_case);
        }
        let error = "never_polled".parse::<Kind>().unwrap_err().to_string();
        assert!(error.starts_with("unknown kind `never_polled`, expected one of `callback_panicked`, "), "{error}");
    }
}
