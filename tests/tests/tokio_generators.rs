//! A supervised task of tokio's that adopts closes the generators that it drops, in every build; one that does not, reports
//! them.

use std::sync::mpsc::{Sender, channel};

use checked_async::tokio::spawn;
use checked_async::{Kind, adopting, capture, generator};
use checked_async_tests::by_hand::{assert_silent, kinds};
use tokio::runtime::Builder;
use tokio::task::yield_now;

#[generator]
async fn rows(log: Sender<&'static str>) -> u32 {
    defer! {
        yield_now().await;
        log.send("closed").unwrap();
    }
    yield_!(1);
    yield_!(2);
}

async fn first(log: Sender<&'static str>) -> Option<u32> {
    rows(log).next().await
}

#[test]
fn a_task_that_adopts_closes_what_it_drops() {
    let (log, events) = channel();
    let ((), violations) = capture(|| {
        Builder::new_current_thread().build().unwrap().block_on(async {
            assert_eq!(spawn(adopting(first(log))).named("reader").await.unwrap(), Some(1));
        });
    });
    assert_silent(&violations.into_iter().filter(|found| found.kind != Kind::GeneratorUnclosed).collect::<Vec<_>>());
    assert_eq!(events.try_iter().collect::<Vec<_>>(), ["closed"]);
}

#[test]
fn one_that_does_not_loses_it_and_says_so() {
    let (log, events) = channel();
    let ((), violations) = capture(|| {
        Builder::new_current_thread().build().unwrap().block_on(async {
            assert_eq!(spawn(first(log)).await.unwrap(), Some(1));
        });
    });
    let expected: &[Kind] = if cfg!(debug_assertions) { &[Kind::GeneratorUnclosed] } else { &[] };
    assert_eq!(kinds(&violations), expected);
    assert_eq!(events.try_iter().collect::<Vec<_>>(), [""; 0]);
}
