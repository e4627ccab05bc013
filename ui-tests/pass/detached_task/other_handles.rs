//! Handles that give whether their task ended, and that are let go by a method of their own.

#![deny(warnings)]

use checked_async::checked_async;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::task::{JoinError, JoinHandle};

/// Aborts its task when it is dropped, unless it is detached.
struct AbortOnDrop<T>(Option<JoinHandle<T>>);

impl<T> AbortOnDrop<T> {
    fn new(handle: JoinHandle<T>) -> Self {
        Self(Some(handle))
    }

    fn detach(mut self) {
        self.0 = None;
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        if let Some(handle) = &self.0 {
            handle.abort();
        }
    }
}

impl<T> Future for AbortOnDrop<T> {
    type Output = Result<T, JoinError>;
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let output = ready!(Pin::new(self.0.as_mut().expect("it was not detached")).poll(cx));
        Poll::Ready(output)
    }
}

async fn greet(name: &str) {
    println!("hello, {name}");
}

#[checked_async]
async fn start(name: &'static str) {
    let handle = AbortOnDrop::new(tokio::spawn(greet(name)));
    println!("started");
    handle.detach();
    AbortOnDrop::new(tokio::spawn(greet("again"))).detach();
}
