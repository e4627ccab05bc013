//! Callbacks: plain functions that the loop calls, soon or at a time.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::mem;
use std::panic::Location;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::core::Core;
use super::remote::Call;
use super::timers::{Action, TimerKey};
use crate::check::slow_poll;
use crate::raw::SharedCallback;
use crate::report::Panicked;
use crate::task::record::Unwound;
use crate::{raw, report};

/// A scheduled callback.
pub(crate) trait Callback {
    /// Calls it, unless that was done or it is cancelled.
    fn call(&self);
    /// Makes sure that it is not called. Whether that was still possible.
    fn cancel(&self) -> bool;
    fn is_cancelled(&self) -> bool;
    /// Where it was scheduled.
    fn created(&self) -> &'static Location<'static>;
}

struct Scheduled<F> {
    /// `None` once it is called or cancelled.
    function: Cell<Option<F>>,
    cancelled: Cell<bool>,
    created: &'static Location<'static>,
}

impl<F: FnOnce()> Callback for Scheduled<F> {
    fn call(&self) {
        if let Some(function) = self.function.take() {
            function();
        }
    }

    fn cancel(&self) -> bool {
        let function = self.function.take();
        let scheduled = function.is_some();
        if scheduled {
            self.cancelled.set(true);
        }
        scheduled
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.get()
    }

    fn created(&self) -> &'static Location<'static> {
        self.created
    }
}

/// A callback that was scheduled, by [`call_soon`], [`call_later`] or [`call_at`].
///
/// Dropping it leaves the callback scheduled. It stays on the loop's thread:
///
/// ```compile_fail
/// fn send<T: Send>() {}
/// send::<checked_async::CallbackHandle>();
/// ```
#[derive(Clone)]
pub struct CallbackHandle {
    callback: SharedCallback,
    timer: Option<(Rc<Core>, TimerKey)>,
}

impl CallbackHandle {
    /// Makes sure that the callback is not called, and drops it. Whether that was still possible: `false` if it was
    /// called or cancelled before.
    pub fn cancel(&self) -> bool {
        if let Some((core, timer)) = &self.timer {
            let action = core.timers.borrow_mut().remove(*timer);
            drop(action);
        }
        self.callback.cancel()
    }

    /// Whether it was cancelled before it was called.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.callback.is_cancelled()
    }
}

impl fmt::Debug for CallbackHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallbackHandle")
            .field("created", &format_args!("{}", self.callback.created()))
            .field("cancelled", &self.is_cancelled())
            .finish_non_exhaustive()
    }
}

/// Calls `callback` in the loop's next turn, after all that is queued by now.
///
/// If it panics, that is reported as `callback_panicked` and the loop goes on. Modelled on asyncio's `loop.call_soon`.
///
/// # Panics
///
/// Where no event loop is running on this thread.
///
/// # Examples
///
/// ```
/// checked_async::run(async {
///     checked_async::call_soon(|| println!("soon"));
///     checked_async::yield_now().await;
/// });
/// ```
#[track_caller]
pub fn call_soon(callback: impl FnOnce() + 'static) -> CallbackHandle {
    let created = Location::caller();
    Core::with(|core| soon(core, created, callback))
}

/// Calls `callback` after this time, counted from now on the loop's clock.
///
/// Timers that are due at the same time are called in the order of their creation; asyncio does not promise that.
///
/// # Panics
///
/// Where no event loop is running on this thread.
#[track_caller]
pub fn call_later(delay: Duration, callback: impl FnOnce() + 'static) -> CallbackHandle {
    let created = Location::caller();
    Core::with(|core| later(core, created, delay, callback))
}

/// Calls `callback` at this time of the loop's clock, see [`now`](crate::now).
///
/// # Panics
///
/// Where no event loop is running on this thread.
#[track_caller]
pub fn call_at(when: Instant, callback: impl FnOnce() + 'static) -> CallbackHandle {
    let created = Location::caller();
    Core::with(|core| at(core, created, when, callback))
}

/// [`call_soon`] on this loop.
pub(super) fn soon(
    core: &Core,
    created: &'static Location<'static>,
    callback: impl FnOnce() + 'static,
) -> CallbackHandle {
    let callback = scheduled(core, created, callback);
    if core.is_closed() {
        callback.cancel();
    } else {
        core.push(callback.clone());
    }
    CallbackHandle { callback, timer: None }
}

/// [`call_later`] on this loop.
pub(super) fn later(
    core: &Core,
    created: &'static Location<'static>,
    delay: Duration,
    callback: impl FnOnce() + 'static,
) -> CallbackHandle {
    let when = super::clock::after(core.now(), delay);
    at(core, created, when, callback)
}

/// [`call_at`] on this loop.
pub(super) fn at(
    core: &Core,
    created: &'static Location<'static>,
    when: Instant,
    callback: impl FnOnce() + 'static,
) -> CallbackHandle {
    let callback = scheduled(core, created, callback);
    if core.is_closed() {
        callback.cancel();
        return CallbackHandle { callback, timer: None };
    }
    let timer = core.add_timer(when, Action::Call(callback.clone()));
    CallbackHandle { callback, timer: Some((core.rc(), timer)) }
}

#[inline]
fn scheduled(core: &Core, created: &'static Location<'static>, callback: impl FnOnce() + 'static) -> SharedCallback {
    let scheduled = Scheduled { function: Cell::new(Some(callback)), cancelled: Cell::new(false), created };
    SharedCallback::new(&core.blocks, scheduled)
}

/// What another thread has sent.
pub(super) fn from_remote(core: &Core, call: Box<dyn Call>) -> SharedCallback {
    scheduled(core, call.created(), || call.call())
}

/// Calls a callback in its turn. A panic goes on to the caller, who has to call [`panicked`].
#[inline]
pub(super) fn step(core: &Core, callback: &SharedCallback) {
    let called = Called { core, callback };
    callback.call();
    mem::forget(called);
    if core.is_debug() && raw::needs_attention() {
        look_at_step(core, callback);
    }
}

/// A callback while it is called. A panic leaves it in the loop.
struct Called<'a> {
    core: &'a Core,
    callback: &'a SharedCallback,
}

impl Drop for Called<'_> {
    fn drop(&mut self) {
        self.core.unwound.set(Some(Unwound::Callback(self.callback.clone())));
    }
}

/// Reports what a callback has panicked with.
#[cold]
pub(super) fn panicked(core: &Core, callback: Option<&SharedCallback>, panic: Box<dyn Any + Send>) {
    let panicked = Panicked::new(&*panic);
    super::raise(report::callback_panicked(callback.map(|callback| callback.created()), &panicked));
    report::drop_panic(panic);
    if let Some(callback) = callback
        && core.is_debug()
    {
        slow_poll::excuse_backtrace();
        look_at_step(core, callback);
    }
}

/// Looks at the time that a callback took.
#[cold]
#[inline(never)]
fn look_at_step(core: &Core, callback: &SharedCallback) {
    core.forget_strays();
    // What a checked function took that it has polled is reported of it.
    if let Some(took) = core.time_of_step()
        && took.is_slow(core)
    {
        super::raise(report::slow_callback(callback.created(), took.own));
    }
}
