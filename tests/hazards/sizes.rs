//! In builds without checks, the future is no bigger than without the attribute.

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
    pub(super) async fn discards(text: String) {
        argument(1).await;
        let _ = argument(2).await;
        references(&text).await;
        references(&String::from("temporary")).await;
        let _ = references(&String::from("temporary")).await;
        drop(vec![references(&text).await]);
        let _unused = kept([1; 100]).await;
        match argument(3).await {
            1 => drop(argument(4).await),
            _ => {
                argument(5).await;
            }
        }
    }
    pub(super) async fn selects() {
        tokio::join!(argument(1), async {
            argument(2).await;
        });
        tokio::select! {
            _ = argument(3) => {
                argument(4).await;
            }
            _ = argument(5) => {}
        }
    }
    pub(super) async fn returns_early(n: u64) -> Result<u64, String> {
        if n == 0 {
            return Err(String::new());
        }
        pause().await;
        Ok(argument(n).await)
    }
    pub(super) struct Type(pub(super) [u64; 4]);
    impl Type {
        pub(super) async fn by_value(self, _: u64) -> u64 {
            pause().await;
            self.0[0]
        }
        pub(super) async fn unused_self(self) {
            pause().await;
        }
        pub(super) async fn by_reference(&mut self) -> &mut u64 {
            pause().await;
            &mut self.0[0]
        }
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
        assert!(sizes.1 <= sizes.0, "{} bytes became {}", sizes.0, sizes.1);
    }
}

fn size_of_val<T>(value: &T) -> usize {
    std::mem::size_of_val(value)
}

#[test]
fn no_future_grows() {
    compare(plain::empty(), checked::empty());
    compare(plain::argument(1), checked::argument(1));
    compare(plain::kept([1; 100]), checked::kept([1; 100]));
    compare(plain::pattern((1, 2), 3, 4), checked::pattern((1, 2), 3, 4));
    compare(plain::references("x"), checked::references("x"));
    compare(plain::chain(1), checked::chain(1));
    compare(plain::chain_of_chains(1), checked::chain_of_chains(1));
    compare(plain::block(1), checked::block(1));
    compare(plain::discards(String::new()), checked::discards(String::new()));
    compare(plain::returns_early(1), checked::returns_early(1));
    compare(plain::Type([1; 4]).by_value(1), checked::Type([1; 4]).by_value(1));
    compare(plain::Type([1; 4]).unused_self(), checked::Type([1; 4]).unused_self());
    compare(plain::Type([1; 4]).by_reference(), checked::Type([1; 4]).by_reference());
    compare(plain::selects(), checked::selects());
}
