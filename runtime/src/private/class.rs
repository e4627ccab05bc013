//! Classes of values: the type of what a call gave tells what the call did.
//!
//! A macro sees `x.recv()` and not whose `recv` it is. That it gave a `Result<_, std::sync::mpsc::RecvError>` says that it
//! blocked; that `block_on(x)` gave a future says that it did not. The questions are asked by integer fallback, as those of
//! [`probe`](super::probe) are: see there. The answer here is one literal's type, `u8` or `i32`.

use super::probe::marker::{Diverges, Holds, HoldsNot, Inside};
use super::probe::{Never, Probe, Value};
use core::any::Any;
use core::fmt::Debug;
use core::future::{Future as StdFuture, IntoFuture};
use core::marker::PhantomData;
use core::ops::Deref;
use std::fs::{File, ReadDir};
use std::io;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::process::{ChildStderr, ChildStdin, ChildStdout, ExitStatus, Output};
use std::sync::mpsc::{Iter, Receiver, RecvError, RecvTimeoutError};
use std::sync::{BarrierWaitResult, MutexGuard, PoisonError, RwLockReadGuard, RwLockWriteGuard, WaitTimeoutResult};

/// Is the value of the class `C`?
///
/// `()` and `!` answer "yes" too, by impls with a marker of their own that verdicts know: the type of a diverging expression
/// falls back to one of them in the same step in which the literal falls back to `i32`.
pub trait IsOf<C, Answer, M> {}
impl<T, C> IsOf<C, u8, HoldsNot> for T {}
impl<C> IsOf<C, i32, Diverges> for () {}
impl<C> IsOf<C, i32, Diverges> for Never {}

/// The marker of a future whose output is `()`.
pub struct GivesNothing;

/// The marker of a future whose output is `!`.
pub struct NeverEnds;

/// What `.await` takes.
pub struct Future;
impl<T: IntoFuture> IsOf<Future, i32, Holds> for T {}

/// What can be printed: a future of a library's own type, as a timer or a task handle is, rather than of async code.
pub struct Printable;
impl<T: Debug> IsOf<Printable, i32, Holds> for T {}

/// A function that takes how long to sleep and gives nothing, as `std::thread::sleep` does and no timer.
pub struct Sleep;
impl<T: Fn(std::time::Duration)> IsOf<Sleep, i32, Holds> for T {}

/// What functions of `std::fs` give.
pub struct IoResult;
impl<T> IsOf<IoResult, i32, Holds> for io::Result<T> {}

/// What methods of `std::fs`, `std::net` and `std::process` give that wait for the system.
pub struct StdIo;
impl IsOf<StdIo, i32, Holds> for io::Result<File> {}
impl IsOf<StdIo, i32, Holds> for io::Result<ReadDir> {}
impl IsOf<StdIo, i32, Holds> for io::Result<TcpStream> {}
impl IsOf<StdIo, i32, Holds> for io::Result<(TcpStream, SocketAddr)> {}
impl IsOf<StdIo, i32, Holds> for io::Result<std::vec::IntoIter<SocketAddr>> {}
impl IsOf<StdIo, i32, Holds> for io::Result<Output> {}
impl IsOf<StdIo, i32, Holds> for io::Result<ExitStatus> {}
#[cfg(unix)]
impl IsOf<StdIo, i32, Holds> for io::Result<std::os::unix::net::UnixStream> {}
#[cfg(unix)]
impl IsOf<StdIo, i32, Holds> for io::Result<(std::os::unix::net::UnixStream, std::os::unix::net::SocketAddr)> {}

/// What blocks when it is read or written: the standard library's files, sockets and pipes, through references and buffers.
pub struct StdHandle;

/// A [`StdHandle`], or what wraps one.
pub trait Handle<M> {}

macro_rules! handles {
    ($($handle:ty,)*) => {$(
        impl Handle<Holds> for $handle {}
        impl IsOf<StdHandle, i32, Holds> for $handle {}
    )*};
}
handles! { File, TcpStream, UdpSocket, ChildStdin, ChildStdout, ChildStderr, io::Stdin, io::StdinLock<'_>, }
#[cfg(unix)]
handles! { std::os::unix::net::UnixStream, std::os::unix::net::UnixDatagram, }

macro_rules! handle_wrappers {
    ($($wrapper:ty,)*) => {$(
        impl<T: Handle<M>, M> Handle<Inside<M>> for $wrapper {}
        impl<T: Handle<M>, M> IsOf<StdHandle, i32, Inside<M>> for $wrapper {}
    )*};
}
handle_wrappers! { &T, &mut T, Box<T>, std::sync::Arc<T>, std::rc::Rc<T>, io::BufReader<T>, }
impl<T: Handle<M> + io::Write, M> Handle<Inside<M>> for io::BufWriter<T> {}
impl<T: Handle<M> + io::Write, M> IsOf<StdHandle, i32, Inside<M>> for io::BufWriter<T> {}

/// What the standard library's ways to wait for a thread give.
pub struct ThreadWait;
impl<T> IsOf<ThreadWait, i32, Holds> for Result<T, RecvError> {}
impl<T> IsOf<ThreadWait, i32, Holds> for Result<T, RecvTimeoutError> {}
impl<T> IsOf<ThreadWait, i32, Holds> for Result<T, Box<dyn Any + Send>> {}
impl<T> IsOf<ThreadWait, i32, Holds> for Result<MutexGuard<'_, T>, PoisonError<MutexGuard<'_, T>>> {}
impl<'a, T> IsOf<ThreadWait, i32, Holds>
    for Result<(MutexGuard<'a, T>, WaitTimeoutResult), PoisonError<(MutexGuard<'a, T>, WaitTimeoutResult)>>
{
}
impl IsOf<ThreadWait, i32, Holds> for BarrierWaitResult {}
impl<T> IsOf<ThreadWait, i32, Holds> for Iter<'_, T> {}
impl<T> IsOf<ThreadWait, i32, Holds> for Receiver<T> {}
impl<T> IsOf<ThreadWait, i32, Inside<Holds>> for &Receiver<T> {}

/// A task's handle whose output is a `Result`, inside the one that says whether the task ended: tokio's.
///
/// A task that never ends has an output whose type may be open until it falls back to `()` or `!`, as above.
pub struct JoinOfResult;
impl<T, A, B, E> IsOf<JoinOfResult, i32, Holds> for T where T: StdFuture<Output = Result<Result<A, B>, E>> {}
impl<T, E> IsOf<JoinOfResult, i32, GivesNothing> for T where T: StdFuture<Output = Result<(), E>> {}
impl<T, E> IsOf<JoinOfResult, i32, NeverEnds> for T where T: StdFuture<Output = Result<Never, E>> {}

/// A future whose output is a `Result`, as the handle of a task that is detached may be.
pub struct ResultFuture;
impl<T, A, B> IsOf<ResultFuture, i32, Holds> for T where T: StdFuture<Output = Result<A, B>> {}
impl<T> IsOf<ResultFuture, i32, GivesNothing> for T where T: StdFuture<Output = ()> {}
impl<T> IsOf<ResultFuture, i32, NeverEnds> for T where T: StdFuture<Output = Never> {}

/// A `Result` in the `Ok` of another.
pub struct NestedResult;
impl<A, B, E> IsOf<NestedResult, i32, Holds> for Result<Result<A, B>, E> {}
impl<E> IsOf<NestedResult, i32, Diverges> for Result<(), E> {}
impl<E> IsOf<NestedResult, i32, Diverges> for Result<Never, E> {}

/// Several `Result`s in one value.
pub struct Results;
impl<A, B> IsOf<Results, i32, Holds> for Vec<Result<A, B>> {}
impl IsOf<Results, i32, Diverges> for Vec<()> {}
impl IsOf<Results, i32, Diverges> for Vec<Never> {}
impl<A, B> IsOf<Results, i32, Holds> for std::collections::VecDeque<Result<A, B>> {}
impl<A, B> IsOf<Results, i32, Holds> for Box<[Result<A, B>]> {}
impl<A, B, const N: usize> IsOf<Results, i32, Holds> for [Result<A, B>; N] {}

/// A guard of the standard library, alone or in a container.
pub struct Guard;

/// A [`Guard`], or what holds one.
pub trait HoldsGuard<M> {}
impl HoldsGuard<Diverges> for () {}
impl HoldsGuard<Diverges> for Never {}

macro_rules! guards {
    ($([$($generics:tt)*] $guard:ty,)*) => {$(
        impl<$($generics)*> HoldsGuard<Holds> for $guard {}
        impl<$($generics)*> IsOf<Guard, i32, Holds> for $guard {}
    )*};
}
guards! {
    [T: ?Sized] MutexGuard<'_, T>,
    [T: ?Sized] RwLockReadGuard<'_, T>,
    [T: ?Sized] RwLockWriteGuard<'_, T>,
    [T: ?Sized] core::cell::Ref<'_, T>,
    [T: ?Sized] core::cell::RefMut<'_, T>,
}

macro_rules! guard_holders {
    ($([$($generics:tt)*] $holder:ty,)*) => {$(
        impl<T: HoldsGuard<M>, M, $($generics)*> HoldsGuard<Inside<M>> for $holder {}
        impl<T: HoldsGuard<M>, M, $($generics)*> IsOf<Guard, i32, Inside<M>> for $holder {}
    )*};
}
guard_holders! {
    [] Option<T>,
    [E] Result<T, E>,
    [A] (A, T),
    [A, B] (A, B, T),
}

/// What dereferences to something else and does something when it is dropped, as guards do. It stands first in the bounds of the two below: for opaque types it
/// fails before rustc has to compile the function that they come from to know their auto traits.
pub struct Pointer;
#[allow(drop_bounds, reason = "a guard has an impl of its own, which is what is asked")]
impl<T: Deref + Drop> IsOf<Pointer, i32, Holds> for T {}
#[allow(drop_bounds, reason = "as above")]
impl<T: Deref + Drop> IsOf<Pointer, i32, Inside<Holds>> for Option<T> {}

/// A pointer that may go to another thread, which the guards of most locks may not.
pub struct SendPointer;
impl<T: Deref + Send> IsOf<SendPointer, i32, Holds> for T {}
impl<T: Deref + Send> IsOf<SendPointer, i32, Inside<Holds>> for Option<T> {}

/// A pointer to a future, which is no guard.
pub struct FuturePointer;
impl<T: Deref + IntoFuture> IsOf<FuturePointer, i32, Holds> for T {}
impl<T: Deref + IntoFuture> IsOf<FuturePointer, i32, Inside<Holds>> for Option<T> {}

/// References and owners are no guards, whatever they point to: they answer as what diverges does, which is never the fault.
macro_rules! references {
    ($([$($generics:tt)*] $reference:ty,)*) => {$(
        impl<$($generics)*> IsOf<Guard, i32, Diverges> for $reference {}
        impl<$($generics)*> IsOf<Guard, i32, Diverges> for Option<$reference> {}
    )*};
}
references! {
    [T: ?Sized] &T,
    [T: ?Sized] &mut T,
    [T: ?Sized] Box<T>,
    [T: ?Sized] std::rc::Rc<T>,
    [T: ?Sized] std::sync::Arc<T>,
    [T] Vec<T>,
}

/// What dereferences to something else and does something when it is dropped, as the guards of async locks do.
pub struct AsyncGuard;
#[allow(drop_bounds, reason = "a guard has an impl of its own, which is what is asked")]
impl<T: Deref + Drop> IsOf<AsyncGuard, i32, Holds> for T {}

/// A generator whose body has a `defer!`, which a drop cannot run.
pub struct CleaningGenerator;
impl<B: crate::generator::Cleans, T, R> IsOf<CleaningGenerator, i32, Holds> for crate::Generator<B, T, R> {}

/// What is asked: the class, the verdict, the literal whose type is the answer, and one that has none before the end.
pub type Asked<C, V, A, L> = (C, V, A, L);

/// The verdict that values of the class are the fault.
pub struct Is;

/// The verdict that values not of the class are the fault.
pub struct IsNot;

/// Declares a lint's texts, and what generated code calls to have them said: a function whose bound fails at level `deny`,
/// a must-use type of which rustc warns at level `warn`.
///
/// The verdict, the function's bound, holds unless the answer makes the fault. `u16` is there so that inference cannot take
/// "no" for granted; the impls have no bounds of their own: rustc shows an error of a nested bound only once in a function.
/// The literal of the type `Late` keeps a verdict open until all others fall: an error before that would hide them.
macro_rules! lint {
    ($verdict:ident, $name:ident, $message:literal, $label:literal, $help:literal, $note:literal) => {
        #[diagnostic::on_unimplemented(message = $message, label = $label, note = $help, note = $note)]
        pub trait $verdict<Verdict, Answer, Late, M> {}
        #[diagnostic::do_not_recommend]
        impl<T, L, M> $verdict<Is, u8, L, M> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, L, M> $verdict<Is, u16, L, M> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, L> $verdict<Is, i32, L, Diverges> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, L> $verdict<Is, i32, L, GivesNothing> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, L> $verdict<Is, i32, L, NeverEnds> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, L, M> $verdict<IsNot, u16, L, M> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, L> $verdict<IsNot, i32, L, Holds> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, M> $verdict<IsNot, u8, u8, M> for T {}
        #[diagnostic::do_not_recommend]
        impl<T, M> $verdict<IsNot, u8, u16, M> for T {}

        /// Probes a value at level `deny`.
        #[inline(always)]
        pub fn $name<C, V, T, A, L, M>(_: &Asked<C, V, A, L>) -> Probe<T>
        where
            T: IsOf<C, A, M>,
            Value<T>: $verdict<V, A, L, M>,
        {
            Probe(PhantomData)
        }

        finding! { $name, $message, $help, $note }
    };
}

/// Declares what a finding at level `warn` is: see [`probe::finding`](super::probe::finding). Its braces leave its name to
/// the function of the same name.
macro_rules! finding {
    ($name:ident, $message:literal, $help:literal, $note:literal) => {
        /// A finding at level `warn`; rustc prints its name.
        #[allow(non_camel_case_types, reason = "it is the lint's name")]
        #[must_use = concat!($message, "\n", $help, "\nnote: ", $note)]
        pub struct $name {}
    };
}

/// The lints, by name.
pub mod of {
    use super::*;

    lint! {
        IsNoSleep, blocking_sleep,
        "sleep blocks the thread that polls this future",
        "no other task of this thread runs meanwhile",
        "help: use the runtime's timer, such as `tokio::time::sleep(…).await`",
        "`blocking_sleep` is denied by default; `#[checked(allow(blocking_sleep))]` silences it"
    }
    lint! {
        IsNotBlockedOn, nested_block_on,
        "blocking on a future inside async code",
        "this stops the thread that polls the function's own future, or panics",
        "help: `.await` it; in a sync closure, move the work to `spawn_blocking` first",
        "`nested_block_on` is denied by default; `#[checked(allow(nested_block_on))]` silences it"
    }
    lint! {
        IsNoBlockingIo, blocking_io,
        "blocking I/O in async code",
        "this blocks the thread that polls the function's future",
        "help: use the runtime's counterpart, such as `tokio::fs`, or wrap the call in `spawn_blocking`",
        "`#[checked(allow(blocking_io))]` silences it"
    }
    lint! {
        IsNoWait, blocking_wait,
        "waiting for a thread blocks the one that polls this future",
        "no other task of this thread runs meanwhile",
        "help: use an async channel or lock, or wait inside `spawn_blocking`",
        "`#[checked(allow(blocking_wait))]` silences it"
    }
    lint! {
        IsAttached, detached_task,
        "result of a spawned task is lost",
        "nobody will see this task's error",
        "help: keep the handle and `.await` it, or handle the error inside the task",
        "`#[checked(allow(detached_task))]` silences it"
    }
    lint! {
        IsLookedAt, lost_result,
        "results inside this output are ignored",
        "the errors among these are lost",
        "help: look at each of them, or use `try_join_all`",
        "`#[checked(allow(lost_result))]` silences it"
    }
    lint! {
        IsLookedInto, lost_inner_result,
        "inner result is ignored",
        "this is a `Result` inside a `Result`, of which only the outer one is looked at",
        "help: match on `Ok(Ok(…))`, `Ok(Err(…))` and `Err(…)`, or append `?` first",
        "`#[checked(allow(lost_result))]` silences it"
    }
    lint! {
        IsLimited,
        unbounded_spawn,
        "tasks are spawned without a limit",
        "each turn of the loop makes one more",
        "help: hold a semaphore's permit in each task, or collect them in a `JoinSet`",
        "`#[checked(allow(unbounded_spawn))]` silences it"
    }
    lint! {
        IsClosed, unclosed_generator,
        "generator with cleanup is left early and never closed",
        "what its `defer!`s do is not awaited where it is left",
        "help: iterate it with `#[for_await]`, use it in `closing(…)`, or await its `aclose()` on every way out",
        "`#[checked(allow(unclosed_generator))]` silences it"
    }
    lint! {
        IsFreed, async_guard_across_await,
        "async guard is held across an `.await`",
        "whoever waits for this lock waits for that `.await` too",
        "help: drop it before, or narrow its scope with a block",
        "`#[checked(allow(async_guard_across_await))]` silences it"
    }
    lint! {
        IsPolled, futurelock,
        "future is not polled while this handler awaits",
        "what this future holds, such as a lock, it holds until it is polled again",
        "help: spawn it as a task, or do the handler's work after the `select!`",
        "`#[checked(allow(futurelock))]` silences it"
    }

    /// As the verdict of a `lint!`, for guards: the fault is a [`Guard`], or a [`Pointer`] that is neither `Send` nor a future, such as
    /// `parking_lot`'s guards.
    #[diagnostic::on_unimplemented(
        message = "guard is held across an `.await`",
        label = "this is still locked or borrowed while the function waits",
        note = "help: drop it before, or narrow its scope with a block",
        note = "`#[checked(allow(guard_across_await))]` silences it"
    )]
    pub trait IsReleased<Guard, Pointer, SendPointer, FuturePointer, M> {}
    #[diagnostic::do_not_recommend]
    impl<T, S, F, M> IsReleased<u8, u8, S, F, M> for T {}
    #[diagnostic::do_not_recommend]
    impl<T, S, F, M> IsReleased<u8, u16, S, F, M> for T {}
    #[diagnostic::do_not_recommend]
    impl<T, F, M> IsReleased<u8, i32, i32, F, M> for T {}
    #[diagnostic::do_not_recommend]
    impl<T, M> IsReleased<u8, i32, u8, i32, M> for T {}
    #[diagnostic::do_not_recommend]
    impl<T, P, S, F> IsReleased<i32, P, S, F, Diverges> for T {}
    #[diagnostic::do_not_recommend]
    impl<T, P, S, F> IsReleased<i32, P, S, F, Inside<Diverges>> for T {}
    #[diagnostic::do_not_recommend]
    impl<T, P, S, F> IsReleased<i32, P, S, F, Inside<Inside<Diverges>>> for T {}

    /// The literals whose types are the answers about a guard: guard, pointer, send, future.
    pub type GuardAnswers<G, P, S, F> = (G, P, S, F);

    /// Probes what may be a guard, at level `deny`.
    #[inline(always)]
    pub fn guard_across_await<T, G, P, S, F, MG, MP, MS, MF>(_: &GuardAnswers<G, P, S, F>) -> Probe<T>
    where
        T: IsOf<Guard, G, MG> + IsOf<Pointer, P, MP> + IsOf<SendPointer, S, MS> + IsOf<FuturePointer, F, MF>,
        Value<T>: IsReleased<G, P, S, F, MG>,
    {
        Probe(PhantomData)
    }
    finding! {
        guard_across_await,
        "guard is held across an `.await`",
        "help: drop it before, or narrow its scope with a block",
        "`#[checked(allow(guard_across_await))]` silences it"
    }
}

/// A verdict at level `warn`: `L` where the answer makes the lint's fault, else `()`.
pub trait Judge<L, Verdict, Answer, M> {
    type Finding;
}
impl<T, L, M> Judge<L, Is, u8, M> for T {
    type Finding = ();
}
impl<T, L, M> Judge<L, Is, u16, M> for T {
    type Finding = ();
}
impl<T, L> Judge<L, Is, i32, Holds> for T {
    type Finding = L;
}
impl<T, L, M> Judge<L, Is, i32, Inside<M>> for T {
    type Finding = L;
}
impl<T, L> Judge<L, Is, i32, Diverges> for T {
    type Finding = ();
}
impl<T, L> Judge<L, Is, i32, GivesNothing> for T {
    type Finding = ();
}
impl<T, L> Judge<L, Is, i32, NeverEnds> for T {
    type Finding = ();
}
impl<T, L, M> Judge<L, IsNot, u8, M> for T {
    type Finding = L;
}
impl<T, L, M> Judge<L, IsNot, u16, M> for T {
    type Finding = ();
}
impl<T, L> Judge<L, IsNot, i32, Holds> for T {
    type Finding = ();
}
impl<T, L> Judge<L, IsNot, i32, Diverges> for T {
    type Finding = L;
}

/// Probes a value at level `warn`.
pub fn warn<C, V, L, T, A, X, M>(_: L, _: &Probe<T>, _: &Asked<C, V, A, X>) -> <Value<T> as Judge<L, V, A, M>>::Finding
where
    T: IsOf<C, A, M>,
    Value<T>: Judge<L, V, A, M>,
{
    unreachable!("a branch that is never taken was")
}

/// As [`Judge`], for guards.
pub trait JudgeGuard<L, Guard, Pointer, SendPointer, FuturePointer, M> {
    type Finding;
}
impl<T, L, S, F, M> JudgeGuard<L, u8, u8, S, F, M> for T {
    type Finding = ();
}
impl<T, L, S, F, M> JudgeGuard<L, u8, u16, S, F, M> for T {
    type Finding = ();
}
impl<T, L, F, M> JudgeGuard<L, u8, i32, i32, F, M> for T {
    type Finding = ();
}
impl<T, L, M> JudgeGuard<L, u8, i32, u8, i32, M> for T {
    type Finding = ();
}
impl<T, L, M> JudgeGuard<L, u8, i32, u8, u8, M> for T {
    type Finding = L;
}
impl<T, L, P, S, F> JudgeGuard<L, i32, P, S, F, Diverges> for T {
    type Finding = ();
}
impl<T, L, P, S, F> JudgeGuard<L, i32, P, S, F, Holds> for T {
    type Finding = L;
}
impl<T, L, P, S, F> JudgeGuard<L, i32, P, S, F, Inside<Holds>> for T {
    type Finding = L;
}
impl<T, L, P, S, F> JudgeGuard<L, i32, P, S, F, Inside<Inside<Holds>>> for T {
    type Finding = L;
}
impl<T, L, P, S, F> JudgeGuard<L, i32, P, S, F, Inside<Diverges>> for T {
    type Finding = ();
}
impl<T, L, P, S, F> JudgeGuard<L, i32, P, S, F, Inside<Inside<Diverges>>> for T {
    type Finding = ();
}

/// Probes what may be a guard, at level `warn`.
pub fn warn_guard<L, T, G, P, S, F, MG, MP, MS, MF>(
    _: L,
    _: &Probe<T>,
    _: &of::GuardAnswers<G, P, S, F>,
) -> <Value<T> as JudgeGuard<L, G, P, S, F, MG>>::Finding
where
    T: IsOf<Guard, G, MG> + IsOf<Pointer, P, MP> + IsOf<SendPointer, S, MS> + IsOf<FuturePointer, F, MF>,
    Value<T>: JudgeGuard<L, G, P, S, F, MG>,
{
    unreachable!("a branch that is never taken was")
}

/// Evaluates what asks about a place before the expression that uses it.
#[inline(always)]
pub fn after<T>(_: (), value: T) -> T {
    value
}

/// Passes a value by, as the receiver of a method: an argument would be coerced to what is expected of the whole, which
/// for `&m.lock()` may be what the guard points to.
pub struct Hold<T>(T);

/// Holds a value for [`Hold::value`].
#[inline(always)]
pub fn hold<T>(value: T) -> Hold<T> {
    Hold(value)
}

impl<T> Hold<T> {
    /// Gives the value its probe, and returns it unchanged.
    #[inline(always)]
    pub fn value(self, _: Probe<T>) -> T {
        self.0
    }
}

/// A probe of what a reference points to: of a receiver that must stay where it is.
pub fn referred<T: ?Sized>(_: &T) -> Probe<&T> {
    Probe(PhantomData)
}

/// The same of a place, which may be a field of a packed struct.
pub fn placed<'a, T: ?Sized>(_: *const T) -> Probe<&'a T> {
    Probe(PhantomData)
}
