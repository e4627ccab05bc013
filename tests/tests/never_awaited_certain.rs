//! A future that is bound and only ever awaited, in some branches, panics in the branch that forgot it.
#![cfg(debug_assertions)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Waker};

use checked_async::{Kind, Level, capture, capture_future};
use checked_async_tests::by_hand::{assert_silent, kinds, stacks_have_places};
use checked_async_tests::{bound, checked};
use tokio::task::yield_now;

checked! { async fn leaf(n: u32) -> u32 { n } }

checked! {
    async fn sometimes(condition: bool) {
        let job = bound!(leaf(1));
        if condition {
            job.await;
        }
    }
}

checked! {
    async fn after_a_pause(condition: bool) {
        let job = bound!(leaf({ yield_now().await; 1 }));
        yield_now().await;
        if condition {
            job.await;
        }
    }
}

checked! { async fn outer() { sometimes(false).await; } }

fn panic_of(future: impl Future) -> Option<String> {
    let run = AssertUnwindSafe(|| {
        futures::executor::block_on(future);
    });
    Some(*catch_unwind(run).err()?.downcast::<String>().unwrap())
}

#[test]
fn the_forgetful_branch_panics() {
    assert_eq!(panic_of(sometimes(true)), None);
    let panic = panic_of(outer()).unwrap();
    assert!(panic.starts_with("error: future was never awaited: `never_awaited_certain::leaf`\n  --> "), "{panic}");
    let at = if stacks_have_places() { " at " } else { "\n" };
    assert!(panic.contains(&format!("note: dropped in `never_awaited_certain::sometimes`{at}")), "{panic}");
    assert!(panic.contains("awaited from: `never_awaited_certain::sometimes` ("), "{panic}");
}

#[test]
fn it_is_captured_too() {
    let (result, violations) = capture(|| panic_of(sometimes(false)));
    assert!(result.is_some());
    assert_eq!(kinds(&violations), [Kind::NeverAwaited]);
    assert_eq!(violations[0].level, Level::Panic);
}

#[test]
fn through_suspensions() {
    assert_eq!(panic_of(after_a_pause(true)), None);
    assert!(panic_of(after_a_pause(false)).is_some());
}

#[test]
fn under_tokio_on_another_thread() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let error = runtime.block_on(async { tokio::spawn(after_a_pause(false)).await }).unwrap_err();
    assert!(error.is_panic());
}

#[test]
fn a_cancelled_creator_is_silent() {
    let ((), violations) = capture(|| {
        for turns in 0..2 {
            let mut job = Box::pin(after_a_pause(false));
            for _ in 0..turns {
                assert!(job.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            }
            checked_async::discard(job);
        }
        let mut job = Box::pin(after_a_pause(false));
        assert!(job.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        assert!(job.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(job);
    });
    assert_silent(&violations);
}

#[test]
fn a_panicking_creator_is_silent() {
    checked! {
        async fn panics() {
            let job = bound!(leaf(1));
            if true {
                panic!("on purpose");
            }
            job.await;
        }
    }
    let (result, violations) = capture(|| catch_unwind(|| futures::executor::block_on(panics())));
    assert_eq!(*result.unwrap_err().downcast::<&str>().unwrap(), "on purpose");
    assert_silent(&violations);
}

#[test]
fn what_a_plain_block_holds_may_be_cancelled() {
    // The generated code does not say so within nested blocks; if it did, this must still be no panic.
    checked! {
        async fn races() {
            tokio::select! {
                biased;
                () = async {
                    let job = bound!(leaf(1));
                    std::future::pending::<()>().await;
                    job.await;
                } => {}
                () = std::future::ready(()) => {}
            }
        }
    }
    assert_silent(&futures::executor::block_on(capture_future(races())).1);
}

#[test]
fn only_the_announced_call_is_certain() {
    checked! {
        async fn wraps(inner: std::pin::Pin<Box<dyn Future<Output = u32>>>) -> u32 {
            drop(inner);
            1
        }
    }
    checked! {
        async fn binds() {
            let job = bound!(wraps(Box::pin(leaf(1))));
            job.await;
            drop(leaf(2));
        }
    }
    // Both are forgotten, and logged.
    let ((), violations) = futures::executor::block_on(capture_future(binds()));
    assert_eq!(kinds(&violations), [Kind::NeverAwaited; 2]);
    assert!(violations.iter().all(|violation| violation.level == Level::Log));
}
