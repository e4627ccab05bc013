//! A future that is forgotten is reported, whatever executor runs the forgetful function.
#![cfg(debug_assertions)]

use checked_async::{Kind, Level, Violation, capture, capture_future};
use checked_async_tests::by_hand::{kinds, stacks_have_places};
use checked_async_tests::checked;

checked! { async fn leaf(n: u32) -> u32 { n } }

checked! {
    async fn forgets() {
        let job = leaf(1); drop(job);
    }
}
/// Where the body of `forgets` is, and the call of it.
const BODY: u32 = line!() - 4;
const CALL: u32 = line!() + 2;

checked! { async fn outer() { forgets().await; } }

async fn unchecked() {
    let _job = leaf(2);
}

struct Holder<T>(T);

#[track_caller]
fn assert_reported(violations: &[Violation]) {
    assert_eq!(kinds(violations), [Kind::NeverAwaited]);
    assert_eq!(violations[0].level, Level::Log);
    assert_eq!(violations[0].function.as_deref(), Some("never_awaited_reported::leaf"));
}

#[test]
fn the_report_says_who_what_and_where() {
    let ((), violations) = futures::executor::block_on(capture_future(outer()));
    assert_reported(&violations);
    let violation = &violations[0];

    assert_eq!(violation.message, "future was never awaited: `never_awaited_reported::leaf`");
    let created = violation.created.as_ref().unwrap();
    assert!(created.file.ends_with("never_awaited_reported.rs"));
    assert_eq!((created.line, created.column), (BODY, 19));

    let culprit = violation.culprit.as_ref().unwrap();
    assert_eq!(culprit.function, "never_awaited_reported::forgets");
    assert_eq!(culprit.place.is_some(), stacks_have_places());
    if let Some(dropped) = &culprit.place {
        assert!(dropped.file.ends_with("never_awaited_reported.rs"));
        assert_eq!((dropped.line, dropped.column), (BODY, 28));
    }

    let names = violation.backtrace.iter().map(|frame| frame.function.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["never_awaited_reported::forgets", "never_awaited_reported::outer"]);
    assert_eq!(violation.backtrace[0].called.as_ref().unwrap().line, CALL);
}

#[test]
fn under_every_executor() {
    let tokio = tokio::runtime::Builder::new_current_thread().build().unwrap();
    assert_reported(&tokio.block_on(capture_future(outer())).1);
    assert_reported(&tokio.block_on(capture_future(unchecked())).1);
    assert_reported(&tokio.block_on(async { tokio::spawn(capture_future(outer())).await.unwrap() }).1);

    let tokio = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    assert_reported(&tokio.block_on(async { tokio::spawn(capture_future(outer())).await.unwrap() }).1);

    assert_reported(&smol::block_on(capture_future(outer())).1);
    assert_reported(&smol::block_on(smol::spawn(capture_future(unchecked()))).1);
    assert_reported(&futures::executor::block_on(capture_future(unchecked())).1);
    assert_reported(&futures_lite::future::block_on(capture_future(outer())).1);

    let local = async_executor::LocalExecutor::new();
    assert_reported(&futures_lite::future::block_on(local.run(local.spawn(capture_future(unchecked())))).1);
}

#[test]
fn in_whatever_it_is_kept() {
    fn boxed() -> std::pin::Pin<Box<dyn Future<Output = u32>>> {
        Box::pin(leaf(1))
    }
    assert_reported(&capture(|| drop(leaf(1))).1);
    assert_reported(&capture(|| drop(boxed())).1);
    assert_reported(&capture(|| drop(vec![leaf(1)])).1);
    assert_reported(&capture(|| drop(Some(leaf(1)))).1);
    assert_reported(&capture(|| drop(std::rc::Rc::new(leaf(1)))).1);
    assert_reported(&capture(|| drop(Holder(Box::new(leaf(1))))).1);
    assert_reported(&capture(|| drop(std::collections::HashMap::from([(1, leaf(1))]))).1);
    assert_reported(&capture(|| [1, 2].map(|n| (n == 2).then(|| leaf(n)))[1].take().is_some()).1);
}

#[test]
fn without_a_frame_there_is_no_backtrace() {
    let ((), violations) = capture(|| drop(leaf(1)));
    assert_eq!(violations[0].backtrace, []);
    assert_eq!(
        violations[0].culprit.as_ref().unwrap().function,
        "never_awaited_reported::without_a_frame_there_is_no_backtrace"
    );
}

#[test]
fn only_the_outer_of_two_is_reported() {
    checked! { async fn wraps(inner: std::pin::Pin<Box<dyn Future<Output = u32>>>) -> u32 { inner.await } }

    let ((), violations) = capture(|| drop(wraps(Box::pin(leaf(1)))));
    assert_eq!(kinds(&violations), [Kind::NeverAwaited]);
    assert!(violations[0].message.ends_with("::wraps`"), "{}", violations[0]);
}

#[test]
fn from_another_thread() {
    let job = leaf(1);
    let violations = std::thread::spawn(|| capture(|| drop(job)).1).join().unwrap();
    assert_reported(&violations);
}
