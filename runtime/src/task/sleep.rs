//! Waiting for a time.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::event_loop::{Action, Core, TimerKey, after};

/// The time of this thread's loop: the machine's, unless it was given another [`Clock`](crate::Clock).
///
/// # Panics
///
/// Where no event loop is running on this thread.
#[track_caller]
#[must_use]
pub fn now() -> Instant {
    Core::with(|core| core.now())
}

/// Waits for this long, counted from the call.
///
/// A time of zero waits for the next turn in which timers are looked at; see [`yield_now`](crate::yield_now) for less.
///
/// # Panics
///
/// Where no event loop is running on this thread.
///
/// # Cancel safety
///
/// Dropped, it takes its timer with it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// checked_async::run(checked_async::catch_cancel(async {
///     checked_async::sleep(Duration::from_millis(1)).await;
/// })).unwrap();
/// ```
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    Core::with(|core| Sleep { core: core.rc(), deadline: after(core.now(), duration), timer: State::New })
}

/// Waits until this time of the loop's clock; see [`now`].
///
/// # Panics
///
/// Where no event loop is running on this thread.
///
/// # Cancel safety
///
/// Dropped, it takes its timer with it.
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    Core::with(|core| Sleep { core: core.rc(), deadline, timer: State::New })
}

/// The future of [`sleep`] and [`sleep_until`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Sleep {
    core: Rc<Core>,
    deadline: Instant,
    timer: State,
}

enum State {
    New,
    Waiting(TimerKey),
    Over,
}

impl Sleep {
    /// When it is over.
    #[must_use]
    pub fn deadline(&self) -> Instant {
        self.deadline
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        match this.timer {
            State::New => {
                let action = Action::Wake(cx.waker().clone());
                this.timer = State::Waiting(this.core.add_timer(this.deadline, action));
                Poll::Pending
            }
            State::Waiting(key) => {
                let mut timers = this.core.timers();
                match timers.action(key) {
                    Some(Action::Wake(waker)) if waker.will_wake(cx.waker()) => Poll::Pending,
                    Some(_) => {
                        drop(timers);
                        let new = Action::Wake(cx.waker().clone());
                        // Cloned and dropped outside of the borrow.
                        let old = this.core.timers().action(key).map(|action| std::mem::replace(action, new));
                        drop(old);
                        Poll::Pending
                    }
                    None => {
                        drop(timers);
                        this.timer = State::Over;
                        Poll::Ready(())
                    }
                }
            }
            State::Over => Poll::Ready(()),
        }
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let State::Waiting(key) = self.timer {
            let action = self.core.timers().remove(key);
            drop(action);
        }
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("deadline", &self.deadline).finish_non_exhaustive()
    }
}
