//! Arms of `select!` whose futures borrow what they are made of.

#![deny(warnings)]

use checked_async::checked_async;
use std::pin::Pin;
use std::task::{Context, Poll};

async fn work() -> u32 {
    1
}

struct Logged<'a, F> {
    future: &'a mut Pin<Box<F>>,
}

impl<F: Future> Future for Logged<'_, F> {
    type Output = F::Output;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        println!("polled");
        self.future.as_mut().poll(cx)
    }
}

#[checked_async]
async fn race(first: bool) -> u32 {
    tokio::select! {
        n = Logged { future: &mut Box::pin(work()) } => n,
        n = if first { &mut Box::pin(work()) } else { &mut Box::pin(work()) } => n,
    }
}
