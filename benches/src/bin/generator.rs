//! Runs one way of writing an async generator for many items: `generator CASE LEAF TIMES`.
//!
//! `instructions` runs this under callgrind. All cases yield as many numbers as is said; what differs is the library.
//! Each item is ready at once, or the body suspends once before it. It prints the size of what a call returns,
//! and how many bytes that allocates.

use futures_core::Stream;
use stats_alloc::StatsAlloc;
use std::alloc::System;
use std::future::poll_fn;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Returns `Pending` once.
fn suspend_once() -> impl Future<Output = ()> {
    let mut suspended = false;
    poll_fn(move |_| if std::mem::replace(&mut suspended, true) { Poll::Ready(()) } else { Poll::Pending })
}

mod ours {
    use super::{black_box, suspend_once};

    #[checked_async::generator]
    pub(super) async fn ready(times: u64) -> u64 {
        for n in 0..times {
            yield_!(black_box(n));
        }
    }

    #[checked_async::generator]
    pub(super) async fn ready_with_defer(times: u64) -> u64 {
        defer! { black_box(()); }
        for n in 0..times {
            yield_!(black_box(n));
        }
    }

    #[checked_async::generator]
    pub(super) async fn suspended_with_defer(times: u64) -> u64 {
        defer! { black_box(()); }
        for n in 0..times {
            suspend_once().await;
            yield_!(black_box(n));
        }
    }

    #[checked_async::generator]
    pub(super) async fn suspended(times: u64) -> u64 {
        for n in 0..times {
            suspend_once().await;
            yield_!(black_box(n));
        }
    }
}

mod of_async_gen {
    use super::{Stream, black_box, suspend_once};

    pub(super) fn ready(times: u64) -> impl Stream<Item = u64> {
        async_gen::r#gen! {
            for n in 0..times {
                yield black_box(n);
            }
        }
    }

    pub(super) fn suspended(times: u64) -> impl Stream<Item = u64> {
        async_gen::r#gen! {
            for n in 0..times {
                suspend_once().await;
                yield black_box(n);
            }
        }
    }
}

mod of_async_stream {
    use super::{Stream, black_box, suspend_once};

    pub(super) fn ready(times: u64) -> impl Stream<Item = u64> {
        async_stream::stream! {
            for n in 0..times {
                yield black_box(n);
            }
        }
    }

    pub(super) fn suspended(times: u64) -> impl Stream<Item = u64> {
        async_stream::stream! {
            for n in 0..times {
                suspend_once().await;
                yield black_box(n);
            }
        }
    }
}

mod of_genawaiter {
    use super::{Stream, black_box, suspend_once};
    use genawaiter::rc::Gen;

    pub(super) fn ready(times: u64) -> impl Stream<Item = u64> {
        Gen::new(move |co| async move {
            for n in 0..times {
                co.yield_(black_box(n)).await;
            }
        })
    }

    pub(super) fn suspended(times: u64) -> impl Stream<Item = u64> {
        Gen::new(move |co| async move {
            for n in 0..times {
                suspend_once().await;
                co.yield_(black_box(n)).await;
            }
        })
    }
}

/// No generator: a function from a state to the next item and state.
mod of_unfold {
    use super::{Stream, black_box, suspend_once};
    use futures::stream::unfold;

    pub(super) fn ready(times: u64) -> impl Stream<Item = u64> {
        unfold(0, move |n| async move { (n < times).then(|| (black_box(n), n + 1)) })
    }

    pub(super) fn suspended(times: u64) -> impl Stream<Item = u64> {
        unfold(0, move |n| async move {
            if n == times {
                return None;
            }
            suspend_once().await;
            Some((black_box(n), n + 1))
        })
    }
}

/// Counts what is allocated.
#[global_allocator]
static ALLOCATOR: StatsAlloc<System> = StatsAlloc::system();

/// Polls a stream to its end; returns its size, and what it allocates.
#[inline(never)]
fn run<S: Stream<Item = u64>>(make: impl Fn(u64) -> S, times: u64) -> (usize, usize) {
    let before = ALLOCATOR.stats().bytes_allocated;
    let mut stream = pin!(make(times));
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        // Where it is in memory, as a stream is that is not all in one function with its consumer.
        match black_box(stream.as_mut()).poll_next(&mut cx) {
            Poll::Ready(Some(n)) => drop(black_box(n)),
            Poll::Ready(None) => return (size_of::<S>(), ALLOCATOR.stats().bytes_allocated - before),
            Poll::Pending => {}
        }
    }
}

fn main() {
    let arguments = std::env::args().collect::<Vec<_>>();
    let [_, case, leaf, times] = &arguments[..] else {
        panic!("usage: generator CASE LEAF TIMES");
    };
    let times = times.parse().expect("TIMES is a number");
    let (size, allocated) = match (&**case, &**leaf) {
        ("empty", leaf) => {
            let suspends = leaf == "suspended";
            for n in 0..times {
                // What `run` does for each poll.
                black_box(&n);
                if suspends {
                    black_box(&n);
                }
                black_box(black_box(n));
            }
            (0, 0)
        }
        ("ours", "ready") => run(ours::ready, times),
        ("ours", "suspended") => run(ours::suspended, times),
        ("defer", "ready") => run(ours::ready_with_defer, times),
        ("defer", "suspended") => run(ours::suspended_with_defer, times),
        ("erased", "ready") => run(|times| ours::ready(times).erased(), times),
        ("erased", "suspended") => run(|times| ours::suspended(times).erased(), times),
        ("async_gen", "ready") => run(of_async_gen::ready, times),
        ("async_gen", "suspended") => run(of_async_gen::suspended, times),
        ("async_stream", "ready") => run(of_async_stream::ready, times),
        ("async_stream", "suspended") => run(of_async_stream::suspended, times),
        ("genawaiter", "ready") => run(of_genawaiter::ready, times),
        ("genawaiter", "suspended") => run(of_genawaiter::suspended, times),
        ("unfold", "ready") => run(of_unfold::ready, times),
        ("unfold", "suspended") => run(of_unfold::suspended, times),
        _ => panic!("CASE and LEAF are known"),
    };
    println!("{size} + {allocated}");
}
