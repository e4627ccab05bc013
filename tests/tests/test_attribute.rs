//! `#[checked_async::test]`: tests that run side by side fail by their own reports, and by nothing else.

use std::future::pending;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use checked_async::tokio::{AbortHandle, JoinHandle, JoinSet, spawn, spawn_blocking};
use checked_async::{Kind, Level, checked_async, set_level};
use tokio::task::yield_now;
use tokio::time::{Instant, sleep};

/// Waits until a task has ended whose handle is gone.
async fn wait_until_ended(task: AbortHandle) {
    while !task.is_finished() {
        yield_now().await;
    }
}

fn quiet_panic() {
    std::panic::resume_unwind(Box::new("out of paper"));
}

fn drop_unread<T>(task: JoinHandle<T>) -> AbortHandle {
    let abort = task.abort_handle();
    drop(task);
    abort
}

async fn lose_an_error() {
    wait_until_ended(drop_unread(spawn(async { Err::<(), _>("lost") }).named("loser"))).await;
}

async fn lose_a_panic() {
    wait_until_ended(drop_unread(spawn(async { quiet_panic() }).named("printer"))).await;
}

#[checked_async::test(runtime = "tokio")]
async fn passes() {
    assert_eq!(spawn(async { 42 }).await.unwrap(), 42);
}

#[checked_async::test(start_paused = true)]
async fn has_the_result_of_a_test() -> Result<(), Box<dyn std::error::Error>> {
    let before = Instant::now();
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(before.elapsed().as_secs(), 3600);
    let number: u32 = "42".parse()?;
    assert_eq!(number, 42);
    Ok(())
}

#[checked_async::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_on_several_threads() {
    let threads = tokio::runtime::Handle::current().metrics().num_workers();
    assert_eq!(threads, 2);
}

#[checked_async::test(runtime = "event_loop")]
async fn runs_on_the_event_loop() -> Result<(), std::num::ParseIntError> {
    let task = checked_async::spawn(async { "42".parse::<u32>() });
    assert_eq!(task.await.unwrap()?, 42);
    Ok(())
}

#[checked_async::test(runtime = "event_loop")]
async fn a_cancelled_task_is_not_left_behind() {
    let task = checked_async::spawn(pending::<()>());
    checked_async::yield_now().await;
    task.cancel();
}

#[checked_async::test(runtime = "tokio", expect(task_error_never_retrieved, task_panic))]
async fn expects_what_it_provokes() {
    lose_an_error().await;
    lose_a_panic().await;
}

#[checked_async]
async fn number() -> u32 {
    42
}

/// The macro sees that this is only ever awaited, so that to forget it is certain to be a fault, and panics elsewhere.
#[checked_async]
async fn forgets(awaits: bool) -> u32 {
    let number = number();
    if awaits { number.await } else { 0 }
}

#[checked_async::test(runtime = "tokio", expect(never_awaited))]
async fn goes_on_after_what_it_expects() {
    assert_eq!(forgets(false).await, 0);
    assert_eq!(forgets(true).await, 42);
}

#[checked_async::test(runtime = "event_loop", expect(never_awaited))]
async fn goes_on_after_what_it_expects_on_the_event_loop() {
    assert_eq!(checked_async::spawn(forgets(false)).await.unwrap(), 0);
}

#[checked_async::test(runtime = "tokio", expect(task_panic))]
#[cfg_attr(debug_assertions, should_panic = "future was never awaited")]
async fn panics_after_what_it_does_not_expect() {
    lose_a_panic().await;
    assert_eq!(forgets(false).await, 0);
}

/// A scope of the test's own takes what is reported in it, as everywhere.
#[checked_async::test(runtime = "tokio", expect(never_awaited))]
async fn what_is_captured_is_not_what_it_expects() {
    let captured = std::panic::catch_unwind(|| checked_async::capture(|| futures::executor::block_on(forgets(false))));
    assert_eq!(captured.is_err(), cfg!(debug_assertions));
    assert_eq!(forgets(false).await, 0);
}

#[checked_async::test(runtime = "tokio", expect(pending_task_dropped))]
async fn may_leave_a_task_that_it_expects() {
    drop(spawn(pending::<()>()));
}

#[checked_async::test(runtime = "event_loop", expect(task_error_never_retrieved, pending_task_dropped))]
async fn expects_it_on_the_event_loop_too() {
    drop(checked_async::spawn(async { Err::<(), _>("lost") }));
    drop(checked_async::spawn(pending::<()>()));
}

#[checked_async::test(runtime = "tokio")]
#[should_panic = "out of paper"]
async fn panics_as_it_should() {
    panic!("out of paper");
}

/// What is reported on the threads of the runtime belongs to the test as well.
#[checked_async::test(flavor = "multi_thread", worker_threads = 2, expect(task_error_never_retrieved, task_panic))]
async fn reports_of_other_threads_are_its_own() {
    spawn(lose_an_error()).await.unwrap();
    // By a task that is not supervised.
    tokio::spawn(lose_an_error()).await.unwrap();
    // On a thread of the pool.
    spawn_blocking(|| tokio::runtime::Handle::current().block_on(lose_a_panic())).await.unwrap();
}

/// Supervised tasks take their collector along, to whatever runtime they are started on.
#[checked_async::test(runtime = "tokio", expect(task_error_never_retrieved))]
async fn so_are_those_of_supervised_tasks_elsewhere() {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    let mut set = JoinSet::new();
    let other = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        sender.send(runtime.handle().clone()).unwrap();
        // Until the set is done with it.
        runtime.block_on(pending_until_told());
    });
    set.spawn_on(lose_an_error(), &receiver.await.unwrap());
    set.join_next().await.unwrap().unwrap();
    TOLD.notify_one();
    spawn_blocking(|| other.join()).await.unwrap().unwrap();
}

static TOLD: tokio::sync::Notify = tokio::sync::Notify::const_new();

async fn pending_until_told() {
    TOLD.notified().await;
}

/// Fails if the other one's reports come here.
#[checked_async::test(flavor = "multi_thread", worker_threads = 1)]
async fn runs_beside_one_that_is_careless() {
    meet(&HERE, &THERE).await;
    spawn(async { meet(&HERE, &THERE).await }).await.unwrap();
}

#[checked_async::test(flavor = "multi_thread", worker_threads = 1, expect(task_error_never_retrieved))]
async fn is_careless() {
    meet(&THERE, &HERE).await;
    lose_an_error().await;
}

static HERE: AtomicBool = AtomicBool::new(false);
static THERE: AtomicBool = AtomicBool::new(false);

/// Waits for the other one for a while: there may be no thread for it.
async fn meet(this: &AtomicBool, other: &AtomicBool) {
    this.store(true, SeqCst);
    for _ in 0..10_000 {
        if other.load(SeqCst) {
            break;
        }
        yield_now().await;
    }
}

// What must fail. In a build without checks nothing is reported, and nothing is expected.

#[checked_async::test(flavor = "multi_thread", worker_threads = 1)]
#[cfg_attr(
    debug_assertions,
    should_panic = "the test does not expect a report\n\nwarning: error of task `loser` was never retrieved: `&str`"
)]
async fn fails_by_a_report() {
    lose_an_error().await;
}

#[checked_async::test(runtime = "tokio", expect(task_panic))]
#[cfg_attr(
    debug_assertions,
    should_panic = "or expect it: `#[checked_async::test(expect(task_error_never_retrieved))]`"
)]
async fn says_what_is_to_be_expected() {
    lose_a_panic().await;
    lose_an_error().await;
}

#[checked_async::test(runtime = "tokio")]
#[cfg_attr(debug_assertions, should_panic = "task `left` was dropped while it was pending")]
async fn fails_by_a_task_that_is_left() {
    drop(spawn(pending::<()>()).named("left"));
}

#[checked_async::test(runtime = "event_loop")]
#[cfg_attr(debug_assertions, should_panic = "a task was still pending when the test ended")]
async fn fails_by_a_task_that_is_left_on_the_event_loop() {
    drop(checked_async::spawn(pending::<()>()).named("left"));
}

#[checked_async::test(runtime = "event_loop")]
#[cfg_attr(debug_assertions, should_panic = "note: left behind:\n           left: waiting")]
async fn names_the_tasks_that_are_left() {
    drop(checked_async::spawn(pending::<()>()).named("left"));
}

#[checked_async::test(runtime = "tokio", expect(task_panic))]
#[cfg_attr(debug_assertions, should_panic = "the test expects `task_panic`, which was not reported")]
async fn fails_by_a_report_that_is_missing() {}

#[checked_async::test(runtime = "tokio")]
#[should_panic = "the panic"]
async fn fails_by_its_own_panic() {
    lose_an_error().await;
    panic!("the panic");
}

/// What a test returns says more than what was reported.
#[test]
fn fails_by_its_own_result() {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let result = checked_async::private::on_tokio(&mut builder, &[], async {
        lose_an_error().await;
        Err::<(), _>("the result")
    });
    assert_eq!(result, Err("the result"));
}

/// What is off cannot be expected.
#[checked_async::test(runtime = "tokio", expect(lost_waker))]
async fn expects_nothing_of_what_is_off() {
    set_level(Kind::LostWaker, Level::Off);
}

/// What a test holds is on the heap: its thread has a stack of 2 MiB, and without optimisation each call has copies of its own.
#[checked_async::test(runtime = "tokio")]
async fn a_test_may_hold_much() {
    let buffer = [0_u8; 240 << 10];
    tokio::task::yield_now().await;
    std::hint::black_box(&buffer);
}
