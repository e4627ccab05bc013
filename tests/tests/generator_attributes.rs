//! Attributes on the syntax of cleanup, and on what is rewritten for its sake, mean what they mean elsewhere.

use checked_async::{capture, checked_async, generator};
use checked_async_tests::log::SharedLog as Log;
use futures::StreamExt as _;
use futures::executor::block_on;
use futures::stream;

async fn pause() {
    futures_lite::future::yield_now().await;
}

#[generator]
async fn conditional(log: Log) -> u32 {
    #[cfg(any())]
    defer! { nothing_of_the_kind().await; }
    #[cfg(not(any()))]
    defer! {
        pause().await;
        log.note("closed");
    }
    #[cfg(any())]
    yield_!(nothing_of_the_kind);
    #[cfg(not(any()))]
    yield_!(1);
    #[cfg(any())]
    nothing_of_the_kind().await;
    #[cfg(any())]
    #[for_await]
    for item in nothing_of_the_kind() {
        yield_!(item);
    }
    #[cfg(not(any()))]
    #[for_await]
    for item in stream::iter([2, 3]) {
        yield_!(item);
    }
    for item in [4, 5] {
        #[cfg(any())]
        continue;
        yield_!(item);
        #[cfg(not(any()))]
        if item == 4 {
            break;
        }
    }
    let items = [
        yield_!(5),
        #[cfg(any())]
        nothing_of_the_kind().await,
    ];
    assert_eq!(items.len(), 1);
    #[cfg(any())]
    return;
    #[cfg(not(any()))]
    yield_!(6)
}

#[test]
fn what_is_configured_out_is_not_there() {
    let log = Log::default();
    assert_eq!(block_on(conditional(log.clone()).collect::<Vec<_>>()), [1, 2, 3, 4, 5, 6]);
    log.assert(&["closed"]);
}

#[test]
fn in_a_function_and_its_exits() {
    #[checked_async]
    async fn function(log: Log, n: Option<u32>) -> Option<u32> {
        defer! { log.note("left"); }
        #[cfg(any())]
        defer! { log.note("never"); }
        #[cfg(any())]
        None?;
        #[cfg(any())]
        return None;
        #[allow(unused_braces, reason = "attributes that say something else are kept, too")]
        defer! { { log.note("and left") } }
        #[cfg(not(any()))]
        n?;
        Some(1)
    }
    let log = Log::default();
    assert_eq!(block_on(function(log.clone(), Some(2))), Some(1));
    assert_eq!(block_on(function(log.clone(), None)), None);
    log.assert(&["and left", "left", "and left", "left"]);
}

/// It is not in force, so there is nothing to say of a generator that is dropped.
#[test]
fn a_cleanup_that_is_configured_out_is_not_missed() {
    #[generator(allow(unclosed_generator))]
    async fn numbers() -> u32 {
        #[cfg(any())]
        defer! { nothing_of_the_kind().await; }
        yield_!(1);
        yield_!(2);
    }
    let (first, reports) = capture(|| block_on(numbers().next()));
    assert_eq!((first, reports.len()), (Some(1), 0));
}
