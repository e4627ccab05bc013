//! Whatever the combinators of `futures` drop unpolled, they may.
#![cfg(debug_assertions)]

use std::future::{pending, ready};

use checked_async::capture_future;
use checked_async_tests::by_hand::assert_silent;
use checked_async_tests::checked;
use futures::future::{self, Either, FutureExt, TryFutureExt};
use futures::stream::{self, FuturesOrdered, FuturesUnordered, StreamExt};
use futures::task::LocalSpawnExt;

checked! { async fn leaf(n: u32) -> u32 { n } }
checked! { async fn fallible(n: u32) -> Result<u32, u32> { Ok(n) } }

#[track_caller]
fn assert_silent_in_futures(future: impl Future<Output = ()>) {
    let ((), violations) = futures::executor::block_on(capture_future(future));
    assert_silent(&violations);
}

#[test]
fn losers_of_select() {
    assert_silent_in_futures(async {
        futures::select_biased! {
            _ = ready(()).fuse() => {}
            _ = leaf(1).fuse() => unreachable!(),
        }
        for _ in 0..20 {
            futures::select! {
                _ = leaf(1).fuse() => {}
                _ = Box::pin(leaf(2)).fuse() => {}
            }
        }
        match future::select(Box::pin(ready(())), Box::pin(leaf(1))).await {
            Either::Left(((), _)) => {}
            Either::Right(_) => unreachable!(),
        }
        let (_, _, losers) = future::select_all([Box::pin(leaf(1)), Box::pin(leaf(2))]).await;
        checked_async::discard(losers);
        let _ = future::select_ok([Box::pin(fallible(1)), Box::pin(fallible(2))]).await.map(|(one, _)| one);
    });
}

#[test]
fn losers_of_joins() {
    assert_silent_in_futures(async {
        let joined = future::try_join(ready(Err::<(), u32>(1)), fallible(2)).await;
        assert_eq!(joined, Err(1));
        assert_eq!(futures::try_join!(ready(Err::<(), u32>(1)), fallible(2)), Err(1));
        let failing = || ready(Err::<u32, u32>(1)).left_future();
        assert_eq!(future::try_join_all([failing(), fallible(2).right_future()]).await, Err(1));
        drop(future::join_all([leaf(1), leaf(2)]));
        drop(future::join(leaf(1), leaf(2)));
        assert_eq!(fallible(1).and_then(fallible).await, Ok(1));
        assert_eq!(ready(Err::<u32, u32>(1)).and_then(fallible).await, Err(1));
    });
}

#[test]
fn abortable_before_its_first_poll() {
    assert_silent_in_futures(async {
        let (future, handle) = future::abortable(leaf(1));
        handle.abort();
        future.await.unwrap_err();
    });
}

#[test]
fn groups_dropped_or_left_early() {
    assert_silent_in_futures(async {
        drop([leaf(1), leaf(2)].into_iter().collect::<FuturesUnordered<_>>());
        drop([leaf(1), leaf(2)].into_iter().collect::<FuturesOrdered<_>>());
        let mut buffered = stream::iter([leaf(1), leaf(2), leaf(3)]).buffer_unordered(2);
        assert!(buffered.next().await.is_some());
        drop(buffered);
        let mut buffered = stream::iter(0..3).map(leaf).buffered(2);
        assert!(buffered.next().await.is_some());
    });
}

#[test]
fn pools_dropped_with_unpolled_tasks() {
    assert_silent_in_futures(async {
        let pool = futures::executor::LocalPool::new();
        pool.spawner().spawn_local(leaf(1).map(|_| ())).unwrap();
        drop(pool);
    });
}

#[test]
fn a_suspended_plain_future_dropped() {
    assert_silent_in_futures(async {
        let mut holds = Box::pin(async {
            let later = leaf(1);
            pending::<()>().await;
            later.await
        });
        assert!(futures::poll!(holds.as_mut()).is_pending());
        drop(holds);
    });
}
