//! Polling a checked future again after it is ready panics with our words; hand-written futures decide for themselves.
#![cfg(debug_assertions)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use checked_async::private::{Site, future};
use checked_async::{Kind, Level, capture};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::checked;

checked! { async fn leaf(n: u32) -> u32 { n } }

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_second_poll_panics() {
    let created = line!() + 1;
    let mut job = Box::pin(leaf(1));
    assert_eq!(poll(job.as_mut()), Poll::Ready(1));
    let (result, violations) = capture(|| catch_unwind(AssertUnwindSafe(|| poll(job.as_mut()))));
    let panic = *result.unwrap_err().downcast::<String>().unwrap();
    assert!(
        panic.starts_with("error: future was polled after completion: `polled_after_completion::leaf`\n"),
        "{panic}"
    );
    assert_eq!(kinds(&violations), [Kind::PolledAfterCompletion]);
    assert_eq!(violations[0].level, Level::Panic);
    assert_eq!(violations[0].created.as_ref().unwrap().line, created);
    assert_eq!(violations[0].culprit.as_ref().unwrap().function, "polled_after_completion::poll");
    drop(job);
}

#[test]
fn a_hand_written_future_may_allow_it() {
    #[track_caller]
    fn always() -> impl Future<Output = u32> {
        const SITE: Site =
            Site { file: file!(), line: line!(), column: column!(), name: Some("always"), slow_after: None };
        future(&SITE, std::future::poll_fn(|_| Poll::Ready(1)))
    }
    let mut always = Box::pin(always());
    let ((), violations) = capture(|| {
        assert_eq!(poll(always.as_mut()), Poll::Ready(1));
        assert_eq!(poll(always.as_mut()), Poll::Ready(1));
    });
    assert_silent(&violations);
}
