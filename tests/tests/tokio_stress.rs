//! A million checked futures across eight threads: each fault is counted once, none is lost, none is invented, and nothing is
//! left in memory. One test, so that nothing runs beside it.

use std::alloc::System;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use checked_async::tokio::{JoinSet, spawn};
use checked_async::{Kind, checked_async, reported, reset_exception_handler, set_exception_handler};
use checked_async_tests::memory::live;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::runtime::Builder;
use tokio::task::yield_now;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const WORKERS: usize = 8;
const TASKS: u64 = 8_000;
/// The futures that each task makes: [`Work::step`] and the leaves.
const STEPS: u64 = 25;
const LEAVES: u64 = 4;
/// What goes wrong: in one step of each so many, and in one of so many tasks.
const FORGETS: u64 = 8;
const FAILS: u64 = 100;
const PANICS: u64 = 128;

#[checked_async]
async fn leaf(n: u64) -> u64 {
    n
}

#[checked_async]
async fn suspends(n: u64) -> u64 {
    yield_now().await;
    n
}

/// One step: four futures that are awaited, or three and one that is forgotten where no lint can see it.
#[checked_async]
async fn step(n: u64, made: &AtomicU64) -> u64 {
    made.fetch_add(1 + LEAVES, Relaxed);
    let sum = leaf(n).await + suspends(n).await + leaf(n).await;
    let last = Some(leaf(n));
    if n.is_multiple_of(FORGETS) {
        forget(last);
        return sum + n;
    }
    match last {
        Some(last) => sum + last.await,
        None => sum,
    }
}

fn forget<T>(forgotten: Option<T>) {
    drop(forgotten);
}

#[checked_async]
async fn task(number: u64, made: Arc<AtomicU64>) -> Result<u64, String> {
    let mut sum = 0;
    for n in 0..STEPS {
        sum += step(n, &made).await;
    }
    if number.is_multiple_of(PANICS) {
        std::panic::resume_unwind(Box::new("planted"));
    }
    if number.is_multiple_of(FAILS) { Err(format!("planted in {number}")) } else { Ok(sum) }
}

fn run(made: &Arc<AtomicU64>) {
    let runtime = Builder::new_multi_thread().worker_threads(WORKERS).build().unwrap();
    runtime.block_on(async {
        // Half of the tasks are read, and half are not; those that end badly are among both.
        let mut read = JoinSet::new();
        let mut unread = Vec::new();
        for number in 0..TASKS {
            let work = task(number, Arc::clone(made));
            if number.is_multiple_of(2) {
                let task = spawn(work);
                unread.push(task.abort_handle());
                drop(task);
            } else {
                read.spawn(work);
            }
        }
        let expected: u64 = (0..STEPS).map(|n| 4 * n).sum();
        while let Some(output) = read.join_next().await {
            match output {
                Ok(Ok(sum)) => assert_eq!(sum, expected),
                Ok(Err(error)) => assert!(error.starts_with("planted")),
                Err(error) => assert!(error.is_panic()),
            }
        }
        while !unread.iter().all(tokio::task::AbortHandle::is_finished) {
            yield_now().await;
        }
    });
    drop(runtime);
}

#[test]
fn a_million_futures_lose_no_report() {
    let handled = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&handled);
    set_exception_handler(move |_| {
        count.fetch_add(1, Relaxed);
    });
    let made = Arc::new(AtomicU64::new(0));
    // The first run also makes what the program keeps: the sites, the watch, what threads know of themselves.
    run(&made);
    let before = live();
    run(&made);
    let left = live() as i64 - before as i64;

    reset_exception_handler();

    assert!(made.load(Relaxed) >= 2_000_000, "{}", made.load(Relaxed));
    let runs = if cfg!(debug_assertions) { 2 } else { 0 };
    let forgotten = runs * TASKS * STEPS.div_ceil(FORGETS);
    // The even numbers are not read; a task that panics does not fail.
    let panics = (0..TASKS).step_by(2).filter(|number| number.is_multiple_of(PANICS)).count() as u64;
    let fails = (0..TASKS).step_by(2).filter(|n| n.is_multiple_of(FAILS) && !n.is_multiple_of(PANICS)).count() as u64;
    assert_eq!(reported(Kind::NeverAwaited), forgotten);
    assert_eq!(reported(Kind::TaskPanic), runs * panics);
    assert_eq!(reported(Kind::TaskErrorNeverRetrieved), runs * fails);
    for &kind in Kind::ALL {
        let planted = [Kind::NeverAwaited, Kind::TaskPanic, Kind::TaskErrorNeverRetrieved, Kind::SlowPoll];
        assert!(planted.contains(&kind) || reported(kind) == 0, "{kind}");
    }
    // Of each site ten are shown, and said to be the last.
    assert!(handled.load(Relaxed) <= 10 * 3 + reported(Kind::SlowPoll));
    // What a runtime's threads leave behind does not depend on how many futures there were.
    assert!(left < 16 * 1024, "{left} bytes are left");
}
