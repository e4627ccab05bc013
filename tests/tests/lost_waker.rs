//! A task of the event loop that is pending, and whose waker nobody holds.
//!
//! Real time passes here. A fault is over when it has been polled again for the look. That nothing is reported is known when
//! a fault is that began later.
#![cfg(debug_assertions)]

use std::cell::RefCell;
use std::future::{Future, pending, poll_fn};
use std::mem;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use checked_async::{
    Builder, EventLoop, JoinHandle, Kind, Level, Promise, Promised, RunError, Violation, capture, checked_async,
    current_task, handle, promise, sleep, spawn, yield_now,
};
use futures::FutureExt;

fn builder() -> Builder {
    EventLoop::builder()
        .debug(true)
        .slow_after(Duration::MAX)
        .stalled_after(Duration::from_millis(1))
        .handle_ctrl_c(false)
}

/// The line of this file that holds a text.
fn line(text: &str) -> u32 {
    include_str!("lost_waker.rs").lines().position(|line| line.contains(text)).unwrap() as u32 + 1
}

/// Pending, without keeping the waker; says when it is polled once more.
#[checked_async]
async fn forgets(told: Promise<()>) {
    let mut told = Some(told);
    let mut polls = 0;
    poll_fn(|_| {
        polls += 1;
        if polls == 2 {
            let _ = told.take().unwrap().set(());
        }
        Poll::<()>::Pending
    })
    .await;
}

#[checked_async]
async fn reads(told: Promise<()>) {
    forgets(told).await;
}

/// What is reported of wakers while this runs.
#[track_caller]
fn reports(builder: Builder, main: impl Future<Output = ()>) -> Vec<Violation> {
    let (result, violations) = capture(|| builder.run(main));
    result.unwrap();
    violations.into_iter().filter(|violation| violation.kind == Kind::LostWaker).collect()
}

/// A fault that begins now; comes to its end when it was reported.
async fn fault() {
    let (told, is_told) = promise();
    let task = spawn(reads(told)).named("later");
    is_told.await.unwrap();
    // The report comes at the end of that step.
    yield_now().await;
    task.cancel();
}

/// Runs a future, and a fault that begins later.
#[track_caller]
fn assert_not_reported(main: impl Future<Output = ()>) {
    let violations = reports(builder(), async {
        main.await;
        fault().await;
    });
    let [violation] = &*violations else { panic!("{violations:#?}") };
    assert!(violation.message.starts_with("task `later` "), "{violation}");
}

mod reported {
    use super::*;

    #[test]
    fn a_task_whose_waker_was_forgotten() {
        let violations = reports(builder(), async {
            let (told, is_told) = promise();
            let task = spawn(reads(told)).named("reader"); // The task.
            is_told.await.unwrap();
            yield_now().await;
            // Once is enough.
            fault().await;
            task.cancel();
        });
        let [violation, _later] = &*violations else { panic!("{violations:#?}") };
        assert_eq!(violation.level, Level::Log);
        assert_eq!(violation.message, "task `reader` is pending, and nobody holds its waker");
        assert_eq!(violation.function.as_deref(), Some("reader"));
        assert_eq!(violation.created.as_ref().unwrap().line, line("// The task."));
        let waits: Vec<&str> = violation.backtrace.iter().map(|frame| &*frame.function).collect();
        assert_eq!(waits, ["lost_waker::forgets", "lost_waker::reads"]);
        let text = violation.to_string();
        assert!(text.contains("note: it waits in `lost_waker::forgets`, for ever unless it is cancelled\n"), "{text}");
        assert!(text.contains("await `std::future::pending()`\n"), "{text}");
    }

    #[test]
    fn the_future_given_to_run() {
        let (result, violations) = capture(|| {
            builder().run(async {
                let (told, is_told) = promise();
                let main = current_task().unwrap();
                let task = spawn(async move {
                    is_told.await.unwrap();
                    yield_now().await;
                    main.cancel();
                });
                drop(task);
                reads(told).await;
            })
        });
        assert!(matches!(result, Err(RunError::Cancelled)), "{result:?}");
        let messages: Vec<&str> = violations.iter().map(|violation| &*violation.message).collect();
        assert!(messages.contains(&"task `main` is pending, and nobody holds its waker"), "{messages:?}");
    }

    #[test]
    fn what_comes_without_waking() {
        let violations = reports(builder(), async {
            let mut polls = 0;
            // In code that nobody has looked at, too.
            let task = spawn(poll_fn(move |_| {
                polls += 1;
                if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
            }));
            task.await.unwrap();
            yield_now().await;
        });
        let [violation] = &*violations else { panic!("{violations:#?}") };
        assert!(violation.message.ends_with(" was pending, and nobody held its waker"), "{violation}");
        assert!(violation.backtrace.is_empty());
    }

    #[test]
    fn a_task_that_was_right_at_first() {
        let violations = reports(builder(), async {
            let (told, is_told) = promise();
            let task = spawn(async move {
                yield_now().await;
                sleep(Duration::from_millis(1)).await;
                reads(told).await;
            });
            is_told.await.unwrap();
            yield_now().await;
            task.cancel();
        });
        assert_eq!(violations.len(), 1);
    }

    #[test]
    fn a_task_after_one_that_has_kept_its_waker_and_panicked() {
        let kept = Rc::new(RefCell::new(None));
        let keeps = Rc::clone(&kept);
        let violations = reports(builder(), async move {
            let panics = spawn(poll_fn(move |cx| -> Poll<()> {
                *keeps.borrow_mut() = Some(cx.waker().clone());
                panic!("with a waker");
            }));
            fault().await;
            assert!(panics.await.unwrap_err().is_panic());
        });
        assert_eq!(violations.len(), 1);
        kept.take().expect("it was kept").wake();
    }

    #[test]
    fn a_task_in_the_place_of_one_whose_waker_is_kept() {
        let violations = reports(builder(), async {
            let kept = Rc::new(RefCell::new(Vec::new()));
            for _ in 0..3 {
                let keeps = Rc::clone(&kept);
                let task = spawn(poll_fn(move |cx| {
                    keeps.borrow_mut().push(cx.waker().clone());
                    Poll::Ready(())
                }));
                task.await.unwrap();
                // What is behind the others may be used again.
                kept.borrow_mut().truncate(1);
            }
            let (told, is_told) = promise();
            let task = spawn(async {
                // Nobody keeps that of this task.
                poll_fn(|cx| {
                    drop(cx.waker().clone());
                    Poll::Ready(())
                })
                .await;
                reads(told).await;
            });
            is_told.await.unwrap();
            yield_now().await;
            task.cancel();
            // It is for a task that is gone.
            kept.take().remove(0).wake();
        });
        assert_eq!(violations.len(), 1);
    }

    /// Begins to wait for a task, and does not go on with that.
    #[checked_async]
    async fn gives_up(task: JoinHandle<()>, told: Promise<()>) {
        let mut task = task;
        let begun = poll_fn(|cx| Poll::Ready(Pin::new(&mut task).poll(cx).is_pending()));
        assert!(begun.await);
        drop(task);
        forgets(told).await;
    }

    #[test]
    fn a_task_that_has_given_up_to_wait_for_another() {
        let violations = reports(builder(), async {
            let (told, is_told) = promise();
            let task = spawn(gives_up(spawn(pending()), told));
            is_told.await.unwrap();
            yield_now().await;
            task.cancel();
        });
        assert_eq!(violations.len(), 1);
    }

    #[test]
    fn in_debug_mode_only() {
        let violations = reports(builder().debug(false), async {
            let (told, is_told) = promise();
            let task = spawn(reads(told));
            yield_now().await;
            handle().set_debug(true);
            // It had its last poll before.
            fault().await;
            task.cancel();
            assert!(is_told.await.is_err());
        });
        let [violation] = &*violations else { panic!("{violations:#?}") };
        assert!(violation.message.starts_with("task `later` "), "{violation}");
    }
}

mod on_tokio {
    use super::*;
    use tokio::sync::oneshot;

    /// As `forgets`, for any executor.
    #[checked_async]
    async fn forgets(told: oneshot::Sender<()>) {
        let mut told = Some(told);
        let mut polls = 0;
        poll_fn(|_| {
            polls += 1;
            if polls == 2 {
                told.take().unwrap().send(()).unwrap();
            }
            Poll::<()>::Pending
        })
        .await;
    }

    #[test]
    fn a_supervised_task() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let ((), violations) = capture(|| {
            runtime.block_on(async {
                let (told, is_told) = oneshot::channel();
                let endless = checked_async::tokio::spawn(pending::<()>());
                let task = checked_async::tokio::spawn(forgets(told)).named("reader");
                is_told.await.unwrap();
                task.abort();
                endless.abort();
            });
        });
        let [violation] = &*violations else { panic!("{violations:#?}") };
        assert_eq!(violation.message, "task `reader` is pending, and nobody holds its waker");
        assert_eq!(violation.backtrace[0].function, "lost_waker::on_tokio::forgets");
    }
}

mod not_reported {
    use super::*;

    #[test]
    fn a_task_that_waits_until_it_is_cancelled() {
        #[checked_async]
        async fn until_cancelled(way: u32) {
            match way {
                0 => pending::<()>().await,
                1 => std::future::pending().await,
                _ => futures::future::pending::<()>().await,
            }
        }
        /// What a task waits for in no function of its own is not known.
        #[checked_async]
        async fn starts() {
            drop(spawn(pending::<()>()));
            drop(spawn(poll_fn(|_| Poll::<()>::Pending)));
        }
        assert_not_reported(async {
            for way in 0..3 {
                drop(spawn(until_cancelled(way)));
            }
            starts().await;
            // Who has no attribute may have his reasons.
            drop(spawn(pending::<()>()));
            drop(spawn(async { poll_fn(|_| Poll::<()>::Pending).await }));
            yield_now().await;
        });
    }

    #[test]
    fn a_task_whose_waker_is_held() {
        #[checked_async]
        async fn waits(what: impl Future) {
            let _ = what.await;
        }
        let (held, holder) = std::sync::mpsc::channel::<Waker>();
        let keep = thread::spawn(move || holder.into_iter().collect::<Vec<_>>());
        let (sender, receiver) = checked_async::channel::bounded::<()>(1);
        assert_not_reported(async {
            let (setter, promised) = promise::<()>();
            drop(spawn(waits(promised)));
            drop(spawn(waits(sleep(Duration::from_secs(3600)))));
            drop(spawn(waits(async_io::Timer::after(Duration::from_secs(3600)))));
            let other = spawn(waits(async move { receiver.recv().await }));
            drop(spawn(waits(other)));
            drop(spawn(waits(poll_fn(move |cx| {
                held.send(cx.waker().clone()).unwrap();
                Poll::<()>::Pending
            }))));
            drop(spawn(waits(futures::future::select(sleep(Duration::from_secs(3600)), pending::<()>()))));
            drop(spawn(async move {
                pending::<()>().await;
                drop(setter);
            }));
            yield_now().await;
        });
        drop(sender);
        keep.join().unwrap();
    }

    #[test]
    fn a_task_whose_first_waker_is_held() {
        #[checked_async]
        async fn keeps_the_first(mut woken: Promised<()>) {
            let mut first = None;
            poll_fn(|cx| {
                first.get_or_insert_with(|| cx.waker().clone());
                let _ = woken.poll_unpin(cx);
                Poll::<()>::Pending
            })
            .await;
        }
        assert_not_reported(async {
            let (wake, woken) = promise();
            drop(spawn(keeps_the_first(woken)));
            yield_now().await;
            wake.set(()).unwrap();
            yield_now().await;
        });
    }

    #[test]
    fn a_task_whose_waker_was_cloned_elsewhere() {
        #[checked_async]
        async fn waits(held: Arc<Mutex<Option<Waker>>>) {
            poll_fn(|cx| {
                let waker = cx.waker();
                thread::scope(|scope| {
                    scope.spawn(|| *held.lock().unwrap() = Some(waker.clone()));
                });
                Poll::<()>::Pending
            })
            .await;
        }
        let held = Arc::default();
        let waits = waits(Arc::clone(&held));
        // Nothing is said of this loop's wakers any more, so that the later fault is on another.
        let (result, violations) = capture(|| {
            builder().run(async {
                drop(spawn(waits));
                yield_now().await;
                thread::spawn(|| builder().run(fault()).unwrap()).join().unwrap();
            })
        });
        result.unwrap();
        assert!(held.lock().unwrap().is_some());
        assert!(violations.iter().all(|violation| violation.kind != Kind::LostWaker), "{violations:#?}");
    }

    #[test]
    fn a_task_that_is_woken_from_elsewhere_meanwhile() {
        #[checked_async]
        async fn wakes() {
            let mut polls = 0;
            poll_fn(|cx| {
                polls += 1;
                let waker = cx.waker();
                thread::scope(|scope| {
                    scope.spawn(|| waker.wake_by_ref());
                });
                if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        }
        assert_not_reported(async { spawn(wakes()).await.unwrap() });
    }

    #[test]
    fn a_task_that_wakes_itself() {
        #[checked_async]
        async fn spins() {
            loop {
                yield_now().await;
            }
        }
        assert_not_reported(async {
            drop(spawn(spins()));
            yield_now().await;
        });
    }

    #[test]
    fn a_task_that_is_cancelled_or_done() {
        assert_not_reported(async {
            let (told, is_told) = promise();
            let task = spawn(reads(told));
            yield_now().await;
            task.cancel();
            assert!(task.await.unwrap_err().is_cancelled());
            assert!(is_told.await.is_err());
            spawn(async {}).await.unwrap();
        });
    }

    #[test]
    fn a_task_that_was_polled_for_another_reason() {
        assert_not_reported(async {
            let (told, is_told) = promise();
            let (wake, is_woken) = promise::<()>();
            let task = spawn(async move {
                // The second of them has the waker, so that the first is polled again.
                let mut forgetful = reads(told).boxed_local().fuse();
                futures::select_biased! {
                    () = forgetful => {}
                    _ = is_woken.fuse() => {}
                }
            });
            yield_now().await;
            wake.set(()).unwrap();
            task.await.unwrap();
            is_told.await.unwrap();
        });
    }

    /// Waits for a task; what it is polled for in between concerns nobody.
    #[checked_async]
    async fn joins(task: JoinHandle<()>, waker: Rc<RefCell<Option<Waker>>>) {
        let mut task = task;
        let mut is_first = true;
        let joined = poll_fn(|cx| {
            if mem::take(&mut is_first) {
                *waker.borrow_mut() = Some(cx.waker().clone());
            } else if !task.is_finished() {
                return Poll::Pending;
            }
            Pin::new(&mut task).poll(cx)
        });
        joined.await.unwrap();
    }

    #[test]
    fn a_task_that_waits_for_another() {
        assert_not_reported(async {
            let waker = Rc::default();
            // It is there until the run is over.
            drop(spawn(joins(spawn(pending()), Rc::clone(&waker))));
            yield_now().await;
            waker.take().unwrap().wake();
            yield_now().await;
        });
    }

    /// Keeps the waker of its first poll, as a task's does not change.
    #[checked_async]
    async fn keeps_the_first_there(held: Rc<RefCell<Option<Waker>>>, woken: Promised<()>) {
        let mut woken = woken.fuse();
        poll_fn(|cx| {
            held.borrow_mut().get_or_insert_with(|| cx.waker().clone());
            let _ = woken.poll_unpin(cx);
            Poll::<()>::Pending
        })
        .await;
    }

    #[test]
    fn a_task_that_began_before_the_checks() {
        let violations = reports(builder().debug(false), async {
            let (wake, is_woken) = promise::<()>();
            let held = Rc::default();
            drop(spawn(keeps_the_first_there(Rc::clone(&held), is_woken)));
            let waker = Rc::default();
            drop(spawn(joins(spawn(pending()), Rc::clone(&waker))));
            yield_now().await;
            handle().set_debug(true);
            wake.set(()).unwrap();
            waker.take().unwrap().wake();
            yield_now().await;
            fault().await;
        });
        let [violation] = &*violations else { panic!("{violations:#?}") };
        assert!(violation.message.starts_with("task `later` "), "{violation}");
    }

    #[test]
    fn a_loop_that_may_stand_still() {
        let violations = reports(builder().stalled_after(None), async {
            let (told, is_told) = promise();
            let task = spawn(reads(told));
            spawn(sleep(Duration::from_millis(1))).await.unwrap();
            task.cancel();
            assert!(is_told.await.is_err());
        });
        assert!(violations.is_empty());
    }
}
