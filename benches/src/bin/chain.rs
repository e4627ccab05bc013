//! Runs one way of writing a 3-deep chain of awaited calls many times over: `chain CASE LEAF TIMES`.
//!
//! `instructions` runs this under callgrind. All cases are the same three functions; what differs is the attribute on
//! them. The leaf is ready at once, or suspends once before it is.

use std::future::poll_fn;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The three functions with each attribute, once for each leaf.
macro_rules! cases {
    ($($case:ident: $(#[$attribute:meta])?;)*) => {
        $(
            mod $case {
                pub(super) mod ready {
                    use std::hint::black_box;

                    $(#[$attribute])?
                    async fn leaf(n: u64) -> u64 {
                        black_box(n) + 1
                    }
                    $(#[$attribute])?
                    async fn middle(n: u64) -> u64 {
                        leaf(n).await + 1
                    }
                    $(#[$attribute])?
                    pub(crate) async fn outer(n: u64) -> u64 {
                        middle(n).await + 1
                    }
                }

                pub(super) mod suspended {
                    use std::hint::black_box;

                    $(#[$attribute])?
                    async fn leaf(n: u64) -> u64 {
                        crate::suspend_once().await;
                        black_box(n) + 1
                    }
                    $(#[$attribute])?
                    async fn middle(n: u64) -> u64 {
                        leaf(n).await + 1
                    }
                    $(#[$attribute])?
                    pub(crate) async fn outer(n: u64) -> u64 {
                        middle(n).await + 1
                    }
                }
            }
        )*

        fn run(case: &str, leaf: &str, times: u64) -> Option<usize> {
            match (case, leaf) {
                ("empty", _) => {
                    for n in 0..times {
                        black_box(black_box(n));
                    }
                    Some(0)
                }
                $(
                    (stringify!($case), "ready") => Some(repeat($case::ready::outer, times)),
                    (stringify!($case), "suspended") => Some(repeat($case::suspended::outer, times)),
                )*
                ("await_tree", "ready") => Some(in_await_tree(await_tree::ready::outer, times)),
                ("await_tree", "suspended") => Some(in_await_tree(await_tree::suspended::outer, times)),
                _ => None,
            }
        }
    };
}

cases! {
    plain: ;
    checked: #[checked_async::checked_async];
    tracing: #[tracing::instrument];
    async_backtrace: #[async_backtrace::framed];
}

mod await_tree {
    //! The same with await-tree, which has no attribute by default but a method.
    use await_tree::InstrumentAwait as _;

    pub(super) mod ready {
        use super::*;
        use std::hint::black_box;

        async fn leaf(n: u64) -> u64 {
            black_box(n) + 1
        }
        async fn middle(n: u64) -> u64 {
            leaf(n).instrument_await("leaf").await + 1
        }
        pub(crate) async fn outer(n: u64) -> u64 {
            middle(n).instrument_await("middle").await + 1
        }
    }

    pub(super) mod suspended {
        use super::*;
        use std::hint::black_box;

        async fn leaf(n: u64) -> u64 {
            crate::suspend_once().await;
            black_box(n) + 1
        }
        async fn middle(n: u64) -> u64 {
            leaf(n).instrument_await("leaf").await + 1
        }
        pub(crate) async fn outer(n: u64) -> u64 {
            middle(n).instrument_await("middle").await + 1
        }
    }
}

/// Returns `Pending` once.
fn suspend_once() -> impl Future<Output = ()> {
    let mut suspended = false;
    poll_fn(move |_| if std::mem::replace(&mut suspended, true) { Poll::Ready(()) } else { Poll::Pending })
}

/// Polls a future until it is ready.
#[inline(always)]
fn drive<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut cx = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

/// Awaits `outer` many times; returns the size of its future.
#[inline(never)]
fn repeat<F: Future<Output = u64>>(outer: impl Fn(u64) -> F, times: u64) -> usize {
    drive(async move {
        for n in 0..times {
            black_box(outer(black_box(n)).await);
        }
    });
    size_of::<F>()
}

/// The same inside of a tree, without which await-tree does nothing.
#[inline(never)]
fn in_await_tree<F: Future<Output = u64>>(outer: impl Fn(u64) -> F, times: u64) -> usize {
    use ::await_tree::{Config, InstrumentAwait as _, Registry};

    let registry = Registry::new(Config::default());
    let root = registry.register("root", "root");
    drive(root.instrument(async move {
        for n in 0..times {
            black_box(outer(black_box(n)).instrument_await("outer").await);
        }
    }));
    size_of::<F>()
}

fn main() {
    let arguments = std::env::args().collect::<Vec<_>>();
    let [_, case, leaf, times] = &arguments[..] else {
        panic!("usage: chain CASE LEAF TIMES");
    };
    let times = times.parse().expect("TIMES is a number");
    let size = run(case, leaf, times).expect("CASE and LEAF are known");
    println!("{size}");
}
