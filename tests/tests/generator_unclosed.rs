//! A generator that is dropped while it has cleanup to do is reported, and no other is.
#![cfg(debug_assertions)]

use checked_async::{Kind, Violation, capture, checked_async, generator};
use checked_async_tests::by_hand::assert_silent;
use futures::FutureExt;
use futures::executor::block_on;
use futures::stream::StreamExt;

#[generator]
async fn cleans_up(log: &std::cell::Cell<u32>) -> u32 {
    yield_!(0);
    {
        defer! { log.set(log.get() + 1); }
        yield_!(1);
        yield_!(2);
    }
    yield_!(3);
}

#[generator]
async fn plain() -> u32 {
    for n in 0.. {
        yield_!(n);
    }
}

#[track_caller]
fn assert_unclosed(violations: &[Violation], line: u32) {
    let [violation] = violations else { panic!("{} reports", violations.len()) };
    assert_eq!(violation.kind, Kind::GeneratorUnclosed);
    assert_eq!(violation.message, "generator was dropped before its cleanup ran: `generator_unclosed::cleans_up`");
    let created = violation.created.as_ref().unwrap();
    assert_eq!((&*created.file, created.line), (file!(), line));
}

#[test]
fn dropped_with_cleanup_to_do() {
    let log = Default::default();
    let (line, violations) = capture(|| {
        let mut generator = cleans_up(&log);
        block_on(async {
            generator.next().await;
            generator.next().await;
        });
        line!() - 5
    });
    assert_unclosed(&violations, line);
    assert_eq!(log.get(), 0);
}

#[test]
fn dropped_in_a_combinator() {
    let log = Default::default();
    let ((), violations) = capture(|| {
        block_on(async {
            assert_eq!(cleans_up(&log).take(2).collect::<Vec<_>>().await, [0, 1]);
        });
    });
    assert_unclosed(&violations, line!() - 3);
}

#[test]
fn dropped_with_its_loop() {
    #[checked_async]
    async fn waits(log: &std::cell::Cell<u32>) {
        #[for_await]
        for n in cleans_up(log) {
            if n == 1 {
                std::future::pending::<()>().await;
            }
        }
    }
    let log = Default::default();
    let ((), violations) = capture(|| assert!(waits(&log).now_or_never().is_none()));
    assert_unclosed(&violations, line!() - 8);
}

#[test]
fn dropped_in_a_panic() {
    #[checked_async]
    async fn panics(log: &std::cell::Cell<u32>) {
        #[for_await]
        for n in cleans_up(log) {
            assert_ne!(n, 1, "on purpose");
        }
    }
    let log = Default::default();
    let (panicked, violations) =
        capture(|| std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| block_on(panics(&log)))));
    panicked.unwrap_err();
    assert_unclosed(&violations, line!() - 8);
    assert!(violations[0].notes.iter().any(|note| note == "dropped during a panic"));
}

#[test]
fn nothing_to_report() {
    let log = std::cell::Cell::default();
    let ((), violations) = capture(|| {
        drop(cleans_up(&log));
        block_on(async {
            assert_eq!(plain().take(3).collect::<Vec<_>>().await, [0, 1, 2]);
            assert_eq!(cleans_up(&log).take(1).collect::<Vec<_>>().await, [0]);
            assert_eq!(cleans_up(&log).take(4).collect::<Vec<_>>().await, [0, 1, 2, 3]);
            assert_eq!(cleans_up(&log).collect::<Vec<_>>().await, [0, 1, 2, 3]);
            let mut closed = cleans_up(&log);
            closed.next().await;
            closed.next().await;
            closed.aclose().await;
            let erased = plain().erased();
            drop(erased);
        });
    });
    assert_silent(&violations);
    assert_eq!(log.get(), 3);
}
