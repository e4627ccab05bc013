//! A poll that takes long because its thread has to wait for a processor is not reported; one that blocks is, there too.
//!
//! In a file of its own, as it keeps all processors busy: other tests would be slow.
#![cfg(all(debug_assertions, target_os = "linux"))]

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use checked_async::{Kind, capture, checked_async};
use checked_async_tests::by_hand::{assert_silent, kinds};
use futures::executor::block_on;

const LONG: Duration = Duration::from_millis(300);

/// How long this thread has waited for a processor, where the system says.
fn waited() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split_whitespace().nth(1)?.parse().unwrap()))
}

/// Runs while there is much more to run than there are processors.
fn starved<R>(run: impl FnOnce() -> R) -> R {
    struct Done<'a>(&'a AtomicBool);

    impl Drop for Done<'_> {
        fn drop(&mut self) {
            self.0.store(true, Relaxed);
        }
    }

    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let _done = Done(&done);
        for _ in 0..16 * thread::available_parallelism().unwrap().get() {
            scope.spawn(|| {
                while !done.load(Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        run()
    })
}

/// Works until its thread has waited for a long time, nearly all of which it has not run.
#[checked_async]
async fn works() {
    let Some(begin) = waited() else { return };
    while waited().unwrap() - begin < LONG {}
}

#[checked_async]
async fn awaits_work() {
    works().await;
}

#[checked_async]
async fn blocks() {
    fn block() {
        // So long that it is seen also where the watch is not run for most of that.
        thread::sleep(3 * LONG);
    }
    block();
}

#[test]
fn waiting_for_a_processor_is_no_fault_and_blocking_is() {
    let ((), violations) = starved(|| {
        capture(|| {
            block_on(awaits_work());
            block_on(awaits_work());
        })
    });
    assert_silent(&violations);
    let ((), violations) = starved(|| capture(|| block_on(blocks())));
    assert_eq!(kinds(&violations), [Kind::SlowPoll]);
}
