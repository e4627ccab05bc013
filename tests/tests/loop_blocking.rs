//! Closures of `run_blocking` that panic when nobody waits for them any more: reported, once, and where they run then before their
//! loop has ended.

use std::sync::mpsc;
use std::sync::{Mutex, Once};
use std::thread;

use checked_async::{Kind, Violation, run_blocking, set_exception_handler, spawn, yield_now};
use checked_async_tests::loops;

static REPORTED: Mutex<Vec<Violation>> = Mutex::new(Vec::new());

/// What is reported, on whichever thread, of a panic that says this.
fn reported(run: impl FnOnce(), said: &str) -> Vec<Violation> {
    static HANDLER: Once = Once::new();
    HANDLER.call_once(|| set_exception_handler(|violation| REPORTED.lock().unwrap().push(violation.clone())));
    run();
    REPORTED.lock().unwrap().iter().filter(|violation| violation.message.contains(said)).cloned().collect()
}

#[test]
fn a_closure_that_panics_and_is_not_awaited_is_reported() {
    let mut line = 0;
    let violations = reported(
        || {
            line = loops::run(async {
                let (started, has_started) = mpsc::channel();
                let (forget, is_forgotten) = mpsc::channel::<()>();
                let line = line!() + 1;
                let closure = run_blocking(move || {
                    started.send(()).unwrap();
                    is_forgotten.recv().unwrap_err();
                    panic!("out of paper");
                });
                has_started.recv().unwrap();
                drop(closure);
                drop(forget);
                line
            });
        },
        "out of paper",
    );
    let [violation] = &violations[..] else { panic!("{violations:#?}") };
    assert_eq!(violation.kind, Kind::TaskPanic);
    assert_eq!(violation.message, "blocking closure panicked and nobody has read it: out of paper");
    assert_eq!(violation.created.as_ref().unwrap().line, line);
}

#[test]
fn a_closure_that_has_panicked_before_is_reported_when_it_is_forgotten() {
    let violations = reported(
        || {
            loops::run(async {
                let (owned, is_dropped) = mpsc::channel::<()>();
                let closure = run_blocking(move || {
                    let _owned = owned;
                    panic!("out of ink");
                });
                is_dropped.recv().unwrap_err();
                drop(closure);
            });
            // The pool may just be putting away what came of it, and then it is the pool that drops and reports it.
            while REPORTED.lock().unwrap().iter().all(|violation| !violation.message.contains("out of ink")) {
                thread::yield_now();
            }
        },
        "out of ink",
    );
    assert_eq!(violations.len(), 1, "{violations:#?}");
}

#[test]
fn a_panic_that_is_read_is_read() {
    let violations = reported(
        || {
            loops::run(async {
                let closure = spawn(async { run_blocking(|| panic!("out of order")).await.map(|never: ()| never) });
                yield_now().await;
                assert!(closure.await.unwrap().unwrap_err().is_panic());
            });
        },
        "out of order",
    );
    assert!(violations.is_empty(), "{violations:#?}");
}
