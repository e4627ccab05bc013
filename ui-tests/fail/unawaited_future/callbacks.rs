//! The future that a callback returns, ignored by its caller.

use checked_async::checked_async;
use std::future::Future;
use std::pin::Pin;

type Boxed = Pin<Box<dyn Future<Output = ()> + Send>>;

struct Handler {
    callback: Box<dyn Fn(u32) -> Boxed + Send + Sync>,
}

#[checked_async]
impl Handler {
    async fn bad(&self) {
        (self.callback)(1); //~ unawaited_future: (self.callback)(1)
        let callback = &self.callback;
        callback(2); //~ unawaited_future: callback(2)
    }

    fn bad_in_plain_fn(&self) {
        (self.callback)(1); //~ unawaited_future: (self.callback)(1)
    }

    async fn good(&self) {
        (self.callback)(1).await;
    }
}

#[checked_async]
async fn bad<C, F>(callback: C, mut twice: impl FnMut() -> F, pointer: fn() -> Boxed, pointer_in_array: [fn() -> Boxed; 1])
where
    C: FnOnce() -> F,
    F: Future<Output = ()>,
{
    callback(); //~ unawaited_future: callback()
    twice(); //~ unawaited_future: twice()
    let _ = twice(); //~ unawaited_future: twice()
    pointer(); //~ unawaited_future: pointer()
    pointer_in_array[0](); //~ unawaited_future: pointer_in_array[0]()
}

#[checked_async]
async fn bad_async_fn(callback: impl AsyncFn(u32), once: impl AsyncFnOnce()) {
    callback(1); //~ unawaited_future: callback(1)
    once(); //~ unawaited_future: once()
    let closure = async |n: u32| n + 1;
    closure(1); //~ unawaited_future: closure(1)
    (async || {})(); //~ unawaited_future: (async || {})()
    [1, 2].iter().for_each(|_| {
        callback(2); //~ unawaited_future: callback(2)
    });
    [1, 2].iter().for_each(|_| drop(callback(3))); //~ unawaited_future: callback(3)
}

#[checked_async]
async fn good<F: Future>(callback: impl Fn() -> F, pass_on: impl Fn(F)) {
    callback().await;
    pass_on(callback());
    let closure = async |n: u32| n + 1;
    closure(1).await;
}
