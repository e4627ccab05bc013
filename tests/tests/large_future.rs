//! A future of 16 KiB or more is reported once for each place that makes it; small ones and boxed ones are not.
#![cfg(debug_assertions)]

use std::hint::black_box;
use std::pin::Pin;
use std::process::{Command, Stdio};

use checked_async::{Kind, Level, Violation, capture, checked_async};
use checked_async_tests::by_hand::assert_silent;
use futures::executor::block_on;

async fn rest() {}

#[checked_async]
async fn keeps<const N: usize>() -> u8 {
    let bytes = [1_u8; N];
    rest().await;
    black_box(&bytes)[N - 1]
}

#[track_caller]
fn assert_large(violations: &[Violation], size: usize, line: u32) {
    let [violation] = violations else { panic!("not one report: {violations:#?}") };
    assert_eq!((violation.kind, violation.level), (Kind::LargeFuture, Level::Log));
    assert_eq!(violation.function.as_deref(), Some("large_future::keeps<20000>"));
    assert_eq!(violation.created.as_ref().unwrap().line, line);
    assert_eq!(violation.message, format!("future is {size} bytes large: `large_future::keeps<20000>`"));
}

#[test]
fn a_large_one_is_reported_where_it_is_made() {
    let (size, violations) = capture(|| {
        let future = keeps::<20_000>();
        let size = size_of_val(&future);
        assert_eq!(block_on(future), 1);
        size
    });
    assert_large(&violations, size, line!() - 5);
}

#[test]
fn from_16_kib_on() {
    let ((), violations) = capture(|| {
        assert_eq!(block_on(keeps::<16_000>()), 1);
        assert_eq!(block_on(keeps::<100>()), 1);
    });
    assert_silent(&violations);
    let ((), violations) = capture(|| assert_eq!(block_on(keeps::<16_384>()), 1));
    assert_eq!(violations.len(), 1);
}

#[test]
fn a_boxed_one_is_not_reported() {
    #[checked_async]
    async fn awaits() -> u8 {
        let first = Box::pin(keeps::<20_000>()).await;
        let second: Pin<Box<dyn Future<Output = u8>>> = Box::pin(keeps::<20_000>());
        first + second.await + boxed().await
    }
    #[checked_async]
    fn boxed() -> Pin<Box<dyn Future<Output = u8>>> {
        Box::pin(async {
            let bytes = [1_u8; 20_000];
            rest().await;
            black_box(&bytes)[9]
        })
    }
    let (sum, violations) = capture(|| block_on(awaits()));
    assert_eq!(sum, 3);
    assert_silent(&violations);
    // What is made beside it is.
    #[checked_async]
    async fn beside() -> u8 {
        Box::pin(keeps::<20_000>()).await + keeps::<20_000>().await
    }
    let (_, violations) = capture(|| block_on(Box::pin(beside())));
    assert_eq!(violations.len(), 2, "`beside` and what it awaits: {violations:#?}");
}

#[test]
#[ignore = "run as a child"]
fn child() {
    for _ in 0..5 {
        block_on(keeps::<20_000>());
    }
    block_on(keeps::<30_000>());
    block_on(keeps::<2_000>());
}

fn run_child(setting: &str) -> usize {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("CHECKED_ASYNC", setting)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    stderr.matches("warning: future is ").count()
}

#[test]
fn once_for_each_place_as_the_environment_says() {
    assert_eq!(run_child("1"), 2);
    assert_eq!(run_child("large_from=2000"), 3);
    assert_eq!(run_child("large_from=25KiB"), 1);
    assert_eq!(run_child("large_future=off"), 0);
}
