//! What an error says, as far as its type lets it: asked of the compiler where a task is started, and there only.
//!
//! The functions here that generated code calls take integer literals, whose types answer two questions about a task's output:
//! is it a `Result` whose error can be debug-printed, and is that an [`Error`] with a chain of sources. Where the answer is
//! yes, two implementations of a trait apply, inference is left with the literal's fallback, `i32`, and that is the one that
//! answers; where it is no, only the one for `u8` is there. An output that never is gets its type by a fallback too, `!` or `()`,
//! and at the same time: for these `i32` answers no.
//!
//! Where an output is dropped that nobody has read, nothing is known of its type. So a task that ends in an error leaves behind
//! how errors of this type are printed ([`Telling`]), and whoever drops one finds it by the type ([`ErrorText::told_by`]).

use std::any::{Any, TypeId, type_name};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{Debug, Write as _};
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::check::unread::{error_type, is_err};
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

    /// How to get that of an output which is an error and which this future had: as it has said, or else the type's name.
    #[cfg(any(feature = "event-loop", feature = "tokio"))]
    pub(crate) fn told_by<F: Future<Output: 'static>>() -> fn(&F::Output) -> Self {
        // Nothing else is asked of others of the same type: what is said of a task must not depend on what ran before.
        let (future, adopting) = (type_name::<F>(), "checked_async::adopt::Adopting<");
        if future.strip_prefix(adopting).unwrap_or(future).starts_with("checked_async::error_text::Telling<") {
            Self::told
        } else {
            |_| Self::of_type::<F::Output>()
        }
    }

    #[cfg(any(feature = "event-loop", feature = "tokio"))]
    fn told<T: 'static>(output: &T) -> Self {
        let teller = known().get(&TypeId::of::<T>()).and_then(|teller| teller.downcast_ref::<Teller<T>>().copied());
        teller.map_or_else(Self::of_type::<T>, |teller| teller.tell(output))
    }
}

/// How to get the text of an output, by the output's type: as many as there are types of tasks that have failed.
static KNOWN: Mutex<BTreeMap<TypeId, Box<dyn Any + Send>>> = Mutex::new(BTreeMap::new());

fn known() -> MutexGuard<'static, BTreeMap<TypeId, Box<dyn Any + Send>>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How to get the text of an output that is an error.
pub(crate) struct Teller<T> {
    debug: fn(&T) -> Option<String>,
    chain: fn(&T) -> Option<String>,
    /// Whether it can say more than the type's name.
    prints: bool,
}

impl<T> Clone for Teller<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Teller<T> {}

impl<T> Teller<T> {
    #[inline]
    pub(crate) fn new<N, M>() -> Self
    where
        Output<T>: Printed<T, N> + Said<T, M>,
    {
        Teller {
            debug: <Output<T> as Printed<T, N>>::debug,
            chain: <Output<T> as Said<T, M>>::chain,
            prints: type_name::<N>() == "i32",
        }
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

/// Lets it be known how the error is printed that a task ends in. The integers are those of this file's head.
#[inline]
pub fn telling<F: Future, N, M>(future: F, _: N, _: M) -> Telling<F>
where
    F::Output: 'static,
    Output<F::Output>: Printed<F::Output, N> + Said<F::Output, M>,
{
    Telling { future, teller: Teller::new::<N, M>() }
}

pin_project! {
    /// The future of a task whose output may be dropped where nothing is known of its type.
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Telling<F: Future> {
        #[pin]
        future: F,
        teller: Teller<F::Output>,
    }
}

impl<F: Future> Future for Telling<F>
where
    F::Output: 'static,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polled = this.future.poll(cx);
        if let Poll::Ready(output) = &polled
            && this.teller.prints
            && is_err(output)
        {
            known().entry(TypeId::of::<F::Output>()).or_insert_with(|| Box::new(*this.teller));
        }
        polled
    }
}
