//! Which generators a task may adopt: those that own what they hold.
//!
//! A drop cannot ask for `\'static`, nor can any question about types: lifetimes are gone when impls are chosen. So the macro
//! asks about the *signature*: it has looked for all that bears a name, and what is left are lifetimes that are written
//! nowhere. `fn((A, B))` is of the form `fn(X)` if there are none in `A` and `B`; with one it is a `for<\'a> fn(X<\'a>)`, which is
//! not. Then the bound `\'static` holds, and only then is it asked for.
//!
//! Whether a body is `Send` is asked too, by the function around the one that has the body: within that the compiler does
//! not know yet.
//!
//! Output: `match __generator(a, b) { made => {
//!              let way = { use MaySend as _, …; (&&&Signature::<fn((A, B,)), _>::of(&made)).way() };
//!              way.set(made)
//!          } }`

#![allow(missing_docs, reason = "only what the macro writes calls it")]

use std::future::Future;
use std::marker::PhantomData;

use super::{Exchange, Generator};
use crate::adopt::{Cleanup, SendCleanup};
use crate::raw::{Becomes, Owned};

/// The arguments of a generator function, in a `fn(…)`, and what a call returns.
pub struct Signature<S, G>(PhantomData<fn(S, G)>);

impl<S, G> Signature<S, G> {
    #[inline(always)]
    pub fn of(_made: &G) -> Self {
        Signature(PhantomData)
    }
}

/// A `fn(…)` without lifetimes that are written nowhere.
pub trait NotBorrowing {}
impl<A> NotBorrowing for fn(A) {}

/// Any task may adopt it.
pub struct ByAll;

/// The tasks of this thread may.
pub struct ByLocal;

/// None may.
pub struct ByNone;

pub trait MaySend {
    #[inline(always)]
    fn way(&self) -> ByAll {
        ByAll
    }
}
impl<S: NotBorrowing, G: Send> MaySend for &&Signature<S, G> {}

pub trait MayStay {
    #[inline(always)]
    fn way(&self) -> ByLocal {
        ByLocal
    }
}
impl<S: NotBorrowing, G> MayStay for &Signature<S, G> {}

pub trait MayNot {
    #[inline(always)]
    fn way(&self) -> ByNone {
        ByNone
    }
}
impl<S, G> MayNot for Signature<S, G> {}

impl ByAll {
    #[inline]
    pub fn set<B, T, R>(self, mut generator: Generator<B, T, R>) -> Generator<B, T, R>
    where
        B: Future<Output = ()> + Send + 'static,
        T: Send + 'static,
        R: Send + 'static,
    {
        if let Some(body) = &mut generator.body {
            body.let_become_send();
        }
        generator
    }
}

impl ByLocal {
    #[inline]
    pub fn set<B, T, R>(self, mut generator: Generator<B, T, R>) -> Generator<B, T, R>
    where
        B: Future<Output = ()> + 'static,
        T: 'static,
        R: 'static,
    {
        if let Some(body) = &mut generator.body {
            body.let_become();
        }
        generator
    }
}

impl ByNone {
    #[inline(always)]
    pub fn set<G>(self, generator: G) -> G {
        generator
    }
}

impl<B, T, R> Becomes<Cleanup> for Owned<Exchange<T, R>, B>
where
    B: Future<Output = ()> + 'static,
    T: 'static,
    R: 'static,
{
    fn become_cleanup(self) -> Cleanup {
        Box::pin(close(Generator { body: Some(self) }))
    }
}

impl<B, T, R> Becomes<SendCleanup> for Owned<Exchange<T, R>, B>
where
    B: Future<Output = ()> + Send + 'static,
    T: Send + 'static,
    R: Send + 'static,
{
    fn become_cleanup(self) -> SendCleanup {
        Box::pin(close(Generator { body: Some(self) }))
    }
}

async fn close<B: Future<Output = ()>, T, R>(mut generator: Generator<B, T, R>) {
    generator.aclose().await;
}
