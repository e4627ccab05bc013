//! Recursion through a box: direct, mutual, between methods, generic, and a deep chain of types.

use super::poll::{pause, run};
use checked_async::checked_async;
use std::future::Future;
use std::pin::Pin;

#[checked_async]
async fn factorial(n: u64) -> u64 {
    if n == 0 { 1 } else { n * Box::pin(factorial(n - 1)).await }
}

#[checked_async]
async fn is_even(n: u32) -> bool {
    pause().await;
    n == 0 || Box::pin(is_odd(n - 1)).await
}
#[checked_async]
async fn is_odd(n: u32) -> bool {
    n != 0 && Box::pin(is_even(n - 1)).await
}

struct Tree(Vec<Tree>);
#[checked_async]
impl Tree {
    async fn count(&self) -> usize {
        let mut sum = 1;
        for child in &self.0 {
            sum += Box::pin(child.count()).await;
        }
        sum
    }
    async fn deepest(&self) -> usize {
        let mut depth = 0;
        for child in &self.0 {
            depth = depth.max(child.deeper().await);
        }
        depth
    }
    fn deeper(&self) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
        Box::pin(async move { 1 + self.deepest().await })
    }
}

#[checked_async]
async fn generic<T: Clone + Send + 'static>(value: T, n: u32) -> Vec<T> {
    if n == 0 {
        return Vec::new();
    }
    let mut list = Box::pin(generic(value.clone(), n - 1)).await;
    list.push(value);
    list
}

#[checked_async]
async fn in_dynamic(n: u32) -> u32 {
    if n == 0 {
        return 0;
    }
    let next: Pin<Box<dyn Future<Output = u32>>> = Box::pin(in_dynamic(n - 1));
    1 + next.await
}

#[checked_async]
fn sends_itself(n: u32) -> Pin<Box<dyn Future<Output = u32> + Send>> {
    Box::pin(async move { if n == 0 { 0 } else { sends_itself(n - 1).await + 1 } })
}

/// A chain whose every link is a new type, as deep generic code has it.
macro_rules! chain {
    ($first:ident $($name:ident)*) => {
        #[checked_async]
        async fn $first<T: Clone, F: Future<Output = T>>(future: F) -> T {
            future.await
        }
        chain!(@ $first $($name)*);
    };
    (@ $inner:ident $outer:ident $($rest:ident)*) => {
        #[checked_async]
        async fn $outer<T: Clone, F: Future<Output = T>>(future: F) -> T {
            pause().await;
            let value = $inner(async move { future.await }).await;
            value
        }
        chain!(@ $outer $($rest)*);
    };
    (@ $last:ident) => {
        #[test]
        fn a_deep_chain_of_types_compiles() {
            fn is_send<T: Send>(value: T) -> T {
                value
            }
            assert_eq!(run(is_send($last(async { 1 }))), 1);
        }
    };
}
chain!(a1 a2 a3 a4 a5 a6 a7 a8 a9 a10 a11 a12);

/// A long chain of calls, each of which is one type in the next. rustc gives up at 42 without the attribute, with checks
/// on at about 30, and in release builds at 42 too.
macro_rules! calls {
    ($first:ident $($name:ident)*) => {
        #[checked_async]
        async fn $first(n: u32) -> u32 {
            n
        }
        calls!(@ $first $($name)*);
    };
    (@ $inner:ident $outer:ident $($rest:ident)*) => {
        #[checked_async]
        async fn $outer(n: u32) -> u32 {
            let value = $inner(n).await;
            value + 1
        }
        calls!(@ $outer $($rest)*);
    };
    (@ $last:ident) => {
        #[test]
        fn a_long_chain_of_calls_compiles() {
            fn is_send<T: Send>(value: T) -> T {
                value
            }
            assert_eq!(run(is_send($last(0))), 27);
        }
    };
}
calls!(b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 b10 b11 b12 b13 b14 b15 b16 b17 b18 b19 b20 b21 b22 b23 b24 b25 b26 b27);

#[test]
fn recursion_through_a_box() {
    assert_eq!(run(factorial(5)), 120);
    assert!(run(is_even(4)) && !run(is_even(3)));
    let tree = Tree(vec![Tree(vec![]), Tree(vec![Tree(vec![])])]);
    assert_eq!((run(tree.count()), run(tree.deepest())), (4, 2));
    assert_eq!(run(generic("a", 3)), ["a"; 3]);
    assert_eq!(run(in_dynamic(3)), 3);
    assert_eq!(run(sends_itself(3)), 3);
}
