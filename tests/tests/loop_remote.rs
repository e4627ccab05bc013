//! The way into a loop from other threads.

use std::cell::Cell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use checked_async::{
    EventLoop, Kind, LoopClosed, Remote, RemoteHandle, capture, catch_cancel, promise, remote, run_blocking, sleep,
    spawn, yield_now,
};
use checked_async_tests::by_hand::{assert_silent, kinds};
use checked_async_tests::loops::{self, run};

/// Runs code on another thread while this thread's loop runs.
async fn on_thread<T: Send + 'static>(work: impl FnOnce(Remote) -> T + Send + 'static) -> T {
    let remote = remote();
    run_blocking(move || work(remote)).await.unwrap()
}

#[test]
fn messages_of_one_thread_arrive_in_order() {
    run(async {
        let seen = on_thread(|remote| {
            let (sender, seen) = mpsc::channel();
            for n in 0..1000 {
                let sender = sender.clone();
                if n % 3 == 0 {
                    drop(remote.spawn(async move { sender.send(n).unwrap() }).unwrap());
                } else {
                    remote.call_soon(move || sender.send(n).unwrap()).unwrap();
                }
            }
            drop(sender);
            seen.iter().collect::<Vec<_>>()
        })
        .await;
        assert_eq!(seen.len(), 1000);
        // A task begins in the turn after that in which it arrives: each kind is in order.
        assert!(seen.iter().filter(|n| *n % 3 == 0).is_sorted());
        assert!(seen.iter().filter(|n| *n % 3 != 0).is_sorted());
    });
}

#[test]
fn a_message_wakes_a_loop_that_sleeps() {
    run(async {
        let (promise, promised) = promise();
        thread_local!(static SLOT: Cell<Option<checked_async::Promise<u32>>> = const { Cell::new(None) });
        SLOT.set(Some(promise));
        let remote = remote();
        let thread = thread::spawn(move || {
            remote.call_soon(|| SLOT.take().unwrap().set(5).unwrap()).unwrap();
        });
        assert_eq!(promised.await, Ok(5));
        thread.join().unwrap();
    });
}

#[test]
fn eight_threads_that_send_wake_and_spawn_at_once() {
    const EACH: usize = 2000;
    let called = Arc::new(AtomicUsize::new(0));
    let outputs = Arc::new(AtomicUsize::new(0));
    run(async {
        let remote = remote();
        let barrier = Arc::new(Barrier::new(8));
        let (sender, receiver) = async_channel();
        let threads: Vec<_> = (0..8)
            .map(|_| {
                let (remote, barrier, called, outputs) =
                    (remote.clone(), Arc::clone(&barrier), Arc::clone(&called), Arc::clone(&outputs));
                let sender = sender.clone();
                thread::spawn(move || {
                    barrier.wait();
                    for n in 0..EACH {
                        match n % 4 {
                            0 => {
                                let outputs = Arc::clone(&outputs);
                                let task = remote.spawn(async move {
                                    yield_now().await;
                                    outputs.fetch_add(1, SeqCst)
                                });
                                drop(task.unwrap());
                            }
                            1 => assert_eq!(remote.spawn(async { 1 }).unwrap().result().unwrap(), 1),
                            // Wakes a task of the loop.
                            2 => sender.unbounded_send(n).unwrap(),
                            _ => {
                                let called = Arc::clone(&called);
                                remote.call_soon(move || _ = called.fetch_add(1, SeqCst)).unwrap();
                            }
                        }
                    }
                })
            })
            .collect();
        drop(sender);
        assert_eq!(futures::StreamExt::count(receiver).await, 8 * EACH / 4);
        for thread in threads {
            run_blocking(move || thread.join().unwrap()).await.unwrap();
        }
        for _ in 0..4 {
            yield_now().await;
        }
    });
    assert_eq!(called.load(SeqCst), 8 * EACH / 4);
    assert_eq!(outputs.load(SeqCst), 8 * EACH / 4);
}

/// A channel whose sender wakes the receiver from its own thread.
fn async_channel() -> (futures::channel::mpsc::UnboundedSender<usize>, futures::channel::mpsc::UnboundedReceiver<usize>)
{
    futures::channel::mpsc::unbounded()
}

#[test]
fn results_panics_and_cancellations_reach_the_other_thread() {
    let ((), violations) = capture(|| {
        run(async {
            on_thread(|remote| {
                assert_eq!(remote.spawn(async { 7 }).unwrap().result().unwrap(), 7);
                let error =
                    remote.spawn(async { panic!("there") }).unwrap().result().map(|never: ()| never).unwrap_err();
                assert_eq!(error.to_string(), "the task panicked: there");
                let make = || -> std::future::Ready<()> { panic!("in the making") };
                let error = remote.spawn_with(make).unwrap().result().unwrap_err();
                assert_eq!(error.to_string(), "the task panicked: in the making");
                let itself = async {
                    checked_async::current_task().unwrap().cancel();
                    pending::<()>().await;
                };
                assert!(remote.spawn_with(|| itself).unwrap().result().unwrap_err().is_cancelled());
            })
            .await;
        });
    });
    assert_silent(&violations);
}

#[test]
fn a_result_may_be_waited_for_in_parts() {
    run(async {
        on_thread(|remote| {
            let (sender, receiver) = futures::channel::oneshot::channel();
            let task = remote.spawn(receiver).unwrap();
            let task = task.result_timeout(Duration::ZERO).unwrap_err();
            let task = task.result_timeout(Duration::from_millis(1)).unwrap_err();
            assert!(!task.is_finished());
            sender.send(3).unwrap();
            let output = task.result_timeout(Duration::MAX).unwrap();
            assert_eq!(output.unwrap(), Ok(3));
        })
        .await;
    });
}

#[test]
fn cancelling_from_another_thread() {
    run(async {
        on_thread(|remote| {
            let task = remote.spawn(pending::<()>()).unwrap();
            assert!(task.cancel());
            assert!(task.result().unwrap_err().is_cancelled());
            let caught = remote.spawn_with(|| catch_cancel(pending::<()>())).unwrap();
            // Not before it has begun: then it would never run.
            remote.spawn(async { yield_now().await }).unwrap().result().unwrap();
            assert!(caught.cancel());
            assert!(caught.result().unwrap().is_err());
            let done = remote.spawn(async { 1 }).unwrap();
            while !done.is_finished() {
                thread::yield_now();
            }
            assert!(!done.cancel());
            assert_eq!(done.result().unwrap(), 1);
        })
        .await;
    });
}

#[test]
fn cancelled_before_it_began_it_never_runs() {
    let ran = Arc::new(AtomicUsize::new(0));
    let mut event_loop = loops::builder().build().unwrap();
    let remote = event_loop.remote();
    let inner = Arc::clone(&ran);
    let task = remote.spawn(async move { inner.fetch_add(1, SeqCst) }).unwrap();
    assert!(task.cancel(), "the loop does not even run yet");
    let error = event_loop.run(task).unwrap().unwrap_err();
    assert!(error.is_cancelled());
    assert_eq!(ran.load(SeqCst), 0);
    event_loop.close();
}

#[test]
fn on_the_loops_own_thread_result_panics_unless_it_is_there() {
    let ((), violations) = capture(|| {
        run(async {
            let done = remote().spawn(async { 1 }).unwrap();
            for _ in 0..3 {
                yield_now().await;
            }
            assert_eq!(done.result().unwrap(), 1);
            let mut waits = remote().spawn(async { 2 }).unwrap();
            let panic = catch_unwind(AssertUnwindSafe(|| waits.result().unwrap())).unwrap_err();
            assert!(panic.downcast_ref::<String>().unwrap().contains("thread of the event loop would wait"));
            waits = remote().spawn(async { 2 }).unwrap();
            let timed = catch_unwind(AssertUnwindSafe(|| waits.result_timeout(Duration::from_secs(1)).is_ok()));
            assert!(timed.is_err());
        });
    });
    assert_eq!(kinds(&violations), [Kind::ResultOnLoopThread; 2]);
}

#[test]
fn a_closed_loop_says_so_and_answers_whoever_waits() {
    let event_loop = EventLoop::new().unwrap();
    let remote = event_loop.remote();
    let task = remote.spawn(async { 1 }).unwrap();
    let waits = thread::spawn(move || task.result());
    event_loop.close();
    // It ran, or was cancelled, but whoever waits hears of it.
    let _ = waits.join().unwrap();
    assert_eq!(remote.call_soon(|| {}), Err(LoopClosed));
    assert_eq!(remote.spawn(async {}).map(drop), Err(LoopClosed));

    let event_loop = EventLoop::new().unwrap();
    let remote = event_loop.remote();
    let mut task = remote.spawn(async { 1 }).unwrap();
    drop(event_loop);
    let answer = futures::executor::block_on(&mut task);
    assert!(answer.unwrap_err().is_cancelled());
    assert!(!task.cancel());
}

#[test]
fn a_handle_is_a_future_on_other_executors() {
    run(async {
        on_thread(|remote| {
            assert_eq!(futures::executor::block_on(remote.spawn(async { 4 }).unwrap()).unwrap(), 4);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            assert_eq!(
                runtime
                    .block_on(
                        remote
                            .spawn(async {
                                yield_now().await;
                                5
                            })
                            .unwrap()
                    )
                    .unwrap(),
                5
            );
        })
        .await;
        // And on another loop.
        let other = remote();
        let there = thread::spawn(move || run(async { other.spawn(async { 6 }).unwrap().await.unwrap() }));
        assert_eq!(run_blocking(|| there.join().unwrap()).await.unwrap(), 6);
    });
}

#[test]
fn an_answer_that_was_given_is_not_waited_for_again() {
    run(async {
        on_thread(|remote| {
            let mut task = remote.spawn(async { 4 }).unwrap();
            assert_eq!(futures::executor::block_on(&mut task).unwrap(), 4);
            assert!(task.is_finished());
            assert!(catch_unwind(AssertUnwindSafe(|| task.result())).is_err(), "it would wait for ever");
            let mut task = remote.spawn(async { 4 }).unwrap();
            assert_eq!(futures::executor::block_on(&mut task).unwrap(), 4);
            assert!(catch_unwind(AssertUnwindSafe(|| task.result_timeout(Duration::MAX).is_ok())).is_err());
        })
        .await;
    });
}

#[test]
fn what_is_lost_with_a_dropped_handle_is_reported_once() {
    // Before the end, after it, and read.
    let ((), violations) = capture(|| {
        run(async {
            let remote = remote();
            drop(remote.spawn(async { Err::<(), _>(std::fmt::Error) }).unwrap());
            drop(remote.spawn(async { panic!("there") }).map(|task: RemoteHandle<()>| task).unwrap());
            for _ in 0..4 {
                yield_now().await;
            }
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved, Kind::TaskPanic]);
    assert!(violations[0].created.as_ref().unwrap().file.ends_with("loop_remote.rs"));
    let ((), violations) = capture(|| {
        run(async {
            let task = remote().spawn(async { Err::<(), _>(std::fmt::Error) }).unwrap();
            for _ in 0..4 {
                yield_now().await;
            }
            assert!(task.is_finished());
            drop(task);
            assert!(remote().spawn(async { Err::<(), _>("read") }).unwrap().await.unwrap().is_err());
        });
    });
    assert_eq!(kinds(&violations), [Kind::TaskErrorNeverRetrieved]);
}

#[test]
fn wakers_outlive_their_loop() {
    // Wakers of finished tasks, of dropped ones, and of the future given to `run`.
    let mut wakers = Vec::new();
    let ((), _) = capture(|| {
        let mut event_loop = loops::builder().build().unwrap();
        let main = async {
            let mut grab = async || {
                std::future::poll_fn(|cx| {
                    wakers.push(cx.waker().clone());
                    std::task::Poll::Ready(())
                })
                .await
            };
            grab().await;
            let (sender, receiver) = mpsc::channel();
            for ends in [true, false] {
                let sender = sender.clone();
                drop(spawn(async move {
                    std::future::poll_fn(|cx| {
                        sender.send(cx.waker().clone()).unwrap();
                        std::task::Poll::Ready(())
                    })
                    .await;
                    if !ends {
                        pending::<()>().await;
                    }
                }));
            }
            sleep(Duration::ZERO).await;
            receiver
        };
        let receiver = event_loop.run(main).unwrap();
        drop(event_loop);
        wakers.extend(receiver.try_iter());
    });
    assert_eq!(wakers.len(), 3);
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let wakers = wakers.clone();
            thread::spawn(move || {
                wakers.into_iter().for_each(|waker| {
                    waker.wake_by_ref();
                    waker.wake()
                })
            })
        })
        .collect();
    wakers.iter().for_each(std::task::Waker::wake_by_ref);
    for thread in threads {
        thread.join().unwrap();
    }
}
