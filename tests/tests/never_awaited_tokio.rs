//! Whatever tokio drops unpolled, it may: nothing is reported, in checked functions and in unchecked ones.
#![cfg(debug_assertions)]

use std::future::{pending, ready};
use std::time::Duration;

use checked_async::capture;
use checked_async_tests::by_hand::assert_silent;
use checked_async_tests::checked;
use tokio::runtime::{Builder, Runtime};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::timeout;

checked! { async fn leaf(n: u32) -> u32 { n } }
checked! { async fn fallible(n: u32) -> Result<u32, u32> { Ok(n) } }

/// A plain function whose checked local is unpolled while it is suspended.
async fn holds() -> u32 {
    let later = leaf(1);
    pending::<()>().await;
    later.await
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

#[track_caller]
fn assert_silent_in_tokio(future: impl Future<Output = ()>) {
    let (_, violations) = capture(|| {
        let runtime = runtime();
        runtime.block_on(future);
        drop(runtime);
    });
    assert_silent(&violations);
}

#[test]
fn losers_of_select() {
    assert_silent_in_tokio(async {
        tokio::select! {
            biased;
            _ = ready(()) => {}
            _ = leaf(1) => unreachable!(),
        }
        tokio::select! {
            biased;
            _ = ready(()) => {}
            _ = leaf(1) => unreachable!(),
            _ = Box::pin(leaf(2)) => unreachable!(),
            _ = holds() => unreachable!(),
        }
        for _ in 0..20 {
            tokio::select! {
                _ = leaf(1) => {}
                _ = leaf(2) => {}
                _ = ready(()) => {}
            }
        }
        tokio::select! {
            _ = leaf(1), if false => unreachable!(),
            else => {}
        }
    });
}

#[test]
fn losers_of_try_join() {
    assert_silent_in_tokio(async {
        let joined = tokio::try_join!(ready(Err::<(), u32>(1)), fallible(2), async { fallible(3).await });
        assert_eq!(joined.map(|_| ()), Err(1));
        assert_eq!(tokio::join!(leaf(1), leaf(2)), (1, 2));
    });
}

#[test]
fn timeouts() {
    assert_silent_in_tokio(async {
        timeout(Duration::from_secs(1), holds()).await.unwrap_err();
        timeout(Duration::from_secs(1), async { tokio::join!(holds(), holds()) }).await.unwrap_err();
        // Built and never polled.
        let race = timeout(Duration::from_secs(1), timeout(Duration::from_secs(1), leaf(1)));
        drop(race);
    });
}

#[test]
fn tasks_aborted_before_their_first_turn() {
    assert_silent_in_tokio(async {
        let task = tokio::spawn(leaf(1));
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        let task = tokio::spawn(holds());
        tokio::task::yield_now().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());

        let mut set = JoinSet::new();
        set.spawn(leaf(1));
        set.spawn(leaf(2));
        set.abort_all();
        while set.join_next().await.is_some() {}
        set.spawn(leaf(3));
        drop(set);
    });
}

#[test]
fn runtime_shut_down_with_unpolled_tasks() {
    let (_, violations) = capture(|| {
        let runtime = runtime();
        runtime.spawn(leaf(1));
        runtime.spawn(async {
            let later = leaf(2);
            pending::<()>().await;
            later.await
        });
        drop(runtime);

        let runtime = Builder::new_multi_thread().worker_threads(1).build().unwrap();
        // Keeps the only worker busy, so that the next task is never polled.
        let (running, is_running) = std::sync::mpsc::channel();
        let (release, released) = std::sync::mpsc::channel::<()>();
        runtime.spawn(async move {
            running.send(()).unwrap();
            let _ = released.recv();
        });
        is_running.recv().unwrap();
        runtime.spawn(leaf(3));
        drop(release);
        runtime.shutdown_background();
    });
    assert_silent(&violations);
}

#[test]
fn local_set_dropped() {
    assert_silent_in_tokio(async {
        let set = LocalSet::new();
        set.spawn_local(leaf(1));
        drop(set);
        let set = LocalSet::new();
        set.spawn_local(holds());
        set.run_until(tokio::task::yield_now()).await;
        drop(set);
    });
}

#[test]
fn refused_by_a_closed_channel() {
    assert_silent_in_tokio(async {
        let (jobs, queue) = tokio::sync::mpsc::channel(4);
        jobs.send(leaf(1)).await.unwrap();
        drop(queue);
        // The queued job is dropped with the channel, by whichever end goes last.
        drop(jobs);
    });
}
