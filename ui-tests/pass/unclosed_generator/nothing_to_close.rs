//! Generators without cleanup, and what is no generator, may be left as they are.

use checked_async::{checked_async, generator};
use futures::{Stream, StreamExt, stream};

#[generator]
async fn numbers() -> u32 {
    for n in 0.. {
        yield_!(n);
    }
}

/// Its `defer!` is that of an async block, which ends before an item is there.
#[generator]
async fn prepared() -> u32 {
    async {
        defer! { println!("prepared"); }
    }
    .await;
    loop {
        yield_!(1);
    }
}

#[checked_async]
async fn first() -> Option<u32> {
    let mut numbers = numbers();
    let mut prepared = prepared();
    while let Some(n) = numbers.next().await {
        if n > 5 {
            return prepared.next().await;
        }
    }
    None
}

#[checked_async]
async fn of_a_stream() -> Option<u32> {
    let mut numbers = stream::iter([1, 2, 3]);
    numbers.next().await
}

#[checked_async]
async fn of_an_iterator() -> Option<u32> {
    let mut numbers = Vec::from([1, 2, 3]).into_iter();
    futures::future::ready(()).await;
    numbers.next()
}

#[checked_async]
async fn of_any_stream<S: Stream<Item = u32> + Unpin>(make: impl Fn() -> S) -> Option<u32> {
    let mut numbers = make();
    while let Some(n) = numbers.next().await {
        if n > 5 {
            return Some(n);
        }
    }
    None
}
