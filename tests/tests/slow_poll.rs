//! A poll that takes long is reported once, by the innermost checked function that was that slow, and no other is.
#![cfg(debug_assertions)]

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use checked_async::{Kind, Level, Violation, capture, capture_future, checked_async};
use checked_async_tests::by_hand::{assert_silent, kinds};
use futures::FutureExt;
use futures::executor::block_on;

/// From when on a poll is reported, where nothing else is said.
const SLOW_AFTER: Duration = Duration::from_millis(100);
/// Slow also where the watch is late, as on a machine with much to do.
const LONG: Duration = Duration::from_millis(300);
const SHORT: Duration = Duration::from_millis(30);

/// Blocks the thread, as the lint would not allow.
fn block(duration: Duration) {
    thread::sleep(duration);
}

#[checked_async]
async fn blocks(duration: Duration) {
    block(duration);
}

#[checked_async]
async fn suspends() {
    let mut suspended = false;
    poll_fn(|cx| {
        cx.waker().wake_by_ref();
        if std::mem::replace(&mut suspended, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[checked_async]
async fn awaits_blocking(duration: Duration) {
    blocks(duration).await;
}

#[track_caller]
fn assert_slow<'a>(violations: &'a [Violation], function: &str, line: u32) -> &'a Violation {
    let [violation] = violations else { panic!("not one report: {violations:#?}") };
    assert_eq!((violation.kind, violation.level), (Kind::SlowPoll, Level::Log));
    assert_eq!(violation.function.as_deref(), Some(&*format!("slow_poll::{function}")), "{violation}");
    assert_eq!(violation.created.as_ref().unwrap().line, line, "{violation}");
    // A machine that has no time for the watch makes it less than it was, but not less than what is reported.
    let took = violation.took.unwrap();
    assert!(took >= SLOW_AFTER && took < 20 * LONG, "{violation}");
    assert_eq!(violation.message, format!("one poll took {} ms: `slow_poll::{function}`", took.as_millis()));
    violation
}

fn names(violation: &Violation) -> Vec<&str> {
    violation.backtrace.iter().map(|frame| &*frame.function).collect()
}

#[test]
fn the_innermost_is_named_with_its_awaiters() {
    #[checked_async]
    async fn outer() {
        suspends().await;
        awaits_blocking(LONG).await;
        suspends().await;
    }
    let ((), violations) = capture(|| block_on(outer()));
    let violation = assert_slow(&violations, "blocks", find("blocks(duration).await"));
    assert_eq!(
        names(violation),
        ["slow_poll::awaits_blocking", "slow_poll::the_innermost_is_named_with_its_awaiters::outer"]
    );
    let text = violation.to_string();
    assert!(
        text.contains("note: meanwhile nothing else ran on its thread; a poll of 100 ms or more is reported"),
        "{text}"
    );
    assert!(text.contains("note: awaited from: `slow_poll::awaits_blocking` (tests/tests/slow_poll.rs:"), "{text}");
}

/// The first line of this file with these words.
fn find(words: &str) -> u32 {
    include_str!("slow_poll.rs").lines().position(|line| line.contains(words)).unwrap() as u32 + 1
}

#[test]
fn a_fast_future_inside_a_slow_one_is_not_blamed() {
    #[checked_async]
    async fn before() {
        block(LONG);
        suspends().await;
    }
    #[checked_async]
    async fn after() {
        suspends().await;
        block(LONG);
    }
    #[checked_async]
    async fn around() {
        blocks(SHORT).await;
        block(LONG);
        blocks(SHORT).await;
    }
    let ((), violations) = capture(|| block_on(before()));
    assert_slow(&violations, "a_fast_future_inside_a_slow_one_is_not_blamed::before", line!() - 1);
    let ((), violations) = capture(|| block_on(after()));
    assert_slow(&violations, "a_fast_future_inside_a_slow_one_is_not_blamed::after", line!() - 1);
    let ((), violations) = capture(|| block_on(around()));
    assert_slow(&violations, "a_fast_future_inside_a_slow_one_is_not_blamed::around", line!() - 1);
}

#[test]
fn many_short_polls_in_one_are_their_awaiter_s() {
    #[checked_async]
    async fn many() {
        for _ in 0..300 {
            blocks(Duration::from_micros(700)).await;
        }
    }
    let ((), violations) = capture(|| block_on(many()));
    assert_slow(&violations, "many_short_polls_in_one_are_their_awaiter_s::many", line!() - 1);
}

#[test]
fn short_polls_are_no_fault_however_many() {
    #[checked_async]
    async fn suspends_between() {
        for _ in 0..12 {
            blocks(SHORT).await;
            suspends().await;
        }
    }
    let ((), violations) = capture(|| block_on(suspends_between()));
    assert_silent(&violations);
    let ((), violations) = capture(|| {
        for _ in 0..12 {
            block_on(blocks(SHORT));
        }
    });
    assert_silent(&violations);
}

#[test]
fn waiting_is_no_fault() {
    let ((), violations) = capture(|| {
        #[checked_async]
        async fn waits() {
            tokio::time::sleep(2 * LONG).await;
        }
        tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(waits());
    });
    assert_silent(&violations);
    // Nor is what happens between two polls.
    #[checked_async]
    async fn waits() {
        pending::<()>().await;
    }
    let ((), violations) = capture(|| {
        let mut waits = pin!(waits());
        for _ in 0..3 {
            assert!(waits.as_mut().now_or_never().is_none());
            block(LONG);
        }
    });
    assert_silent(&violations);
}

#[test]
fn each_slow_poll_is_a_report() {
    #[checked_async]
    async fn twice() {
        block(LONG);
        suspends().await;
        block(LONG);
    }
    let ((), violations) = capture(|| block_on(twice()));
    assert_eq!(kinds(&violations), [Kind::SlowPoll; 2]);
    assert_slow(&violations[..1], "each_slow_poll_is_a_report::twice", line!() - 2);
    // An outer future that was slow itself, beside the inner one that was.
    #[checked_async]
    async fn both() {
        blocks(LONG).await;
        block(2 * LONG);
    }
    let ((), violations) = capture(|| block_on(both()));
    assert_eq!(kinds(&violations), [Kind::SlowPoll; 2]);
    let took = violations[1].took.unwrap();
    // Without the time of the inner one, or that would be three times as long.
    assert!(took >= SLOW_AFTER && took < 3 * LONG, "{took:?}");
}

#[test]
fn siblings_in_one_poll() {
    #[checked_async]
    async fn both() {
        futures::join!(blocks(SHORT), blocks(LONG), blocks(SHORT));
    }
    let ((), violations) = capture(|| block_on(both()));
    let violation = assert_slow(&violations, "blocks", line!() - 3);
    assert_eq!(names(violation), ["slow_poll::siblings_in_one_poll::both"]);
}

#[test]
fn a_panic_takes_the_time_it_takes() {
    #[checked_async]
    async fn panics() {
        block(LONG);
        panic!("on purpose");
    }
    let (result, violations) = capture(|| std::panic::catch_unwind(|| block_on(panics())));
    assert!(result.is_err());
    assert_silent(&violations);
}

#[test]
fn a_function_may_be_allowed_more_or_less() {
    #[checked_async(slow_after = "1s")]
    async fn patient() {
        block(LONG);
    }
    #[checked_async]
    async fn awaits_patient() {
        patient().await;
    }
    #[checked_async(slow_after = "10ms")]
    async fn impatient() {
        block(SHORT);
    }
    #[checked_async]
    async fn awaits_impatient() {
        impatient().await;
    }
    let ((), violations) = capture(|| block_on(patient()));
    assert_silent(&violations);
    let ((), violations) = capture(|| block_on(awaits_patient()));
    assert_silent(&violations);
    let ((), violations) = capture(|| block_on(awaits_impatient()));
    assert_eq!(kinds(&violations), [Kind::SlowPoll]);
    assert!(violations[0].function.as_ref().unwrap().ends_with("::impatient"));
    assert!(violations[0].notes[0].ends_with("a poll of 10 ms or more is reported"), "{}", violations[0]);
}

#[test]
fn in_a_plain_tokio_program_on_any_thread() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap();
    let ((), violations) = runtime
        .block_on(runtime.spawn(capture_future(async {
            tokio::time::sleep(SHORT).await;
            awaits_blocking(LONG).await;
        })))
        .unwrap();
    assert_slow(&violations, "blocks", find("blocks(duration).await"));
}

#[test]
fn a_poll_inside_of_a_poll() {
    #[checked_async]
    async fn nests() {
        suspends().await;
        thread::scope(|_| nested(awaits_blocking(LONG)));
    }
    /// An executor in a library, say.
    fn nested(future: impl Future<Output = ()>) {
        let mut future = pin!(future);
        while future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
    }
    let ((), violations) = capture(|| block_on(nests()));
    let violation = assert_slow(&violations, "blocks", find("blocks(duration).await"));
    assert_eq!(names(violation).len(), 2);
}

#[test]
fn after_a_long_rest() {
    block_on(suspends());
    // The watch falls asleep.
    block(LONG);
    let ((), violations) = capture(|| block_on(awaits_blocking(LONG)));
    assert_slow(&violations, "blocks", find("blocks(duration).await"));
}

#[test]
fn the_time_is_not_more_than_that_of_the_poll() {
    for milliseconds in [200, 400, 800] {
        let duration = Duration::from_millis(milliseconds);
        let start = Instant::now();
        let ((), violations) = capture(|| block_on(blocks(duration)));
        // As far as it may be off.
        let most = start.elapsed() + SLOW_AFTER / 10;
        let took = violations.first().unwrap_or_else(|| panic!("{duration:?} is not reported")).took.unwrap();
        assert!(took >= SLOW_AFTER && took <= most, "{took:?} for {duration:?} within {most:?}");
    }
}

#[test]
fn on_many_threads_at_once() {
    thread::scope(|scope| {
        for n in 0..8 {
            scope.spawn(move || {
                let duration = if n % 2 == 0 { SHORT } else { LONG };
                let ((), violations) = capture(|| {
                    for _ in 0..3 {
                        block_on(async {
                            suspends().await;
                            awaits_blocking(duration).await;
                        });
                    }
                });
                assert_eq!(violations.len(), if n % 2 == 0 { 0 } else { 3 }, "{violations:#?}");
            });
        }
    });
}

#[test]
fn a_thread_that_ends_while_it_is_watched() {
    for _ in 0..200 {
        thread::spawn(|| block_on(suspends())).join().unwrap();
    }
}

#[test]
fn blocking_in_place_is_no_fault() {
    #[checked_async]
    async fn in_place() -> u32 {
        suspends().await;
        let one = tokio::task::block_in_place(|| {
            block(LONG);
            1
        });
        tokio::task::block_in_place(|| block(LONG));
        suspends().await;
        one
    }
    #[checked_async]
    async fn beside_it() {
        tokio::task::block_in_place(|| block(LONG));
        block(LONG);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (one, violations) = runtime.block_on(runtime.spawn(capture_future(in_place()))).unwrap();
    assert_eq!(one, 1);
    assert_silent(&violations);
    let ((), violations) = runtime.block_on(runtime.spawn(capture_future(beside_it()))).unwrap();
    let violation = assert_slow(&violations, "blocking_in_place_is_no_fault::beside_it", line!() - 1);
    assert!(violation.took.unwrap() < 2 * LONG, "{violation}");
}

#[test]
#[ignore = "run as a child"]
fn child() {
    block_on(async {
        for _ in 0..30 {
            blocks(Duration::from_millis(20)).await;
        }
    });
}

/// Runs `child` in a process of its own; returns what it prints.
fn run_child(setting: &str, meanwhile: impl FnOnce(u32)) -> String {
    use std::process::{Command, Stdio};
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("CHECKED_ASYNC", setting)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    meanwhile(child.id());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn the_environment_sets_how_long_a_poll_may_take() {
    assert_eq!(run_child("1", |_| {}), "");
    assert_eq!(run_child("slow_after=10ms", |_| {}).matches("warning: one poll took ").count(), 10);
    assert_eq!(run_child("slow_after=10ms,slow_poll=off", |_| {}), "");
}

#[cfg(unix)]
#[test]
fn a_stop_of_the_whole_program_is_no_fault() {
    let stderr = run_child("1", |child| {
        let signal = |name: &str| {
            assert!(std::process::Command::new("kill").args([name, &child.to_string()]).status().unwrap().success());
        };
        for _ in 0..2 {
            block(5 * SHORT);
            signal("-STOP");
            block(10 * SHORT);
            signal("-CONT");
        }
    });
    assert_eq!(stderr, "");
}
