//! What `?` calls where code runs between it and the function's end, as a cleanup does.
//!
//! The traits of the standard library for this are unstable. These are the same for what `?` is used with.

use std::convert::Infallible;
pub use std::ops::ControlFlow;

/// What `?` can be applied to.
#[diagnostic::on_unimplemented(
    message = "the `?` operator can only be applied to values of type `Result` or `Option` here",
    label = "`?` cannot be applied to type `{Self}`",
    note = "this is so where a `defer!` or a `#[for_await]` stands around it, and in generators"
)]
pub trait Branch {
    type Output;
    type Residual;

    fn branch(self) -> ControlFlow<Self::Residual, Self::Output>;
}

impl<T, E> Branch for Result<T, E> {
    type Output = T;
    type Residual = Result<Infallible, E>;

    #[inline(always)]
    fn branch(self) -> ControlFlow<Self::Residual, T> {
        match self {
            Ok(value) => ControlFlow::Continue(value),
            Err(error) => ControlFlow::Break(Err(error)),
        }
    }
}

impl<T> Branch for Option<T> {
    type Output = T;
    type Residual = Option<Infallible>;

    #[inline(always)]
    fn branch(self) -> ControlFlow<Self::Residual, T> {
        match self {
            Some(value) => ControlFlow::Continue(value),
            None => ControlFlow::Break(None),
        }
    }
}

/// What `?` can return.
#[diagnostic::on_unimplemented(
    message = "`?` cannot make a `{Self}` of what it was applied to",
    label = "the function, or the generator's item, is of type `{Self}`"
)]
pub trait FromResidual<R> {
    fn from_residual(residual: R) -> Self;
}

impl<T, E, F: From<E>> FromResidual<Result<Infallible, E>> for Result<T, F> {
    #[inline(always)]
    fn from_residual(residual: Result<Infallible, E>) -> Self {
        match residual {
            Err(error) => Err(F::from(error)),
            Ok(never) => match never {},
        }
    }
}

impl<T> FromResidual<Option<Infallible>> for Option<T> {
    #[inline(always)]
    fn from_residual(_: Option<Infallible>) -> Self {
        None
    }
}

/// Takes the place of `?` at a value.
#[inline(always)]
pub fn branch<T: Branch>(value: T) -> ControlFlow<T::Residual, T::Output> {
    value.branch()
}

/// Takes the place of `?` at the function's end.
#[inline(always)]
pub fn from_residual<T: FromResidual<R>, R>(residual: R) -> T {
    T::from_residual(residual)
}
