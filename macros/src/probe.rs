//! What lints ask of the compiler: a type probe at a place of the code.
//!
//! The answer comes from `checked_async::private::probe`; `expand/probes.rs` writes the question into the code. Only
//! these three know how a probe works.

use crate::facts::Place;
use crate::lints::Level;

/// One question, to be asked of the value at `place`.
pub(crate) struct Probe {
    pub(crate) place: Place,
    pub(crate) question: Question,
    pub(crate) level: Level,
}

/// What the value must not be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// A future that is dropped here (`unawaited_future`).
    ///
    /// `strict` where the name of what was called (`next`, `send`) says that it is no task handle, whatever its type.
    DiscardedFuture { strict: bool },
    /// A stream that is dropped here, made by what is called like a combinator (`unawaited_future`).
    DiscardedStream,
    /// A value with a future inside that is dropped here (`unawaited_in_container`); `strict` as above.
    DiscardedContainer { strict: bool },
    /// A future, or a value with one inside, bound to a name that nothing mentions (`unused_future_binding`).
    BoundFuture,
    /// An async block's output that is a future (`future_of_future`).
    FutureOutput,
}
