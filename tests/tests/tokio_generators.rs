//! A supervised task of tokio's closes the generators that it drops, in every build; one of plain tokio does if it adopts, and
//! else reports them.

use std::sync::mpsc::{Sender, channel};

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
fn a_supervised_task_closes_what_it_drops() {
    let (log, events) = channel();
    let ((), violations) = capture(|| {
        Builder::new_current_thread().build().unwrap().block_on(async {
            assert_eq!(checked_async::tokio::spawn(first(log)).named("reader").await.unwrap(), Some(1));
        });
    });
    assert_silent(&violations.into_iter().filter(|found| found.kind != Kind::GeneratorUnclosed).collect::<Vec<_>>());
    assert_eq!(events.try_iter().collect::<Vec<_>>(), ["closed"]);
}

#[test]
fn so_does_one_that_adopts() {
    for is_supervised in [true, false] {
        let (log, events) = channel();
        let ((), violations) = capture(|| {
            Builder::new_current_thread().build().unwrap().block_on(async {
                let first = adopting(first(log));
                let taken = match is_supervised {
                    true => checked_async::tokio::spawn(first).await,
                    false => tokio::spawn(first).await,
                };
                assert_eq!(taken.unwrap(), Some(1));
            });
        });
        let others = violations.into_iter().filter(|found| found.kind != Kind::GeneratorUnclosed);
        assert_silent(&others.collect::<Vec<_>>());
        assert_eq!(events.try_iter().collect::<Vec<_>>(), ["closed"]);
    }
}

#[test]
fn another_loses_it_and_says_so() {
    let (log, events) = channel();
    let ((), violations) = capture(|| {
        Builder::new_current_thread().build().unwrap().block_on(async {
            assert_eq!(tokio::spawn(first(log)).await.unwrap(), Some(1));
        });
    });
    let expected: &[Kind] = if cfg!(debug_assertions) { &[Kind::GeneratorUnclosed] } else { &[] };
    assert_eq!(kinds(&violations), expected);
    assert_eq!(events.try_iter().collect::<Vec<_>>(), [""; 0]);
}
