//! The end of a loop: cleanup is awaited, what refuses to end is said, and nothing is kept.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use checked_async::{
    EventLoop, Kind, capture, catch_cancel, current_task, handle, remote, run_blocking, sleep, spawn, task_group,
    yield_now,
};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::faults::{Drops, OnDrop, PanicsOnDrop};
use checked_async_tests::log::Log;
use checked_async_tests::loops::{self, run};
use futures::future::join;

#[test]
fn cleanup_is_awaited() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run(async {
            let inner = log.clone();
            drop(spawn(async move {
                let _ = catch_cancel(pending::<()>()).await;
                inner.note("cleanup");
                sleep(Duration::from_millis(1)).await;
                // It may use tasks, blocking code and groups.
                let helped = spawn(async {
                    sleep(Duration::from_millis(1)).await;
                    "helper"
                });
                inner.note(helped.await.unwrap());
                inner.note(run_blocking(|| "blocking").await.unwrap());
                let group = task_group(async |group: &checked_async::TaskGroup<()>| {
                    Ok(group.spawn(async { Ok("member") }).await.unwrap())
                });
                inner.note(group.await.unwrap());
            }));
            yield_now().await;
        });
    });
    log.assert(&["cleanup", "helper", "blocking", "member"]);
    assert_silent(&violations);
}

#[test]
fn a_task_that_has_not_begun_is_just_dropped() {
    let drops = Drops::default();
    let ((), violations) = capture(|| {
        let event_loop = EventLoop::new().unwrap();
        let value = drops.value();
        // One that is spawned in the last turn of a run begins in the turn after it.
        drop(event_loop.handle().spawn(async move {
            let _value = value;
            panic!("it began");
        }));
        event_loop.close();
    });
    assert_eq!(drops.count(), 1);
    assert_silent(&violations);
}

#[test]
fn what_cleanup_leaves_behind_is_cancelled_too() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run(async {
            let inner = log.clone();
            drop(spawn(async move {
                let _ = catch_cancel(pending::<()>()).await;
                drop(spawn(async move {
                    let _ = catch_cancel(pending::<()>()).await;
                    inner.note("clean");
                }));
                yield_now().await;
            }));
            yield_now().await;
        });
    });
    log.assert(&["clean"]);
    assert_silent(&violations);
}

#[test]
fn catchers_that_are_siblings_do_not_keep_the_loop() {
    let ((), violations) = capture(|| {
        run(async {
            drop(spawn(join(catch_cancel(pending::<()>()), catch_cancel(pending::<()>()))));
            yield_now().await;
        });
    });
    assert_silent(&violations);
}

#[test]
fn a_task_that_refuses_to_end_is_reported_after_the_limit() {
    let drops = Drops::default();
    let ((), violations) = capture(|| {
        loops::builder()
            .shutdown_timeout(Duration::from_millis(20))
            .run(async {
                let value = drops.value();
                drop(
                    spawn(async move {
                        let _value = value;
                        loop {
                            let _ = catch_cancel(pending::<()>()).await;
                        }
                    })
                    .named("stubborn"),
                );
                let spins = spawn(async {
                    loop {
                        let _ = catch_cancel(yield_now()).await;
                    }
                });
                drop(spins);
                yield_now().await;
            })
            .unwrap();
    });
    assert_eq!(kinds(&violations), [Kind::PendingTaskDropped; 2]);
    assert_eq!(violations[0].message, "task `stubborn` was dropped while it was pending");
    assert_eq!(drops.count(), 1);
}

#[test]
fn tasks_that_follow_each_other_for_ever_are_ended_by_the_limit() {
    fn again() {
        drop(spawn(async {
            let _guard = OnDrop(again);
            pending::<()>().await;
        }));
    }
    let ((), violations) = capture(|| {
        loops::builder()
            .shutdown_timeout(Duration::from_millis(20))
            .run(async {
                again();
                yield_now().await;
            })
            .unwrap();
    });
    assert_eq!(
        violations.iter().filter(|violation| violation.kind == Kind::PendingTaskDropped).count(),
        violations.len()
    );
}

#[test]
fn stopping_does_not_stop_the_shutdown() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        run(async {
            let inner = log.clone();
            drop(spawn(async move {
                let _ = catch_cancel(pending::<()>()).await;
                handle().stop();
                yield_now().await;
                // Cancelled once more it would never come here.
                inner.note("clean");
            }));
            yield_now().await;
        });
    });
    log.assert(&["clean"]);
    assert_silent(&violations);
}

#[test]
fn blocking_closures_are_waited_for() {
    let done = Arc::new(AtomicBool::new(false));
    let ((), violations) = capture(|| {
        run(async {
            let done = Arc::clone(&done);
            let (began, begun) = mpsc::channel();
            let remote = remote();
            let running = run_blocking(move || {
                began.send(()).unwrap();
                // The loop still answers: it waits for this.
                let answer = remote.spawn(async { 1 }).map(checked_async::RemoteHandle::result);
                assert!(answer.is_ok());
                done.store(true, SeqCst);
            });
            begun.recv().unwrap();
            drop(running);
        });
    });
    assert!(done.load(SeqCst));
    assert_silent(&violations);
}

#[test]
fn a_closure_that_does_not_end_is_reported() {
    let (release, blocked) = mpsc::channel::<()>();
    let ((), violations) = capture(|| {
        loops::builder()
            .shutdown_timeout(Duration::from_millis(20))
            .run(async {
                let (began, begun) = mpsc::channel();
                let running = run_blocking(move || {
                    began.send(()).unwrap();
                    let _ = blocked.recv();
                });
                begun.recv().unwrap();
                drop(running);
            })
            .unwrap();
    });
    drop(release);
    assert_eq!(kinds(&violations), [Kind::PendingTaskDropped]);
    assert!(violations[0].message.starts_with("blocking closure was still running"));
}

#[test]
fn a_loop_that_is_dropped_drops_its_tasks_and_says_so() {
    let log = Log::default();
    let ((), violations) = capture(|| {
        let mut event_loop = loops::builder().build().unwrap();
        let inner = log.clone();
        event_loop
            .run(async {
                let line = line!() + 1;
                drop(
                    spawn(async move {
                        let _guard = OnDrop(|| inner.note(format!("dropped in {}", current_task().unwrap().name())));
                        let _ = catch_cancel(pending::<()>()).await;
                        inner.note("no code runs any more");
                    })
                    .named("waiting"),
                );
                yield_now().await;
                line
            })
            .unwrap();
        drop(event_loop);
    });
    log.assert(&["dropped in waiting"]);
    assert_eq!(kinds(&violations), [Kind::PendingTaskDropped]);
    assert_eq!(violations[0].message, "task `waiting` was dropped while it was pending");
    assert!(violations[0].created.as_ref().unwrap().file.ends_with("loop_shutdown.rs"));
}

#[test]
fn drops_that_panic_or_spawn_do_not_stop_the_drops() {
    let drops = Drops::default();
    let ((), _) = capture(|| {
        let event_loop = loops::builder().build().unwrap();
        let handle = event_loop.handle();
        for n in 0..6 {
            let value = drops.value();
            let inner = drops.clone();
            drop(handle.spawn(async move {
                let _value = value;
                let _spawns = OnDrop(move || {
                    let value = inner.value();
                    drop(spawn(async move {
                        let _value = value;
                    }));
                });
                let _panics = (n % 2 == 0).then_some(PanicsOnDrop("in a drop"));
                pending::<()>().await;
            }));
        }
        let mut event_loop = event_loop;
        event_loop.run(yield_now()).unwrap();
        drop(event_loop);
    });
    assert_eq!(drops.count(), 12);
}

#[test]
fn what_a_message_spawns_when_it_is_dropped_is_dropped_in_turn() {
    struct SpawnsWhenDropped;
    thread_local!(static DROPPED: Cell<bool> = const { Cell::new(false) });
    impl Drop for SpawnsWhenDropped {
        fn drop(&mut self) {
            let guard = OnDrop(|| DROPPED.set(true));
            drop(spawn(async move {
                let _guard = guard;
                pending::<()>().await;
            }));
        }
    }
    let event_loop = loops::builder().build().unwrap();
    let message = SpawnsWhenDropped;
    event_loop.remote().call_soon(move || drop(message)).unwrap();
    drop(event_loop);
    assert!(DROPPED.get());
}

#[test]
fn a_handle_to_a_loop_that_is_gone_keeps_nothing() {
    let event_loop = loops::builder().build().unwrap();
    let handle = event_loop.handle();
    event_loop.close();
    let drops = Drops::default();
    let (value, late) = (drops.value(), handle.clone());
    let inner = RefCell::new(Some(drops.value()));
    // Its drop spawns once more.
    let spawns = OnDrop(move || {
        let inner = inner.take();
        drop(late.spawn(async move {
            let _inner = inner;
            panic!("it began");
        }));
    });
    let task = handle.spawn(async move {
        let _values = (value, spawns);
        panic!("it began");
    });
    assert!(task.is_finished());
    assert_eq!(drops.count(), 2);
    let error = futures::executor::block_on(task).map(|never: ()| never).unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(handle.task_tree().len(), 0);
}

#[test]
fn tasks_that_other_threads_are_waking_are_dropped_with_their_loop() {
    const TASKS: usize = 64;
    for _ in 0..300 {
        let drops = Drops::default();
        let ((), _) = capture(|| {
            let mut event_loop = loops::builder().build().unwrap();
            let (sender, wakers) = mpsc::channel();
            for _ in 0..TASKS {
                let (value, sender) = (drops.value(), sender.clone());
                drop(event_loop.handle().spawn(async move {
                    let _value = value;
                    std::future::poll_fn::<(), _>(|cx| {
                        let _ = sender.send(cx.waker().clone());
                        std::task::Poll::Pending
                    })
                    .await;
                }));
            }
            event_loop.run(yield_now()).unwrap();
            let wakers: Vec<std::task::Waker> = wakers.try_iter().collect();
            assert_eq!(wakers.len(), TASKS);
            let go = Arc::new(AtomicBool::new(false));
            let gone = Arc::clone(&go);
            let thread = thread::spawn(move || {
                while !gone.load(SeqCst) {
                    std::hint::spin_loop();
                }
                // Each task is woken once, by this or by the loop that drops it.
                wakers.iter().rev().for_each(std::task::Waker::wake_by_ref);
            });
            go.store(true, SeqCst);
            drop(event_loop);
            assert_eq!(drops.count(), TASKS);
            thread.join().unwrap();
        });
    }
}

#[test]
fn a_clock_that_panics_does_not_keep_the_tasks() {
    struct Broken(Rc<Cell<bool>>);
    impl checked_async::Clock for Broken {
        fn now(&self) -> std::time::Instant {
            assert!(!self.0.get(), "the clock is broken");
            std::time::Instant::now()
        }
    }
    let drops = Drops::default();
    let broken = Rc::new(Cell::new(false));
    let (result, _) = capture(|| {
        catch_unwind(AssertUnwindSafe(|| {
            loops::builder().clock(Broken(Rc::clone(&broken))).run(async {
                let value = drops.value();
                drop(spawn(async move {
                    let _value = value;
                    sleep(Duration::from_secs(3600)).await;
                }));
                yield_now().await;
                broken.set(true);
                yield_now().await;
            })
        }))
    });
    assert!(result.is_err());
    assert_eq!(drops.count(), 1);
    run(async {});
}
