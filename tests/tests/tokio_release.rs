//! Without checks, the module `tokio` is tokio's own: the types are as large, and the futures and closures are not wrapped.
//! With checks, what is awaited is the same.

use std::future::Future;
use std::mem::needs_drop;

use checked_async::private::off;
use checked_async::tokio::{JoinHandle, JoinSet, spawn, spawn_blocking};

fn size<T>(_: &T) -> usize {
    size_of::<T>()
}

fn same<T>(_: &T, _: &T) {}

#[test]
fn without_checks_nothing_is_wrapped() {
    async fn work() -> u32 {
        42
    }
    let closure = || 42;
    // Of the same type, and there is nothing to be dropped beside it.
    same(&off::tasks::future(work()).0, &work());
    same(&off::tasks::local_future(work()).0, &work());
    same(&off::tasks::closure(closure).0, &closure);
    same(&off::task(work()), &work());
    same(&off::detached(work(), 0, 0), &work());
    assert_eq!((size_of::<off::tasks::Task>(), needs_drop::<off::tasks::Task>()), (0, false));
    assert_eq!((size_of::<off::tasks::Tasks>(), needs_drop::<off::tasks::Tasks>()), (0, false));
}

#[cfg(not(debug_assertions))]
#[test]
fn a_release_build_has_no_checks() {
    assert_eq!(size_of::<JoinHandle<[u64; 9]>>(), size_of::<tokio::task::JoinHandle<[u64; 9]>>());
    assert_eq!(size_of::<JoinSet<[u64; 9]>>(), size_of::<tokio::task::JoinSet<[u64; 9]>>());
}

/// Whatever the build, a handle can be used as tokio's.
#[test]
fn handles_are_those_of_tokio() {
    fn is_like<T: Send + Sync + Unpin + std::panic::UnwindSafe + std::panic::RefUnwindSafe + std::fmt::Debug>(_: &T) {}
    fn takes_tokio_s(handle: &tokio::task::JoinHandle<u32>) -> tokio::task::Id {
        handle.id()
    }
    fn future<F: Future<Output = Result<u32, tokio::task::JoinError>>>(future: F) -> F {
        future
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let task: JoinHandle<u32> = spawn(async { 42 }).named("answer");
        is_like(&task);
        assert_eq!(takes_tokio_s(&task), task.id());
        assert!(size(&task) >= size_of::<tokio::task::JoinHandle<u32>>());
        assert_eq!(future(task).await.unwrap(), 42);
        let closure: tokio::task::JoinHandle<u32> = spawn_blocking(|| 42).into();
        assert_eq!(closure.await.unwrap(), 42);
        let mut set: JoinSet<u32> = (0..4).map(|n| async move { n }).collect();
        set.extend((4..6).map(|n| async move { n }));
        let mut all = set.join_all().await;
        all.sort_unstable();
        assert_eq!(all, [0, 1, 2, 3, 4, 5]);
    });
}
