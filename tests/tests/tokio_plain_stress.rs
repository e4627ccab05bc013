//! Many tasks of plain tokio, started by checked functions on several threads while others look at the tree: none is left in it,
//! and nothing in memory. One test, so that nothing runs beside it.

use std::alloc::System;
use std::future::pending;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;

use checked_async::checked_async;
use checked_async::tokio::task_tree;
use checked_async_tests::memory::live;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use tokio::runtime::Builder;
use tokio::task::{JoinSet, yield_now};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const WORKERS: usize = 8;
const STARTERS: usize = 16;
/// How many times each starts one task of each kind.
const ROUNDS: usize = 1_000;
/// The most tasks that were seen at once.
static SEEN: AtomicUsize = AtomicUsize::new(0);

#[checked_async]
async fn leaf() {
    yield_now().await;
}

#[checked_async]
async fn work(n: usize) -> usize {
    leaf().await;
    if n.is_multiple_of(7) {
        futures::join!(leaf(), leaf());
    }
    n
}

#[checked_async]
async fn forever() {
    pending().await
}

#[checked_async]
async fn panics() {
    leaf().await;
    std::panic::resume_unwind(Box::new("planted"));
}

/// Starts tasks that end in all the ways there are.
#[checked_async]
async fn start() {
    let mut set = JoinSet::new();
    for n in 0..ROUNDS {
        let read = tokio::spawn(work(n));
        tokio::spawn(async move {
            work(n).await;
        });
        let panicked = tokio::spawn(panics());
        let aborted = tokio::spawn(forever());
        let unpolled = tokio::spawn(forever());
        unpolled.abort();
        set.spawn(async move { work(n).await });
        let nested = tokio::spawn(async move { checked_async::tokio::spawn(work(n)).await.unwrap() });
        assert_eq!(read.await.unwrap(), n);
        assert!(panicked.await.unwrap_err().is_panic());
        aborted.abort();
        assert!(aborted.await.unwrap_err().is_cancelled() && unpolled.await.unwrap_err().is_cancelled());
        assert_eq!(nested.await.unwrap(), n);
        while set.try_join_next().is_some() {}
    }
    // What is left is dropped with the set, or with the runtime.
    tokio::spawn(forever());
}

fn run() {
    let runtime = Builder::new_multi_thread().worker_threads(WORKERS).build().unwrap();
    let all = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !all.load(Relaxed) {
                SEEN.fetch_max(task_tree().len(), Relaxed);
            }
        });
        runtime.block_on(async {
            let mut starters = JoinSet::new();
            for _ in 0..STARTERS {
                starters.spawn(start());
            }
            while let Some(started) = starters.join_next().await {
                started.unwrap();
            }
        });
        all.store(true, Relaxed);
    });
    drop(runtime);
    assert!(task_tree().is_empty(), "{}", task_tree());
}

#[test]
fn nothing_is_left_of_a_hundred_thousand_tasks() {
    // The first run also makes what the program keeps.
    run();
    let before = live();
    run();
    let left = live() as i64 - before as i64;
    assert_eq!(SEEN.load(Relaxed) > 0, cfg!(debug_assertions));
    // What a runtime's threads leave behind does not depend on how many tasks there were.
    assert!(left < 16 * 1024, "{left} bytes are left");
}
