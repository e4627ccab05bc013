//! What an event loop must offer for the operations to be written once for all.

use crate::operations::Operation;
use std::fmt::Display;
use std::future::{pending, poll_fn};
use std::task::Poll;
use std::time::Duration;

/// An event loop; a value of it is what code on the running loop needs to spawn.
pub(crate) trait Peer: Copy + 'static {
    /// What awaits the end of a task. What it returns is not looked at.
    type JoinHandle: Future;
    /// The one-shot channel that goes with the loop, or else that of futures.
    type OneShot: OneShot;

    /// Says why the loop has no such operation, if it has not.
    fn has(_: Operation) -> Result<(), String> {
        Ok(())
    }

    /// Runs a loop until this future is ready, or says why it cannot be made on this machine.
    fn run<F: Future<Output = ()>>(main: impl FnOnce(Self) -> F) -> Result<(), String>;

    fn spawn(self, future: impl Future<Output = u64> + 'static) -> Self::JoinHandle;

    /// Spawns a task for which nobody waits.
    fn spawn_detached(self, future: impl Future<Output = u64> + 'static);

    /// Calls a closure at the loop's next turn, in the way that costs this loop least.
    fn call_soon(self, callback: impl FnOnce() + 'static) {
        self.spawn_detached(async move {
            callback();
            0
        });
    }

    /// Lets the others run, in the way that costs this loop least.
    fn yield_now() -> impl Future<Output = ()> {
        wake_and_suspend()
    }

    fn sleep(_: Duration) -> impl Future {
        pending::<()>()
    }
}

/// A one-shot channel of numbers.
pub(crate) trait OneShot {
    type Sender: 'static;

    fn channel() -> (Self::Sender, impl Future<Output = u64> + 'static);
    fn send(sender: Self::Sender, value: u64);
}

/// `futures::channel::oneshot`, for loops without a channel of their own.
pub(crate) struct OfFutures;

impl OneShot for OfFutures {
    type Sender = futures::channel::oneshot::Sender<u64>;

    fn channel() -> (Self::Sender, impl Future<Output = u64> + 'static) {
        let (sender, receiver) = futures::channel::oneshot::channel();
        (sender, async { receiver.await.expect("it is sent") })
    }

    fn send(sender: Self::Sender, value: u64) {
        sender.send(value).expect("it is awaited");
    }
}

/// Wakes the task and returns `Pending`, once.
pub(crate) fn wake_and_suspend() -> impl Future<Output = ()> {
    let mut suspended = false;
    poll_fn(move |cx| {
        if std::mem::replace(&mut suspended, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Makes an error of a loop a reason why it cannot run.
pub(crate) fn cannot_run(error: impl Display) -> String {
    format!("cannot run: {error}")
}
