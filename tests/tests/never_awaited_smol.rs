//! Whatever smol, its executors and futures-concurrency drop unpolled, they may.
#![cfg(debug_assertions)]

use std::future::{pending, ready};

use checked_async::capture_future;
use checked_async_tests::by_hand::assert_silent;
use checked_async_tests::checked;
use futures_concurrency::prelude::*;
use smol::future::FutureExt as _;

checked! { async fn leaf(n: u32) -> u32 { n } }
checked! { async fn fallible(n: u32) -> Result<u32, u32> { Ok(n) } }

#[track_caller]
fn assert_silent_in_smol(future: impl Future<Output = ()>) {
    let ((), violations) = smol::block_on(capture_future(future));
    assert_silent(&violations);
}

#[test]
fn losers_of_races() {
    assert_silent_in_smol(async {
        assert_eq!(ready(1).or(leaf(2)).await, 1);
        for _ in 0..20 {
            smol::future::race(leaf(1), leaf(2)).await;
            (leaf(1), leaf(2)).race().await;
            [leaf(1), leaf(2)].race().await;
            vec![leaf(1), leaf(2)].race().await;
        }
        assert!((fallible(1), async { Err::<u32, u32>(1) }).try_join().await.is_err());
        assert!(smol::future::try_zip(ready(Err::<u32, u32>(1)), fallible(1)).await.is_err());
    });
}

#[test]
fn tasks_cancelled_before_their_first_turn() {
    assert_silent_in_smol(async {
        let executor = async_executor::Executor::new();
        let cancelled = executor.run(async { executor.spawn(leaf(1)).cancel().await }).await;
        assert_eq!(cancelled, None);
        drop(executor.spawn(leaf(2)));
        executor.spawn(leaf(3)).detach();
        drop(executor);

        let executor = async_executor::LocalExecutor::new();
        executor
            .spawn(async {
                let later = leaf(1);
                pending::<()>().await;
                later.await
            })
            .detach();
        assert!(executor.try_tick());
        executor.spawn(leaf(3)).detach();
        drop(executor);
    });
}
