//! Time limits.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use pin_project_lite::pin_project;

use super::sleep::{Sleep, now, sleep, sleep_until};
use crate::trace;

/// Runs a future for at most this long, then drops it.
///
/// With a time of zero the future is not even begun, as with asyncio's `wait_for`. To give it time for cleanup, spawn it and
/// [`cancel`](crate::JoinHandle::cancel) it.
///
/// # Errors
///
/// [`Elapsed`], if the future was not ready in time.
///
/// # Panics
///
/// Where no event loop is running on this thread.
///
/// # Cancel safety
///
/// Dropped, it drops the future.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// checked_async::run(async {
///     let answer = checked_async::timeout(Duration::from_millis(1), std::future::pending::<()>()).await;
///     assert!(answer.is_err());
/// });
/// ```
#[track_caller]
pub fn timeout<F: Future>(limit: Duration, future: F) -> Timeout<F> {
    Timeout { never: limit.is_zero(), sleep: sleep(limit), future: Some(future) }
}

/// Runs a future until this time of the loop's clock at most; see [`timeout`].
///
/// # Errors
///
/// [`Elapsed`], if the future was not ready in time.
///
/// # Panics
///
/// Where no event loop is running on this thread.
#[track_caller]
pub fn timeout_at<F: Future>(limit: Instant, future: F) -> Timeout<F> {
    Timeout { never: limit <= now(), sleep: sleep_until(limit), future: Some(future) }
}

pin_project! {
    /// The future of [`timeout`] and [`timeout_at`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Timeout<F> {
        // Whether the time was over before it began.
        never: bool,
        sleep: Sleep,
        #[pin]
        future: Option<F>,
    }

    impl<F> PinnedDrop for Timeout<F> {
        fn drop(this: Pin<&mut Self>) {
            // Whoever limits a future's time may drop it unpolled.
            let mut this = this.project();
            trace::silently(|| this.future.set(None));
        }
    }
}

impl<F: Future> Future for Timeout<F> {
    type Output = Result<F::Output, Elapsed>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let Some(future) = this.future.as_mut().as_pin_mut() else {
            panic!("`Timeout` was polled after completion");
        };
        let result = if *this.never {
            Err(Elapsed)
        } else if let Poll::Ready(output) = future.poll(cx) {
            Ok(output)
        } else if Pin::new(this.sleep).poll(cx).is_ready() {
            Err(Elapsed)
        } else {
            return Poll::Pending;
        };
        trace::silently(|| this.future.set(None));
        Poll::Ready(result)
    }
}

impl<F> fmt::Debug for Timeout<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("deadline", &self.sleep.deadline()).finish_non_exhaustive()
    }
}

/// The time was over: see [`timeout`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Elapsed;

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the time limit has elapsed")
    }
}

impl std::error::Error for Elapsed {}

/// For `timeout(limit, read).await??`, as tokio has it: an error of the kind [`TimedOut`](io::ErrorKind::TimedOut).
impl From<Elapsed> for io::Error {
    fn from(elapsed: Elapsed) -> Self {
        io::Error::new(io::ErrorKind::TimedOut, elapsed)
    }
}
