//! Type probes: generated calls that ask the compiler whether a discarded value is a future.
//!
//! A probe is a generic function with a bound that fails, with the lint's message, exactly where the fault is. It asks
//! yes/no questions about a type `T` by way of *integer fallback*: a question is a trait with a blanket impl for `u8`
//! ("no") and a bounded one for `i32` ("yes"), asked with the type of an integer literal. Where the bounded impl cannot
//! apply, only `u8` is left and inference takes it. Where it can, the question stays open until the end of the function,
//! and the literal then falls back to `i32`. The verdict is a bound on the answers.
//!
//! Three properties make this fit for code that must keep compiling:
//! - the answer waits for inference: `v.pop();` before the element type is known is no error and no wrong guess;
//! - nothing about the value is touched: a probe either sits in a branch that is never taken ([`value`]) or stands beside
//!   the value while that is passed through ([`pass`]);
//! - `()` and `!` answer "yes" by impls of their own, because the type of a diverging expression falls back to one of
//!   them in the same step in which the literals fall back to `i32`.
//!
//! Each question has a second parameter, a marker that only keeps the impls from overlapping.

use core::fmt::Debug;
use core::future::{Future, IntoFuture};
use core::marker::PhantomData;
use core::panic::{RefUnwindSafe, UnwindSafe};
use core::pin::Pin;

/// Markers, one for each way in which a question is answered.
pub mod marker {
    pub struct HoldsNot;
    pub struct Holds;
    pub struct Diverges;
    pub struct Boxed;
    pub struct Inside<M>(M);
}
use marker::{Boxed, Diverges, Holds, HoldsNot, Inside};

/// Names the output of a function type, and so the type `!`, which stable Rust lets nobody write elsewhere.
pub trait FnOutput {
    type Output;
}
impl<R> FnOutput for fn() -> R {
    type Output = R;
}
pub type Never = <fn() -> ! as FnOutput>::Output;

/// Is it a future, or does `.await` turn it into one?
pub trait IsFuture<Answer, M> {}
impl<T> IsFuture<u8, HoldsNot> for T {}
impl<T: IntoFuture> IsFuture<i32, Holds> for T {}
impl IsFuture<i32, Diverges> for () {}
impl IsFuture<i32, Diverges> for Never {}

/// Does it own a future, as an `Option` or a tuple does?
pub trait HoldsFuture<Answer, M> {}
impl<T> HoldsFuture<u8, HoldsNot> for T {}
impl HoldsFuture<i32, Diverges> for () {}
impl HoldsFuture<i32, Diverges> for Never {}

/// What a container holds: a future, or another container of one.
pub trait Content<M> {}
impl<T: IntoFuture> Content<Holds> for T {}
impl Content<Diverges> for () {}
impl Content<Diverges> for Never {}

/// Can it be printed and moved?
///
/// What an async fn returns can be neither. A task handle can (tokio's, async-std's, smol's), and its work runs whether
/// the handle is awaited or not; so can a `oneshot::Receiver`. `Debug` stands first: it fails for opaque types, whose
/// auto traits rustc could only know by compiling the function that they come from, which may be the one at hand.
pub trait IsPrintable<Answer, M> {}
impl<T> IsPrintable<u8, HoldsNot> for T {}
impl<T: Debug + Unpin> IsPrintable<i32, Holds> for T {}

/// Is it a task handle whose output cannot be printed?
///
/// tokio's `JoinHandle` is unwind-safe whatever its task returns, and its error can become an `io::Error`. What a type
/// itself must be stands last: for opaque types these are the auto traits of which [`IsPrintable`] tells.
pub trait IsTaskHandle<Answer, M> {}
impl<T> IsTaskHandle<u8, HoldsNot> for T {}
impl<T, U, E> IsTaskHandle<i32, Holds> for T
where
    T: Future<Output = Result<U, E>>,
    std::io::Error: From<E>,
    T: Unpin + UnwindSafe + RefUnwindSafe,
{
}
impl IsTaskHandle<i32, Diverges> for () {}
impl IsTaskHandle<i32, Diverges> for Never {}

/// Is it a borrow of a future, whose end drops nothing?
pub trait IsBorrow<Answer, M> {}
impl<T> IsBorrow<u8, HoldsNot> for T {}
impl<T: ?Sized> IsBorrow<i32, Holds> for &mut T {}
impl<T: ?Sized> IsBorrow<i32, Holds> for Pin<&mut T> {}
impl IsBorrow<i32, Diverges> for () {}
impl IsBorrow<i32, Diverges> for Never {}

/// Writes the impls of a container: it holds a future when its content is one.
macro_rules! container {
    ($([$($generics:tt)*] $container:ty;)*) => {$(
        impl<T: Content<M>, M, $($generics)*> Content<Inside<M>> for $container {}
        impl<T: Content<M>, M, $($generics)*> HoldsFuture<i32, Inside<M>> for $container {}
        impl<T: IsBorrow<i32, M>, M, $($generics)*> IsBorrow<i32, Inside<M>> for $container {}
    )*};
}

container! {
    [] Option<T>;
    [E] Result<T, E>;
    [] core::task::Poll<T>;
    [B] core::ops::ControlFlow<B, T>;
    [const N: usize] [T; N];
    [] Box<[T]>;
    [] std::rc::Rc<T>;
    [] std::sync::Arc<T>;
    [] Vec<T>;
    [] std::collections::VecDeque<T>;
    [] std::collections::LinkedList<T>;
    [K] std::collections::BTreeMap<K, T>;
    [K, S] std::collections::HashMap<K, T, S>;
    [] core::cell::Cell<T>;
    [] core::cell::RefCell<T>;
    [] core::cell::OnceCell<T>;
    [] std::sync::OnceLock<T>;
    [] std::sync::Mutex<T>;
    [] std::sync::RwLock<T>;
    [] std::thread::JoinHandle<T>;
    // Of a tuple's elements the last one counts, as in `(key, future)`: with more, a tuple of two task handles would have
    // two answers. A tuple that is written out is looked at element by element, by its tokens.
    [A] (A, T);
    [A, B] (A, B, T);
    [A, B, C] (A, B, C, T);
}

// A `Box` of an `Unpin` future is a future itself, so inside a container it would have two answers; a boxed `dyn Future`
// is none.
impl<T: Content<M>, M> HoldsFuture<i32, Inside<M>> for Box<T> {}
impl<O> Content<Boxed> for Box<dyn Future<Output = O>> {}
impl<O> Content<Boxed> for Box<dyn Future<Output = O> + Send> {}
impl<O> HoldsFuture<i32, Boxed> for Box<dyn Future<Output = O>> {}
impl<O> HoldsFuture<i32, Boxed> for Box<dyn Future<Output = O> + Send> {}

/// Is it a future in `Ok` or `Some`, as the output of an async fn may be?
pub trait YieldsFuture<Answer, M> {}
impl<T> YieldsFuture<u8, HoldsNot> for T {}
impl<T: IntoFuture> YieldsFuture<i32, Holds> for T {}
impl<T: OkOrSome<M>, M> YieldsFuture<i32, Inside<M>> for Option<T> {}
impl<T: OkOrSome<M>, M, E> YieldsFuture<i32, Inside<M>> for Result<T, E> {}
impl YieldsFuture<i32, Diverges> for () {}
impl YieldsFuture<i32, Diverges> for Never {}

/// What an `Ok` or `Some` holds.
pub trait OkOrSome<M> {}
impl<T: IntoFuture> OkOrSome<Holds> for T {}
impl OkOrSome<Diverges> for () {}
impl OkOrSome<Diverges> for Never {}

/// Is it a stream?
pub trait IsStream<Answer, M> {}
impl<T> IsStream<u8, HoldsNot> for T {}
#[cfg(feature = "stream")]
impl<T: futures_core::Stream> IsStream<i32, Holds> for T {}
impl IsStream<i32, Diverges> for () {}
impl IsStream<i32, Diverges> for Never {}

/// Declares a verdict: a trait over the answers that holds unless they make the lint's fault.
///
/// "No future" holds for `u8` and, so that inference cannot take `u8` for granted, for `u16`. The impls have no bounds of
/// their own: rustc shows an error of a nested bound only once in a function.
macro_rules! verdict {
    ($(#[$attribute:meta])* $name:ident) => {
        $(#[$attribute])*
        pub trait $name<Future, Printable, Handle, Borrow, M> {}
        #[diagnostic::do_not_recommend]
        impl<T, P, H, B, M> $name<u8, P, H, B, M> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, P, H, B, M> $name<u16, P, H, B, M> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, H, B, M> $name<i32, i32, H, B, M> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, B, M> $name<i32, u8, i32, B, M> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, M> $name<i32, u8, u8, i32, M> for T {}
        #[diagnostic::do_not_recommend]
        impl<T> $name<i32, u8, u8, u8, Diverges> for T {}
        #[diagnostic::do_not_recommend]
        impl<T> $name<i32, u8, u8, u8, Inside<Diverges>> for T {}
        #[diagnostic::do_not_recommend]
        impl<T> $name<i32, u8, u8, u8, Inside<Inside<Diverges>>> for T {}
    };
}

verdict! {
    #[diagnostic::on_unimplemented(
        message = "future is never awaited",
        label = "this future does nothing until it is awaited",
        note = "help: append `.await`, or pass it to a `spawn` or `join!`; to drop it on purpose, say `discard(…)`",
        note = "`unawaited_future` is denied by default; `#[checked(allow(unawaited_future))]` silences it"
    )]
    IsAwaited
}
verdict! {
    #[diagnostic::on_unimplemented(
        message = "stream is never consumed",
        label = "this stream does nothing until its items are awaited",
        note = "help: loop over it with `while let Some(item) = stream.next().await`, or end it with `for_each` or `collect`",
        note = "`unawaited_future` is denied by default; `#[checked(allow(unawaited_future))]` silences it"
    )]
    IsConsumed
}
verdict! {
    #[diagnostic::on_unimplemented(
        message = "future inside a discarded value is never awaited",
        label = "the future inside this value does nothing until it is awaited",
        note = "help: take the future out and `.await` it; for several, use `join_all` or a `FuturesUnordered`",
        note = "`unawaited_in_container` is denied by default; `#[checked(allow(unawaited_in_container))]` silences it"
    )]
    IsAwaitedInside
}
verdict! {
    #[diagnostic::on_unimplemented(
        message = "future is bound to a name but never awaited",
        label = "this future is dropped at the end of its scope without having run",
        note = "help: append `.await` to bind its output instead",
        note = "`unused_future_binding` is denied by default; `#[checked(allow(unused_future_binding))]` silences it"
    )]
    IsUsed
}
verdict! {
    #[diagnostic::on_unimplemented(
        message = "output of async code is itself a future",
        label = "awaiting this yields another future, which does nothing until it is awaited too",
        note = "help: append `.await` to the inner future",
        note = "`future_of_future` is denied by default; `#[checked(allow(future_of_future))]` silences it"
    )]
    IsNoFuture
}

/// Stands for a value in a verdict, so that rustc does not advise to bound a type parameter by one.
pub struct Value<T>(T);

/// The literals whose types are the answers at level `warn`: future (or output), content, printable, task handle, borrow.
pub type Answers<F, C, P, H, B> = (F, C, P, H, B);

/// Carries a type from the expression that has it to the verdict on it, or back.
pub struct Probe<T>(pub(super) PhantomData<fn() -> T>);

/// Gives an expression's value its probe, and returns it unchanged.
#[inline(always)]
pub fn pass<T>(value: T, _: Probe<T>) -> T {
    value
}

/// Gives a statement's value its probe, and drops it as the statement does: before the temporaries.
#[inline(always)]
pub fn end<T>(value: T, _: Probe<T>) {
    drop(value);
}

/// Gives an async block's output its probe, and returns the block unchanged.
#[inline(always)]
pub fn pass_output<A: Future>(block: A, _: Probe<A::Output>) -> A {
    block
}

/// Stands for a value of the probed type, in a branch that is never taken.
pub fn value<T>(_: Probe<T>) -> T {
    unreachable!("a branch that is never taken was")
}

/// Stands for a value of the probed type, in a branch that is never taken, for `unused_must_use` to see.
pub fn value_of<T>(_: &Probe<T>) -> T {
    unreachable!("a branch that is never taken was")
}

/// Stands for a value of any type, in a branch that is never taken.
pub fn any<T>() -> T {
    unreachable!("a branch that is never taken was")
}

/// Probes a discarded value: `unawaited_future` and `unawaited_in_container`.
#[inline(always)]
pub fn discarded<T, F, C, P, H, B, MF, MC, MP, MH, MB>(_: F, _: C, _: P, _: H, _: B) -> Probe<T>
where
    T: IsFuture<F, MF> + HoldsFuture<C, MC> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: IsAwaited<F, P, H, B, MF>,
    Value<T>: IsAwaitedInside<C, P, H, B, MC>,
{
    Probe(PhantomData)
}

/// As [`discarded`], and stands for the value itself, in a branch that is never taken.
pub fn discarded_value<T, F, C, P, H, B, MF, MC, MP, MH, MB>(_: F, _: C, _: P, _: H, _: B) -> T
where
    T: IsFuture<F, MF> + HoldsFuture<C, MC> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: IsAwaited<F, P, H, B, MF>,
    Value<T>: IsAwaitedInside<C, P, H, B, MC>,
{
    unreachable!("a branch that is never taken was")
}

/// Probes a discarded value: only `unawaited_future`.
#[inline(always)]
pub fn discarded_future<T, F, P, H, B, MF, MP, MH, MB>(_: F, _: P, _: H, _: B) -> Probe<T>
where
    T: IsFuture<F, MF> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: IsAwaited<F, P, H, B, MF>,
{
    Probe(PhantomData)
}

/// As [`discarded_future`], and stands for the value itself, in a branch that is never taken.
pub fn discarded_future_value<T, F, P, H, B, MF, MP, MH, MB>(_: F, _: P, _: H, _: B) -> T
where
    T: IsFuture<F, MF> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: IsAwaited<F, P, H, B, MF>,
{
    unreachable!("a branch that is never taken was")
}

/// Probes a discarded value: only `unawaited_in_container`.
#[inline(always)]
pub fn discarded_container<T, C, P, H, B, MC, MP, MH, MB>(_: C, _: P, _: H, _: B) -> Probe<T>
where
    T: HoldsFuture<C, MC> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: IsAwaitedInside<C, P, H, B, MC>,
{
    Probe(PhantomData)
}

/// As [`discarded_container`], and stands for the value itself, in a branch that is never taken.
pub fn discarded_container_value<T, C, P, H, B, MC, MP, MH, MB>(_: C, _: P, _: H, _: B) -> T
where
    T: HoldsFuture<C, MC> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: IsAwaitedInside<C, P, H, B, MC>,
{
    unreachable!("a branch that is never taken was")
}

/// Probes a discarded value that a stream's combinator may have made: `unawaited_future`.
#[inline(always)]
pub fn discarded_stream<T, F, P, H, B, MF, MB>(_: F, _: P, _: H, _: B) -> Probe<T>
where
    T: IsStream<F, MF> + IsBorrow<B, MB>,
    Value<T>: IsConsumed<F, u8, u8, B, MF>,
{
    Probe(PhantomData)
}

/// Probes the value of a binding that is never mentioned again: `unused_future_binding`.
#[inline(always)]
pub fn bound<T, F, C, P, H, B, MF, MC, MP, MH, MB>(_: F, _: C, _: P, _: H, _: B) -> Probe<T>
where
    T: IsFuture<F, MF> + HoldsFuture<C, MC> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: IsUsed<F, P, H, B, MF>,
    Value<T>: IsUsed<C, P, H, B, MC>,
{
    Probe(PhantomData)
}

/// Probes the output of an async fn or block: `future_of_future`.
#[inline(always)]
pub fn output<T, F, P, H, B, MF, MP, MH, MB>(_: F, _: P, _: H, _: B) -> Probe<T>
where
    T: YieldsFuture<F, MF> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: IsNoFuture<F, P, H, B, MF>,
{
    Probe(PhantomData)
}

/// A probe whose type is still open, for lints at level `warn`.
pub fn unasked<T>() -> Probe<T> {
    Probe(PhantomData)
}

/// Says that two probes are of one type.
pub fn same<T>(_: &Probe<T>, _: Probe<T>) {}

/// What the finding of a lint at level `warn` is: a value of a must-use type that nobody uses.
///
/// rustc's `unused_must_use` warns of it: the only warning with a text of our own that stable Rust has for a type.
pub mod finding {
    #![allow(non_camel_case_types, reason = "rustc prints the type's name, and that is the lint's")]

    #[must_use = "future is never awaited\n\
        help: append `.await`, or pass it to a `spawn` or `join!`; to drop it on purpose, say `discard(…)`\n\
        note: `#[checked(allow(unawaited_future))]` silences it"]
    pub struct unawaited_future;

    #[must_use = "stream is never consumed\n\
        help: loop over it with `while let Some(item) = stream.next().await`, or end it with `for_each` or `collect`\n\
        note: `#[checked(allow(unawaited_future))]` silences it"]
    pub struct unawaited_stream;

    #[must_use = "future inside a discarded value is never awaited\n\
        help: take the future out and `.await` it; for several, use `join_all` or a `FuturesUnordered`\n\
        note: `#[checked(allow(unawaited_in_container))]` silences it"]
    pub struct unawaited_in_container;

    #[must_use = "future is bound to a name but never awaited\n\
        help: append `.await` to bind its output instead\n\
        note: `#[checked(allow(unused_future_binding))]` silences it"]
    pub struct unused_future_binding;

    #[must_use = "output of async code is itself a future\n\
        help: append `.await` to the inner future\n\
        note: `#[checked(allow(future_of_future))]` silences it"]
    pub struct future_of_future;
}

/// A verdict at level `warn`: `L` where the answers make the lint's fault, else `()`.
pub trait Judge<L, Future, Printable, Handle, Borrow> {
    type Finding;
}
impl<T, L, P, H, B> Judge<L, u8, P, H, B> for T {
    type Finding = ();
}
impl<T, L, P, H, B> Judge<L, u16, P, H, B> for T {
    type Finding = ();
}
impl<T, L, H, B> Judge<L, i32, i32, H, B> for T {
    type Finding = ();
}
impl<T, L, B> Judge<L, i32, u8, i32, B> for T {
    type Finding = ();
}
impl<T, L> Judge<L, i32, u8, u8, i32> for T {
    type Finding = ();
}
impl<T, L> Judge<L, i32, u8, u8, u8> for T {
    type Finding = L;
}

/// As [`discarded_future`], at level `warn`.
pub fn warn_discarded_future<L, T, F, C, P, H, B, MF, MP, MH, MB>(
    _: L,
    _: &Probe<T>,
    _: &Answers<F, C, P, H, B>,
) -> <Value<T> as Judge<L, F, P, H, B>>::Finding
where
    T: IsFuture<F, MF> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: Judge<L, F, P, H, B>,
{
    unreachable!("a branch that is never taken was")
}

/// As [`discarded_container`], at level `warn`.
pub fn warn_discarded_container<L, T, F, C, P, H, B, MC, MP, MH, MB>(
    _: L,
    _: &Probe<T>,
    _: &Answers<F, C, P, H, B>,
) -> <Value<T> as Judge<L, C, P, H, B>>::Finding
where
    T: HoldsFuture<C, MC> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: Judge<L, C, P, H, B>,
{
    unreachable!("a branch that is never taken was")
}

/// As [`discarded_stream`], at level `warn`.
pub fn warn_discarded_stream<L, T, F, C, P, H, B, MF, MB>(
    _: L,
    _: &Probe<T>,
    _: &Answers<F, C, P, H, B>,
) -> <Value<T> as Judge<L, F, u8, u8, B>>::Finding
where
    T: IsStream<F, MF> + IsBorrow<B, MB>,
    Value<T>: Judge<L, F, u8, u8, B>,
{
    unreachable!("a branch that is never taken was")
}

/// As [`bound`], at level `warn`; of values with a future inside it says nothing.
pub fn warn_bound<L, T, F, C, P, H, B, MF, MP, MH, MB>(
    _: L,
    _: &Probe<T>,
    _: &Answers<F, C, P, H, B>,
) -> <Value<T> as Judge<L, F, P, H, B>>::Finding
where
    T: IsFuture<F, MF> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: Judge<L, F, P, H, B>,
{
    unreachable!("a branch that is never taken was")
}

/// As [`output`], at level `warn`.
pub fn warn_output<L, T, F, C, P, H, B, MF, MP, MH, MB>(
    _: L,
    _: &Probe<T>,
    _: &Answers<F, C, P, H, B>,
) -> <Value<T> as Judge<L, F, P, H, B>>::Finding
where
    T: YieldsFuture<F, MF> + IsPrintable<P, MP> + IsTaskHandle<H, MH> + IsBorrow<B, MB>,
    Value<T>: Judge<L, F, P, H, B>,
{
    unreachable!("a branch that is never taken was")
}

/// Asserts that a future is `Send`, for the argument `send`.
#[inline(always)]
pub fn is_send<F: Future + Send>(future: F) -> F {
    future
}
