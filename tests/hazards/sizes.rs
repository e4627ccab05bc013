//! In builds without checks, the future is as big as without the attribute.

use super::poll::pause;
use checked_async::checked_async;
use std::future::Future;

macro_rules! twins {
    ($($tokens:tt)*) => {
        mod plain {
            use super::*;
            $($tokens)*
        }
        #[checked_async]
        mod checked {
            use super::*;
            $($tokens)*
        }
    };
}

twins! {
    pub(super) async fn empty() {}
    pub(super) async fn argument(n: u64) -> u64 {
        n
    }
    pub(super) async fn kept(n: [u8; 100]) -> u8 {
        pause().await;
        n[0]
    }
    pub(super) async fn pattern((a, _): (u64, u64), mut b: u64, _: u64) -> u64 {
        pause().await;
        b += a;
        b
    }
    pub(super) async fn references(text: &str) -> usize {
        pause().await;
        text.len()
    }
    pub(super) async fn chain(n: u64) -> u64 {
        let local = [n; 4];
        argument(n).await + kept([1; 100]).await as u64 + local[0]
    }
    pub(super) async fn chain_of_chains(n: u64) -> u64 {
        let first = chain(n).await;
        chain(first).await
    }
    pub(super) async fn block(n: u64) -> u64 {
        let inner = async move {
            pause().await;
            n
        };
        inner.await
    }
}

/// Compares the sizes; with checks on, a wrapper may add to it.
#[track_caller]
fn compare(plain: impl Future, checked: impl Future) {
    let sizes = (size_of_val(&plain), size_of_val(&checked));
    checked_async::discard((plain, checked));
    if cfg!(debug_assertions) {
        assert!(sizes.0 <= sizes.1);
    } else {
        assert_eq!(sizes.0, sizes.1);
    }
}

fn size_of_val<T>(value: &T) -> usize {
    std::mem::size_of_val(value)
}

#[test]
fn sizes_are_equal() {
    compare(plain::empty(), checked::empty());
    compare(plain::argument(1), checked::argument(1));
    compare(plain::kept([1; 100]), checked::kept([1; 100]));
    compare(plain::pattern((1, 2), 3, 4), checked::pattern((1, 2), 3, 4));
    compare(plain::references("x"), checked::references("x"));
    compare(plain::chain(1), checked::chain(1));
    compare(plain::chain_of_chains(1), checked::chain_of_chains(1));
    compare(plain::block(1), checked::block(1));
}
