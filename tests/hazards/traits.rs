//! Traits with and without default bodies, their implementations, and attributes that override each other.

#![allow(async_fn_in_trait)]

use super::poll::{pause, run};
use checked_async::checked_async;
use std::future::Future;
use std::pin::Pin;

#[checked_async]
trait Store {
    type Value: Clone;
    const LIMIT: u32;

    async fn get(&self, key: u32) -> Option<Self::Value>;
    async fn set(&mut self, key: u32, value: Self::Value);
    async fn get_or(&self, key: u32, default: Self::Value) -> Self::Value {
        pause().await;
        match self.get(key).await {
            Some(value) => value,
            None => default,
        }
    }
    async fn limit() -> u32 {
        Self::LIMIT
    }
    async fn generic<T: Into<u32>>(&self, key: T) -> Option<Self::Value>
    where
        Self: Sized,
    {
        self.get(key.into()).await
    }
    fn boxed<'a>(&'a self, key: u32) -> Pin<Box<dyn Future<Output = Option<Self::Value>> + 'a>> {
        Box::pin(self.get(key))
    }
    fn hand_written(&self, key: u32) -> impl Future<Output = bool> {
        async move { self.get(key).await.is_some() }
    }
    fn plain(&self) -> u32 {
        Self::LIMIT
    }
}

struct Memory(Vec<String>);

#[checked_async]
impl Store for Memory {
    type Value = String;
    const LIMIT: u32 = 9;

    async fn get(&self, key: u32) -> Option<String> {
        pause().await;
        self.0.get(key as usize).cloned()
    }
    async fn set(&mut self, key: u32, value: String) {
        self.0[key as usize] = value;
    }
    fn plain(&self) -> u32 {
        Self::LIMIT + 1
    }
}

struct Empty;
impl Store for Empty {
    type Value = ();
    const LIMIT: u32 = 0;
    #[checked_async]
    async fn get(&self, _: u32) -> Option<()> {
        None
    }
    #[checked_async(name = "Empty::set")]
    async fn set(&mut self, _: u32, (): ()) {}
}

#[checked_async]
pub(crate) trait Declared {
    #[checked_async]
    async fn declared(&self) -> u32;
}
impl Declared for Empty {
    async fn declared(&self) -> u32 {
        1
    }
}

/// A trait that promises `Send`, implemented by an annotated `async fn`.
trait Sends {
    fn send(&self, n: &u32) -> impl Future<Output = u32> + Send;
}
#[checked_async]
impl Sends for Empty {
    async fn send(&self, n: &u32) -> u32 {
        pause().await;
        *n
    }
}

/// A public trait, where rustc's own lint must see the `async`.
#[checked_async]
#[allow(unreachable_pub)]
pub trait Public {
    /// Has a body.
    async fn with_body(&self, (a, _): (u32, u32), _: u32) -> u32 {
        pause().await;
        a
    }
}
impl Public for Empty {}

#[checked_async(allow(unawaited_future))]
mod outer {
    use super::checked_async;

    pub(super) async fn inherits() -> u32 {
        1
    }
    #[checked_async(name = "named", deny(unawaited_future))]
    pub(super) async fn overrides() -> u32 {
        2
    }
    #[checked_async]
    pub(super) mod inner {
        pub(in super::super) async fn function() -> u32 {
            3
        }
    }
    pub(super) mod unannotated {
        pub(in super::super) async fn function() -> u32 {
            fn nested() -> u32 {
                4
            }
            nested()
        }
        pub(in super::super) const CONSTANT: u32 = 5;
    }
    pub(super) struct Type;
    impl Type {
        #[super::checked_async]
        pub(super) async fn method(&self) -> u32 {
            6
        }
    }
}

#[test]
fn traits_work() {
    let mut memory = Memory(vec!["a".to_owned()]);
    assert_eq!(run(memory.get(0)).as_deref(), Some("a"));
    run(memory.set(0, "b".to_owned()));
    assert_eq!(run(memory.get_or(0, String::new())), "b");
    assert_eq!(run(memory.get_or(1, "c".to_owned())), "c");
    assert_eq!(run(Memory::limit()), 9);
    assert_eq!(run(memory.generic(0_u8)).as_deref(), Some("b"));
    assert_eq!(run(memory.boxed(0)).as_deref(), Some("b"));
    assert!(run(memory.hand_written(0)));
    assert_eq!((memory.plain(), Empty.plain()), (10, 0));
    assert_eq!(run(Empty.get(1)), None);
    run(Empty.set(1, ()));
    assert_eq!(run(Empty.declared()), 1);
    assert_eq!(run(Empty.send(&2)), 2);
    assert_eq!(run(Empty.with_body((3, 4), 5)), 3);
}

#[test]
fn modules_work() {
    assert_eq!(run(outer::inherits()) + run(outer::overrides()) + run(outer::inner::function()), 6);
    assert_eq!(run(outer::unannotated::function()) + outer::unannotated::CONSTANT, 9);
    assert_eq!(run(outer::Type.method()), 6);
}
