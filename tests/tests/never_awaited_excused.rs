//! What the program or the generated code says may be dropped unpolled is not reported.
#![cfg(debug_assertions)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::{Context, Waker};

use checked_async::private::{handed, handing_over};
use checked_async::{Kind, capture, capture_future, discard};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::{checked, handed};

checked! { async fn leaf(n: u32) -> u32 { n } }

fn exits_early() {
    panic!("early exit");
}

#[test]
fn discarded() {
    assert_silent(&capture(|| discard(leaf(1))).1);
    assert_silent(&capture(|| discard(vec![Some(Box::new(leaf(1)))])).1);
    // And only that.
    assert_eq!(kinds(&capture(|| (discard(leaf(1)), drop(leaf(2)))).1), [Kind::NeverAwaited]);
}

#[test]
fn made_for_the_type_only() {
    fn is_send(_: impl Send) {}
    fn assert_send_sync<T: Send + Sync>(_: &T) {}
    fn sends(_: impl Send) {}
    assert_silent(&capture(|| is_send(leaf(1))).1);
    // Only where such a function has the future.
    let lent = capture(|| {
        let future = leaf(1);
        assert_send_sync(&future);
    });
    assert_eq!(kinds(&lent.1), [Kind::NeverAwaited]);
    assert_eq!(kinds(&capture(|| sends(leaf(1))).1), [Kind::NeverAwaited]);
}

#[test]
fn discarding_what_panics_ends_with_it() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("boom");
        }
    }
    catch_unwind(|| discard(Bomb)).unwrap_err();
    assert_eq!(kinds(&capture(|| drop(leaf(2))).1), [Kind::NeverAwaited]);
}

#[test]
fn handed_over() {
    checked! {
        async fn hands() {
            drop(handed!(leaf(1)));
            drop(handed!([leaf(1), handed!(leaf(2)), leaf(3)]));
        }
    }
    assert_silent(&futures::executor::block_on(capture_future(hands())).1);
    // Outside of a frame too.
    assert_silent(&capture(|| drop(handed!(leaf(1)))).1);
}

#[test]
fn handing_over_ends() {
    checked! {
        async fn hands() {
            drop(handed!(leaf(1)));
            drop(leaf(2));
        }
    }
    assert_eq!(kinds(&futures::executor::block_on(capture_future(hands())).1), [Kind::NeverAwaited]);

    let ((), violations) = capture(|| {
        catch_unwind(|| handed!(exits_early())).unwrap_or(());
        drop(leaf(2));
    });
    assert_eq!(kinds(&violations), [Kind::NeverAwaited]);
}

#[test]
fn handing_over_lasts_through_a_suspension() {
    checked! {
        async fn hands() {
            drop(handed!({
                tokio::task::yield_now().await;
                leaf(1)
            }));
            drop(leaf(2));
        }
    }
    let mut hands = Box::pin(hands());
    let mut cx = Context::from_waker(Waker::noop());
    assert!(hands.as_mut().poll(&mut cx).is_pending());
    // What others do meanwhile is theirs.
    assert_eq!(kinds(&capture(|| drop(leaf(3))).1), [Kind::NeverAwaited]);
    // On another thread, as a task may find itself.
    let violations = std::thread::spawn(move || {
        capture(|| assert!(hands.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready())).1
    });
    assert_eq!(kinds(&violations.join().unwrap()), [Kind::NeverAwaited]);
}

#[test]
fn a_token_means_nothing_elsewhere() {
    let token = handing_over();
    checked! {
        async fn ends(token: checked_async::private::HandOver) {
            handed(token, ());
            drop(leaf(2));
        }
    }
    assert_eq!(kinds(&futures::executor::block_on(capture_future(ends(token))).1), [Kind::NeverAwaited]);
}

#[test]
fn unwinding() {
    checked! {
        async fn panics() {
            let later = leaf(1);
            if true {
                panic!("on purpose");
            }
            later.await;
        }
    }
    let (result, violations) = capture(|| catch_unwind(AssertUnwindSafe(|| futures::executor::block_on(panics()))));
    result.unwrap_err();
    assert_silent(&violations);
    assert_eq!(kinds(&capture(|| drop(leaf(2))).1), [Kind::NeverAwaited]);
}

#[test]
fn a_checked_future_cancelled() {
    checked! {
        async fn holds() {
            let later = leaf(1);
            std::future::pending::<()>().await;
            later.await;
        }
    }
    let ((), violations) = capture(|| {
        let mut holds = Box::pin(holds());
        assert!(holds.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(holds);
    });
    assert_silent(&violations);
    assert_eq!(kinds(&capture(|| drop(leaf(2))).1), [Kind::NeverAwaited]);
}
