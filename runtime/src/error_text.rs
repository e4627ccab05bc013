//! What an error says, as far as its type lets it: asked of the compiler where a task is started, and there only.
//!
//! The functions here that generated code calls take integer literals, whose types answer two questions about a task's output:
//! is it a `Result` whose error can be debug-printed, and is that an [`Error`] with a chain of sources. Where the answer is
//! yes, two implementations of a trait apply, inference is left with the literal's fallback, `i32`, and that is the one that
//! answers; where it is no, only the one for `u8` is there. An output that never is gets its type by a fallback too, `!` or `()`,
//! and at the same time: for these `i32` answers no.

use std::error::Error;
use std::fmt::{Debug, Write as _};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::check::unread::error_type;
use crate::report;

/// What is asked about an output of this type.
#[derive(Debug)]
pub struct Output<T>(PhantomData<T>);

/// What an output's error is printed as.
pub trait Printed<T, N> {
    /// The error as `{:?}` prints it, if it is one and can be printed.
    fn debug(output: &T) -> Option<String>;
}

impl<T> Printed<T, u8> for Output<T> {
    fn debug(_: &T) -> Option<String> {
        None
    }
}

impl<T, E: Debug> Printed<Result<T, E>, i32> for Output<Result<T, E>> {
    fn debug(output: &Result<T, E>) -> Option<String> {
        output.as_ref().err().map(|error| format!("{error:?}"))
    }
}

/// What a function that does not return returns: `!`, which stable Rust lets nobody name elsewhere.
type Never = <fn() -> ! as Function>::Output;

pub trait Function {
    type Output;
}

impl<T> Function for fn() -> T {
    type Output = T;
}

impl Printed<Never, i32> for Output<Never> {
    fn debug(_: &Never) -> Option<String> {
        None
    }
}

impl Printed<(), i32> for Output<()> {
    fn debug((): &()) -> Option<String> {
        None
    }
}

/// What an output's error says to a reader.
pub trait Said<T, N> {
    /// The error and what it was caused by, if it can say so.
    fn chain(output: &T) -> Option<String>;
}

impl<T> Said<T, u8> for Output<T> {
    fn chain(_: &T) -> Option<String> {
        None
    }
}

impl<T, E: Error> Said<Result<T, E>, i32> for Output<Result<T, E>> {
    fn chain(output: &Result<T, E>) -> Option<String> {
        let error = output.as_ref().err()?;
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            // Writing to a string cannot fail.
            let _ = write!(text, ", caused by: {cause}");
            source = cause.source();
        }
        Some(text)
    }
}

impl Said<Never, i32> for Output<Never> {
    fn chain(_: &Never) -> Option<String> {
        None
    }
}

impl Said<(), i32> for Output<()> {
    fn chain((): &()) -> Option<String> {
        None
    }
}

/// What a lost error is reported with.
#[derive(Clone, Debug)]
pub(crate) struct ErrorText {
    /// How it is printed, or else its type.
    pub(crate) debug: String,
    pub(crate) chain: Option<String>,
}

impl ErrorText {
    /// That of a `Result` of which nothing but its type is known.
    pub(crate) fn of_type<T>() -> Self {
        ErrorText { debug: error_type::<T>().to_owned(), chain: None }
    }
}

/// How to get the text of an output that is an error.
pub(crate) struct Teller<T> {
    debug: fn(&T) -> Option<String>,
    chain: fn(&T) -> Option<String>,
}

impl<T> Teller<T> {
    #[inline]
    pub(crate) fn new<N, M>() -> Self
    where
        Output<T>: Printed<T, N> + Said<T, M>,
    {
        Teller { debug: <Output<T> as Printed<T, N>>::debug, chain: <Output<T> as Said<T, M>>::chain }
    }

    /// The text. What the user's code panics with when it prints is left out.
    pub(crate) fn tell(&self, output: &T) -> ErrorText {
        let quietly = |print: fn(&T) -> Option<String>| {
            catch_unwind(AssertUnwindSafe(|| print(output))).unwrap_or_else(|panic| {
                report::drop_panic(panic);
                None
            })
        };
        let of_type = ErrorText::of_type::<T>();
        ErrorText { debug: quietly(self.debug).unwrap_or(of_type.debug), chain: quietly(self.chain) }
    }
}
