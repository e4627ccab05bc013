//! What stays on the thread of its event loop, and says so where somebody tries to take it elsewhere.
//!
//! These types are neither `Send` nor `Sync` anyway, for what is in them; but rustc would speak of that, an `Rc` of a type that no
//! user knows. An implementation whose condition never holds is the same to the program, and lets rustc speak of the type itself and
//! of what to do.
//!
//! Invariant: nothing implements [`MayLeaveItsThread`]. Nobody else can, as it is sealed.

use crate::event_loop::{CallbackHandle, EventLoop, Handle, MockClock};
use crate::task::{CatchCancel, JoinHandle, Member, Promise, Promised, Shield, Sleep, TaskGroup, TaskRef};

/// What may be used on another thread than that of its event loop: nothing.
#[diagnostic::on_unimplemented(
    message = "`{Self}` stays on the thread of its event loop",
    label = "`{Self}` cannot be used on another thread",
    note = "`checked_async::remote()` gives a handle that other threads may use; its `spawn_with` makes a future on this one"
)]
pub trait MayLeaveItsThread: sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
}

/// For each type: its parameters, and the type. The lifetime keeps rustc from looking right here whether the condition holds.
macro_rules! stay_on_their_thread {
    ($([$($parameter:ident)?] $stays:ty;)*) => {$(
        // SAFETY: there is no such type: the condition never holds.
        unsafe impl<$($parameter)?> Send for $stays where for<'never> $stays: MayLeaveItsThread {}

        // SAFETY: as above.
        unsafe impl<$($parameter)?> Sync for $stays where for<'never> $stays: MayLeaveItsThread {}
    )*};
}

stay_on_their_thread! {
    [] CallbackHandle;
    [] EventLoop;
    [] Handle;
    [] MockClock;
    [] Sleep;
    [] TaskRef;
    [F] CatchCancel<F>;
    [T] JoinHandle<T>;
    [T] Member<T>;
    [T] Promise<T>;
    [T] Promised<T>;
    [T] Shield<T>;
    [E] TaskGroup<E>;
}
