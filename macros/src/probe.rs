//! What lints ask of the compiler: a type probe at a place of the code.
//!
//! The answer comes from `checked_async::private::probe` and `class`; `expand/probes.rs` writes the question into the code.
//! Only these know how a probe works.

use crate::facts::Place;
use crate::finding::Finding;
use crate::lints::Level;
use crate::syntax;
use proc_macro2::Span;
use syn::Expr;

/// One question, to be asked of the value at `place`.
#[derive(Clone)]
pub(crate) struct Probe {
    pub(crate) place: Place,
    pub(crate) question: Question,
    pub(crate) level: Level,
    /// The first and last token of what is to be underlined, if that is not the value.
    pub(crate) ends: Option<(Span, Span)>,
}

impl Probe {
    /// A question about a value, which is underlined where it is the fault.
    pub(crate) fn new(place: Place, question: Question, level: Level) -> Self {
        Self { place, question, level, ends: None }
    }

    /// A question about a value, for which this expression is underlined.
    pub(crate) fn in_expr(value: &Expr, question: Question, level: Level, expr: &Expr) -> Self {
        let ends = Some(syntax::ends(expr));
        Self { place: Place::of(value), question, level, ends }
    }
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
    /// A value of a class, or not of it.
    Class { class: Class, finding: &'static str },
    /// A method's receiver, a place, that is of a class.
    Receiver { class: Class, finding: &'static str },
    /// A guard that lives on while the function waits (`guard_across_await`).
    Guard,
}

/// A class of values, of `checked_async::private::class`, and whether it is a fault to be of it or not to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class {
    pub(crate) name: &'static str,
    pub(crate) verdict: &'static str,
}

impl Class {
    /// What ends in a value that is no future has done its work, and blocked for it.
    pub(crate) const NOT_A_FUTURE: Self = Self { name: "Future", verdict: "IsNot" };
    /// What cannot be printed is a future of async code, rather than a timer or a task's handle.
    pub(crate) const NOT_PRINTABLE: Self = Self { name: "Printable", verdict: "IsNot" };
    /// A generator that may have cleanup to do wherever it is left.
    pub(crate) const CLEANING_GENERATOR: Self = Self::is("CleaningGenerator");
    pub(crate) const ASYNC_GUARD: Self = Self::is("AsyncGuard");
    pub(crate) const IO_RESULT: Self = Self::is("IoResult");
    pub(crate) const STD_IO: Self = Self::is("StdIo");
    pub(crate) const FUTURE: Self = Self::is("Future");
    pub(crate) const SLEEP: Self = Self::is("Sleep");
    pub(crate) const STD_HANDLE: Self = Self::is("StdHandle");
    pub(crate) const THREAD_WAIT: Self = Self::is("ThreadWait");
    pub(crate) const JOIN_OF_RESULT: Self = Self::is("JoinOfResult");
    pub(crate) const RESULT_FUTURE: Self = Self::is("ResultFuture");
    pub(crate) const NESTED_RESULT: Self = Self::is("NestedResult");
    pub(crate) const RESULTS: Self = Self::is("Results");

    const fn is(name: &'static str) -> Self {
        Self { name, verdict: "Is" }
    }
}

/// What lints have to say of a body.
#[derive(Default)]
pub(crate) struct Report {
    /// What only the compiler can answer.
    pub(crate) probes: Vec<Probe>,
    /// What is certain from the tokens alone.
    pub(crate) findings: Vec<Finding>,
}
