//! A dependency that nobody knows, which drops futures rightly.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Polls the first future once, and drops both.
pub fn race<A: Future, B: Future>(first: A, second: B) -> Option<A::Output> {
    let mut first = Box::pin(first);
    let polled = first.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    give_up(second);
    match polled {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn give_up<B>(second: B) {
    let _second = second;
}

/// Forgets about futures that are boxed.
pub fn clear(futures: &mut Vec<Pin<Box<dyn Future<Output = u32>>>>) {
    futures.clear();
}
