//! Syntax that only edition 2024 has: the user's tokens keep their edition.

use checked_async::checked_async;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[checked_async]
async fn chain(first: Option<u32>, second: Option<u32>) -> u32 {
    if let Some(a) = first
        && let Some(b) = second
        && a < b
    {
        return a + b;
    }
    let closure = || {
        if let Some(a) = first
            && a > 5
        {
            a
        } else {
            0
        }
    };
    closure()
}

#[checked_async]
async fn discards(first: Option<u32>) {
    let _ = if let Some(a) = first
        && a > 5
    {
        chain(first, None).await
    } else {
        1
    };
    tokio::join!(async {
        if let Some(a) = first
            && a > 5
        {
            chain(first, None).await;
        }
    });
}

/// Since edition 2024 a future is in the prelude, and `impl Trait` captures every lifetime.
#[checked_async]
fn captures(text: &str, _: &u32) -> impl Future<Output = usize> {
    async { text.len() }
}

fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for something"),
    }
}

#[test]
fn the_edition_is_kept() {
    assert_eq!(run(chain(Some(1), Some(2))), 3);
    assert_eq!(run(chain(Some(6), None)), 6);
    run(discards(Some(6)));
    assert_eq!(run(captures("abc", &1)), 3);
}
