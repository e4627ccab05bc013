//! Levels and the exception handler, which are the whole program's: one test, so that nothing runs beside it.
#![cfg(debug_assertions)]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use checked_async::{Kind, Level, capture, level, reported, reset_exception_handler, set_exception_handler, set_level};
use checked_async_tests::by_hand::kinds;
use checked_async_tests::{bound, checked};

checked! { async fn leaf(n: u32) -> u32 { n } }

checked! {
    async fn certain() {
        let job = bound!(leaf(1));
        if false {
            job.await;
        }
    }
}

fn run(future: impl Future) -> bool {
    catch_unwind(AssertUnwindSafe(|| {
        futures::executor::block_on(future);
    }))
    .is_ok()
}

#[test]
fn levels_and_handler() {
    levels_apply_to_all_of_a_kind();
    handler_sees_what_happens_on_any_thread();
    handler_that_forgets_a_future_does_not_recurse();
    handler_that_panics_loses_nothing();
    handler_may_replace_itself();
    a_site_is_limited_and_counted();
}

fn levels_apply_to_all_of_a_kind() {
    assert_eq!(level(Kind::NeverAwaited), Level::Log);
    assert!(!run(certain()));

    set_level(Kind::NeverAwaited, Level::Panic);
    let (panics, violations) = capture(|| catch_unwind(|| drop(leaf(1))).is_err());
    assert!(panics);
    assert_eq!(violations[0].level, Level::Panic);

    set_level(Kind::NeverAwaited, Level::Off);
    let (ok, violations) = capture(|| run(certain()));
    assert!(ok);
    assert_eq!(kinds(&violations), []);

    set_level(Kind::NeverAwaited, Level::Log);
    let (ok, violations) = capture(|| run(certain()));
    assert!(ok);
    assert_eq!(violations[0].level, Level::Log);
}

fn handler_sees_what_happens_on_any_thread() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    set_exception_handler(move |violation| log.lock().unwrap().push(violation.kind));
    drop(leaf(1));
    std::thread::spawn(|| drop(leaf(2))).join().unwrap();
    // Thread-locals are destroyed after the thread's own work.
    std::thread::spawn(|| {
        thread_local! { static KEPT: std::cell::RefCell<Option<Box<dyn std::any::Any>>> = const { std::cell::RefCell::new(None) } }
        KEPT.set(Some(Box::new(leaf(3))));
    })
    .join()
    .unwrap();
    reset_exception_handler();
    assert_eq!(*seen.lock().unwrap(), [Kind::NeverAwaited; 3]);
    assert_eq!(Arc::strong_count(&seen), 1);
}

fn handler_that_forgets_a_future_does_not_recurse() {
    let before = reported(Kind::NeverAwaited);
    let calls = Arc::new(Mutex::new(0));
    let counter = calls.clone();
    set_exception_handler(move |_| {
        *counter.lock().unwrap() += 1;
        drop(leaf(5));
    });
    drop(leaf(1));
    drop(leaf(1));
    reset_exception_handler();
    assert_eq!(*calls.lock().unwrap(), 2);
    // Those of the handler are reported too, on stderr.
    assert_eq!(reported(Kind::NeverAwaited) - before, 4);
}

fn handler_that_panics_loses_nothing() {
    struct PanicsAgain;
    impl Drop for PanicsAgain {
        fn drop(&mut self) {
            panic!("a payload that panics when dropped");
        }
    }
    let before = reported(Kind::NeverAwaited);
    set_exception_handler(|_| std::panic::panic_any(PanicsAgain));
    drop(leaf(1));
    assert!(run(certain()));
    reset_exception_handler();
    assert_eq!(reported(Kind::NeverAwaited) - before, 2);
}

fn handler_may_replace_itself() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    set_exception_handler(move |violation| {
        reset_exception_handler();
        log.lock().unwrap().push(violation.kind);
    });
    drop(leaf(1));
    drop(leaf(1));
    assert_eq!(*seen.lock().unwrap(), [Kind::NeverAwaited]);
}

fn a_site_is_limited_and_counted() {
    let before = reported(Kind::NeverAwaited);
    let seen = Arc::new(Mutex::new(0));
    let log = seen.clone();
    set_exception_handler(move |_| *log.lock().unwrap() += 1);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for n in 0..1000 {
                    drop(leaf(n));
                }
            });
        }
    });
    reset_exception_handler();
    assert_eq!(*seen.lock().unwrap(), 10);
    assert_eq!(reported(Kind::NeverAwaited) - before, 4000);
}
