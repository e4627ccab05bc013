//! Waiting for what was left to the task: inner cleanup comes before the outer one's first statement.
//!
//! A task runs what was left to it when the poll is over in which it was left. Outer cleanup that is about to begin in the
//! same poll ends it, and goes on in the next one.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// How often it waits for a poll to end that polls it again instead. `FuturesUnordered` polls what has woken itself twice;
/// somebody who does not stop, as a `block_on` in the poll, is given his way.
const PATIENCE: u8 = 2;

/// The future of [`settled`].
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Settled {
    waited: u8,
}

/// Waits until the task that is being polled has closed what was left to it in this poll.
#[inline]
pub fn settled() -> Settled {
    Settled { waited: 0 }
}

impl Future for Settled {
    type Output = ();

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.waited == PATIENCE || !super::is_anything_left() {
            return Poll::Ready(());
        }
        self.waited += 1;
        // The task comes back by itself, but what stands between may only poll what was woken.
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
