//! What the attribute adds to a future: nothing in a build without checks, a frame for each checked call in one with them.
//!
//! Every shape of function stands here once and is compiled twice, with the attribute and without.

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

/// What one checked call may add while there are checks.
const FRAME: usize = 56;

/// Writes each function twice, and a test that compares their futures.
///
/// `frames` is how many checked futures the future holds at once, itself included.
macro_rules! shapes {
    ($($shape:ident($($argument:expr),*), $frames:literal frames: { $($code:tt)* })*) => {
        shapes! { @module plain [] $($shape { $($code)* })* }
        shapes! { @module checked [#[checked_async::checked_async]] $($shape { $($code)* })* }

        $(
            #[test]
            fn $shape() {
                let checked = checked::$shape::shape($($argument),*);
                let plain = plain::$shape::shape($($argument),*);
                compare(size_of_val(&checked), size_of_val(&plain), $frames);
                checked_async::discard(checked);
                checked_async::discard(plain);
            }
        )*
    };
    (@module $module:ident $attribute:tt $($shape:ident $code:tt)*) => {
        mod $module {
            #![allow(unused, dropping_copy_types, reason = "these functions are measured, not called")]

            $(pub(super) mod $shape {
                use super::{call, fail};
                use crate::{Big, HashMap, Rc, Duration};
                use tokio::task::yield_now;

                shapes! { @function $attribute $code }
            })*

            shapes! { @function $attribute { async fn call(n: u64) -> u64 { yield_now().await; n } } }
            shapes! { @function $attribute { async fn fail(n: u64) -> Result<u64, String> { yield_now().await; Ok(n) } } }
            use tokio::task::yield_now;
        }
    };
    (@function [$(#[$attribute:meta])?] { $($code:tt)* }) => {
        $(#[$attribute])?
        $($code)*
    };
}

/// The sizes are equal where there are no checks.
#[track_caller]
fn compare(checked: usize, plain: usize, frames: usize) {
    let frame = if cfg!(debug_assertions) { FRAME } else { 0 };
    assert!((plain..=plain + frames * frame).contains(&checked), "{checked} bytes with the attribute, {plain} without");
}

/// What is large enough to be seen where it is kept twice.
#[derive(Clone, Copy)]
pub struct Big([u64; 64]);

shapes! {
    ready(), 1 frames: {
        pub(crate) async fn shape() -> u64 { 1 }
    }
    arguments(Big([0; 64]), (Big([1; 64]), Rc::new(1)), Rc::new(2)), 2 frames: {
        pub(crate) async fn shape(used: Big, (part, _): (Big, Rc<u32>), _: Rc<u32>) -> u64 {
            let first = used.0[0];
            call(first).await + part.0[1]
        }
    }
    argument_kept_across_await(Big([0; 64])), 2 frames: {
        pub(crate) async fn shape(mut big: Big) -> u64 {
            big.0[0] = call(1).await;
            big.0[1] += call(2).await;
            big.0.iter().sum()
        }
    }
    discarded_calls(Rc::new(1)), 2 frames: {
        pub(crate) async fn shape(shared: Rc<u64>) {
            let mut map = HashMap::new();
            map.insert(1, shared.clone());
            Rc::clone(&shared);
            map.remove(&1);
            call(1).await;
            map.values().map(|value| **value).max();
            map.remove(&2);
        }
    }
    discarded_awaits(), 2 frames: {
        pub(crate) async fn shape() {
            call(1).await;
            call(2).await;
            let _ = call(3).await;
            _ = fail(4).await;
            drop(call(5).await);
            call(6).await;
        }
    }
    discarded_big_values(Big([0; 64])), 2 frames: {
        pub(crate) async fn shape(big: Big) {
            fn again(big: &Big) -> Big { *big }
            again(&big);
            call(1).await;
            let _ = again(&big);
            call(2).await;
            again(&big);
        }
    }
    unmentioned_bindings(Rc::new(1)), 2 frames: {
        pub(crate) async fn shape(shared: Rc<u64>) -> u64 {
            let guard = Rc::clone(&shared);
            let n = call(*shared).await;
            let result = fail(n).await;
            call(n).await
        }
    }
    bound_futures(true), 4 frames: {
        pub(crate) async fn shape(ready: bool) -> u64 {
            let first = call(1);
            let second = call(2);
            if ready { first.await } else { second.await }
        }
    }
    question_marks(), 2 frames: {
        pub(crate) async fn shape() -> Result<u64, String> {
            let first = fail(1).await?;
            fail(first).await?;
            let second = fail(fail(2).await?).await?;
            Ok(first + second)
        }
    }
    branches(3), 2 frames: {
        pub(crate) async fn shape(n: u64) -> Result<u64, String> {
            let Some(half) = n.checked_div(2) else { return fail(n).await };
            match fail(half).await {
                Ok(0) => return Ok(call(1).await),
                Ok(n) if n > 5 => {
                    call(2).await;
                }
                Ok(_) => drop(call(3).await),
                Err(text) => return Err(text),
            }
            if half == 1 { fail(4).await } else { Ok(5) }
        }
    }
    loops(vec![1, 2]), 2 frames: {
        pub(crate) async fn shape(numbers: Vec<u64>) -> u64 {
            let mut sum = 0;
            for n in &numbers {
                if call(*n).await == 7 {
                    continue;
                }
                sum += call(sum).await;
            }
            while let Ok(n) = fail(sum).await {
                sum += n;
                call(sum).await;
            }
            loop {
                call(1).await;
                if sum > 3 {
                    break sum;
                }
            }
        }
    }
    temporaries(), 2 frames: {
        pub(crate) async fn shape() {
            let text = tokio::sync::Mutex::new(String::new());
            text.lock().await.push_str(&call(1).await.to_string());
            text.lock().await.pop();
            text.lock().await.clear();
        }
    }
    // And one for what is kept of `&mut kept`.
    selects(), 5 frames: {
        pub(crate) async fn shape() -> u64 {
            let kept = call(1);
            tokio::pin!(kept);
            loop {
                tokio::select! {
                    n = &mut kept => break n,
                    n = call(2) => {
                        call(n).await;
                    }
                    Ok(n) = fail(3) => return n,
                    else => break 0,
                }
            }
        }
    }
    joins(), 4 frames: {
        pub(crate) async fn shape() -> u64 {
            let (first, second) = tokio::join!(call(1), call(2));
            let third = tokio::time::timeout(Duration::from_secs(1), call(3)).await;
            first + second + third.unwrap_or(0)
        }
    }
    async_blocks(Rc::new(1)), 3 frames: {
        pub(crate) async fn shape(shared: Rc<u64>) -> u64 {
            let later = async {
                call(*shared).await;
                Rc::clone(&shared);
                call(2).await
            };
            let closure = async |n: u64| call(n + *shared).await;
            later.await + closure(3).await
        }
    }
    generics([1_u32, 2, 3], |n| *n > 1), 2 frames: {
        pub(crate) async fn shape<T: Copy + Into<u64>, const N: usize>(values: [T; N], pick: impl Fn(&T) -> bool) -> u64 {
            let mut sum = 0;
            for value in values {
                if pick(&value) {
                    sum += call(value.into()).await;
                }
            }
            sum
        }
    }
    by_hand(Big([0; 64])), 2 frames: {
        pub(crate) fn shape(big: Big) -> impl Future<Output = u64> {
            let first = big.0[0];
            async move { call(first).await + big.0[1] }
        }
    }
    boxed_recursion(3), 1 frames: {
        pub(crate) async fn shape(n: u64) -> u64 {
            if n == 0 {
                return 0;
            }
            Box::pin(shape(n - 1)).await + 1
        }
    }
}
