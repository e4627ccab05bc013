//! Polling by hand, and that no poll is added.

use checked_async::checked_async;
use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

/// Is pending once.
#[derive(Default)]
pub(crate) struct Pause(bool);
impl Future for Pause {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

/// Is pending once.
pub(crate) fn pause() -> Pause {
    Pause::default()
}

/// Polls until the future is ready; answers with its output and how many polls it took.
pub(crate) fn count_polls<F: Future>(future: F) -> (F::Output, usize) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for polls in 1..1_000 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return (output, polls);
        }
    }
    panic!("the future is still pending after 1,000 polls");
}

/// Polls until the future is ready.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    count_polls(future).0
}

macro_rules! twins {
    ($($tokens:tt)*) => {
        mod plain {
            use super::*;
            $($tokens)*
        }
        #[checked_async]
        mod checked {
            use super::*;
            $($tokens)*
        }
    };
}

twins! {
    pub(super) async fn ready() -> u32 {
        1
    }
    pub(super) async fn once() -> u32 {
        pause().await;
        ready().await
    }
    pub(super) async fn several(n: u32) -> u32 {
        let mut sum = 0;
        for _ in 0..n {
            sum += once().await;
        }
        sum
    }
    pub(super) async fn both() -> (u32, u32) {
        tokio::join!(once(), several(2))
    }
    pub(super) fn by_hand() -> impl Future<Output = u32> {
        async { once().await }
    }
    pub(super) fn boxed() -> Pin<Box<dyn Future<Output = u32> + Send>> {
        Box::pin(async { once().await })
    }
}

#[test]
fn no_poll_is_added() {
    assert_eq!(count_polls(plain::ready()), count_polls(checked::ready()));
    assert_eq!(count_polls(plain::once()), count_polls(checked::once()));
    assert_eq!(count_polls(plain::several(5)), count_polls(checked::several(5)));
    assert_eq!(count_polls(plain::both()), count_polls(checked::both()));
    assert_eq!(count_polls(plain::by_hand()), count_polls(checked::by_hand()));
    assert_eq!(count_polls(plain::boxed()), count_polls(checked::boxed()));
    assert_eq!(count_polls(checked::ready()), (1, 1));
}
