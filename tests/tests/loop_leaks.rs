//! Nothing of a loop is left when it is closed or dropped: what a workload allocates is freed. One test, so that nothing runs
//! beside it.

use std::alloc::System;
use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use checked_async::{
    CallbackHandle, TaskGroup, call_later, call_soon, capture, catch_cancel, promise, remote, shield, sleep, spawn,
    task_group, timeout, yield_now,
};
use checked_async_tests::loops;
use checked_async_tests::memory::live;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const HOUR: Duration = Duration::from_secs(3600);

/// What must not be freed too late, in the ways in which it is most easily forgotten.
async fn work() {
    let done: Vec<_> = (0..100).map(|n| spawn(async move { vec![n; 10] }).named(format!("worker {n}"))).collect();
    for task in done {
        task.await.unwrap();
    }
    // Cancelled before the first step, suspended, with cleanup; detached; failed and unread.
    let never = spawn(async {});
    never.cancel();
    let suspended = spawn(pending::<()>());
    let cleans = spawn(async {
        let _ = catch_cancel(pending::<()>()).await;
        yield_now().await;
    });
    drop(spawn(async { Err::<(), _>(String::from("unread")) }));
    drop(spawn(async { std::panic::resume_unwind(Box::new(String::from("unread"))) }));
    yield_now().await;
    suspended.cancel();
    cleans.cancel();
    // Timers: fired, cancelled, left, and one whose callback holds its own handle.
    let timers: Vec<CallbackHandle> = (0..100).map(|_| call_later(HOUR, || {})).collect();
    timers.iter().take(50).for_each(|timer| assert!(timer.cancel()));
    let own = Rc::new(RefCell::new(None));
    let inner = Rc::clone(&own);
    *own.borrow_mut() = Some(call_later(HOUR, move || drop(inner.take())));
    call_soon(|| std::panic::resume_unwind(Box::new("in a callback")));
    let _ = timeout(Duration::ZERO, sleep(HOUR)).await;
    let _ = timeout(Duration::from_nanos(1), shield(sleep(HOUR))).await;
    // Promises: kept, broken, unwanted, with an error that nobody reads.
    let (first, promised) = promise::<Vec<u8>>();
    first.set(vec![1]).unwrap();
    promised.await.unwrap();
    drop(promise::<Vec<u8>>().0);
    let (second, unread) = promise::<Result<(), String>>();
    second.set_error(String::from("unread")).unwrap();
    drop(unread);
    // Groups: finished, failed, dropped.
    for fails in [false, true] {
        let group = task_group(async |group: &TaskGroup<String>| {
            drop(group.spawn(sleep_well()));
            drop(group.spawn(async move { if fails { Err(String::from("fails")) } else { Ok(()) } }));
            Ok(())
        });
        let _ = group.await;
    }
    let dropped = task_group(async |group: &TaskGroup<String>| {
        drop(group.spawn(sleep_well()));
        pending::<()>().await;
        Ok(())
    });
    let _ = timeout(Duration::from_nanos(1), dropped).await;
    // Other threads.
    let sender = remote();
    let thread = thread::spawn(move || {
        drop(sender.spawn(async { Err::<(), _>(String::from("unread")) }).unwrap());
        let cancelled = sender.spawn(pending::<()>()).unwrap();
        cancelled.cancel();
        assert!(cancelled.result().is_err());
        sender.call_soon(|| {}).unwrap();
        assert_eq!(sender.spawn(async { 3 }).unwrap().result().unwrap(), 3);
        // Left to a loop that may be gone.
        drop(sender.spawn(pending::<()>()));
    });
    while !thread.is_finished() {
        yield_now().await;
    }
    thread.join().unwrap();
    // Left behind.
    drop(spawn(pending::<()>()));
    drop(spawn(sleep(HOUR)));
    drop(spawn(catch_cancel(sleep(HOUR))));
    yield_now().await;
}

async fn sleep_well() -> Result<(), String> {
    let _ = catch_cancel(sleep(Duration::from_micros(1))).await;
    Ok(())
}

fn workload(closes: bool) {
    let (late, _) = capture(|| {
        let mut event_loop = loops::builder().build().unwrap();
        event_loop.run(work()).unwrap();
        let late = (event_loop.handle(), event_loop.remote());
        if closes {
            event_loop.close();
        } else {
            drop(event_loop);
        }
        late
    });
    drop(late.0.spawn(pending::<()>()));
    late.0.call_later(HOUR, || {});
    assert!(late.1.call_soon(|| {}).is_err());
}

#[test]
fn all_that_a_loop_allocates_is_freed() {
    for closes in [true, false] {
        // What is allocated once for the whole program.
        for _ in 0..5 {
            workload(closes);
        }
        let before = live();
        // Other threads of the program allocate for themselves at times: a leak would show in each round.
        let rounds = [(); 10].map(|()| {
            workload(closes);
            live()
        });
        assert!(rounds.iter().any(|&live| live <= before), "before: {before}, after each round: {rounds:?}");
    }
}
