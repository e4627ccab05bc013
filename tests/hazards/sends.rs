//! Auto traits leak through the rewritten function, and callbacks still fit.

use super::poll::{pause, run};
use checked_async::checked_async;
use std::future::Future;
use std::rc::Rc;

fn assert_send<T: Send>(value: T) -> T {
    value
}
fn assert_send_sync_static<T: Send + Sync + 'static>(value: T) -> T {
    value
}

#[checked_async]
async fn plain(n: u32) -> u32 {
    pause().await;
    n
}
#[checked_async]
async fn nested(text: &str) -> usize {
    let inner = async {
        plain(1).await;
        text.len()
    };
    inner.await
}
#[checked_async]
async fn generic<T>(value: T) -> T {
    pause().await;
    value
}
#[checked_async]
async fn drops_before_await() -> u32 {
    {
        let rc = Rc::new(1);
        let _ = Rc::clone(&rc);
        drop(rc);
    }
    let n = *Rc::new(2);
    plain(n).await
}
#[checked_async]
async fn discards_what_is_not_send() -> u32 {
    Rc::new(1);
    let _ = Rc::new(2);
    drop(Rc::new(3));
    let count = Rc::strong_count(&Rc::new(4)) as u32;
    plain(count).await
}
#[checked_async]
async fn not_send(rc: Rc<u32>) -> u32 {
    pause().await;
    *rc
}
#[checked_async(send)]
async fn sent<T: Send>(value: T) -> T {
    pause().await;
    value
}

#[test]
fn auto_traits_leak() {
    let text = String::from("abc");
    assert_eq!(run(assert_send_sync_static(plain(1))), 1);
    assert_eq!(run(assert_send(nested(&text))), 3);
    assert_eq!(run(assert_send(generic(1))), 1);
    assert_eq!(run(generic(Rc::new(1))), Rc::new(1));
    assert_eq!(run(assert_send(drops_before_await())), 2);
    assert_eq!(run(assert_send(discards_what_is_not_send())), 1);
    assert_eq!(run(not_send(Rc::new(1))), 1);
    assert_eq!(run(assert_send(sent(1))), 1);
}

#[checked_async]
async fn calls_twice<C, F>(callback: C) -> u32
where
    C: Fn(u32) -> F,
    F: Future<Output = u32>,
{
    callback(1).await + callback(2).await
}
#[checked_async]
async fn calls_async_fn(callback: impl AsyncFn(&str) -> usize) -> usize {
    callback("a").await + callback(&String::from("bc")).await
}
#[checked_async]
async fn calls_async_fn_mut(mut callback: impl AsyncFnMut(u32)) {
    callback(1).await;
    callback(2).await;
}
#[checked_async]
async fn calls_async_fn_once<R>(callback: impl AsyncFnOnce() -> R) -> R {
    callback().await
}
#[checked_async]
async fn calls_dynamic(callback: &dyn Fn(u32) -> std::pin::Pin<Box<dyn Future<Output = u32>>>) -> u32 {
    callback(1).await
}
#[checked_async]
async fn length(text: &str) -> usize {
    pause().await;
    text.len()
}
#[checked_async]
async fn with_closures() -> u32 {
    let mut sum = 0;
    calls_async_fn_mut(async |n| sum += plain(n).await).await;
    let add = async |a: u32, b: u32| -> u32 { plain(a).await + b };
    let moved = async move |n: u32| n + sum;
    add(1, 2).await + moved(1).await
}

#[test]
fn callbacks_fit() {
    assert_eq!(run(calls_twice(plain)), 3);
    assert_eq!(run(calls_twice(|n| async move { n * 2 })), 6);
    assert_eq!(run(calls_async_fn(length)), 3);
    assert_eq!(run(calls_async_fn(async |text: &str| text.len())), 3);
    assert_eq!(run(calls_async_fn_once(async || 1)), 1);
    assert_eq!(run(calls_dynamic(&|n| Box::pin(plain(n)))), 1);
    assert_eq!(run(with_closures()), 7);
    let pointer: fn(u32) -> _ = plain;
    assert_eq!(run(pointer(1)), 1);
    let list: Vec<u32> = vec![1, 2].into_iter().map(plain).map(run).collect();
    assert_eq!(list, [1, 2]);
}

#[test]
fn spawned() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let output = runtime.block_on(async {
        let task = tokio::spawn(plain(1));
        let other = tokio::spawn(async { nested("abc").await });
        task.await.unwrap() as usize + other.await.unwrap()
    });
    assert_eq!(output, 4);
}
