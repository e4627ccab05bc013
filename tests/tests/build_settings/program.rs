//! Says what is reported of code that is right, and of code that is not.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use checked_async::private::{bound, expect_awaited};
use checked_async::{Level, capture, checked_async};

#[checked_async]
async fn leaf(n: u32) -> u32 {
    n
}

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

/// Prints what is reported meanwhile, or that there was a panic.
fn case(name: &str, run: impl FnOnce()) {
    let (result, violations) = capture(|| catch_unwind(AssertUnwindSafe(run)));
    let said = match (&result, &violations[..]) {
        (Ok(()), []) => "nothing",
        (Err(_), [violation]) if violation.level == Level::Panic => "panic",
        (Ok(()), [violation]) if violation.level == Level::Log => "log",
        _ => "else",
    };
    println!("{name}: {said}");
}

#[checked_async]
async fn sometimes(ready: bool) -> u32 {
    let job = leaf(1);
    if ready { job.await } else { 0 }
}

/// As the attribute announces a call whose future is only ever awaited. Write it without a space.
macro_rules! announced {
    ($call:expr) => {
        bound(expect_awaited(line!(), column!() + 11), $call)
    };
}

/// Polls a block that is pending, and cancels it.
async fn cancel(block: impl Future<Output = ()>) {
    let mut block = Box::pin(block);
    assert!(block.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(block);
}

#[checked_async]
async fn cancels() {
    let block = async {
        let job = leaf(1);
        std::future::pending::<()>().await;
        job.await;
    };
    cancel(block).await;
}

#[checked_async]
async fn cancels_announced() {
    let block = async {
        // The attribute does not say so within a block: this one may be dropped on its own.
        let job = announced!(leaf(1));
        std::future::pending::<()>().await;
        job.await;
    };
    cancel(block).await;
}

fn boxed() -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(leaf(1))
}

#[checked_async]
async fn polls_again() {
    let mut job = pin!(leaf(1));
    job.as_mut().await;
    job.as_mut().await;
}

/// Prints who is said to have polled a future after its end, if anybody.
fn poller() {
    let (result, violations) = capture(|| catch_unwind(AssertUnwindSafe(|| run(polls_again()))));
    assert!(result.is_err());
    let culprit = violations[0].culprit.as_ref().map_or("nobody", |culprit| &culprit.function);
    println!("wrong: polled again by {culprit}");
}

fn main() {
    std::panic::set_hook(Box::new(|_| {}));
    case("right: awaited", || drop(run(sometimes(true))));
    case("right: cancelled", || run(cancels()));
    case("announced: cancelled", || run(cancels_announced()));
    case("right: raced", || drop(race_it::race(leaf(1), leaf(2))));
    case("right: cleared", || race_it::clear(&mut vec![boxed()]));
    case("wrong: dropped", || drop(leaf(1)));
    case("wrong: dropped in a box", || drop(boxed()));
    case("wrong: forgotten", || drop(run(sometimes(false))));
    poller();
}
