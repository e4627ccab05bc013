//! Functions of other forms: returning futures by hand, extern, unsafe, main, under other attributes.

use checked_async::checked_async;
use futures::future::{BoxFuture, FutureExt};
use std::pin::Pin;

async fn f() -> u32 {
    1
}

#[checked_async]
fn by_hand() -> impl Future<Output = u32> {
    f(); //~ unawaited_future: f()
    async {
        f(); //~ unawaited_future: f()
        2
    }
}

#[checked_async]
fn boxed() -> BoxFuture<'static, u32> {
    f(); //~ unawaited_future: f()
    Box::pin(async {
        f(); //~ unawaited_future: f()
        2
    })
}

#[checked_async]
fn boxed_by_method() -> BoxFuture<'static, u32> {
    async {
        f(); //~ unawaited_future: f()
        2
    }
    .boxed()
}

#[checked_async]
fn pinned<'a>(n: &'a u32) -> Pin<Box<dyn Future<Output = u32> + Send + 'a>> {
    Box::pin(async move {
        f(); //~ unawaited_future: f()
        *n
    })
}

#[checked_async]
async unsafe fn unsafe_() {
    f(); //~ unawaited_future: f()
}

#[checked_async]
async extern "C" fn extern_() {
    f(); //~ unawaited_future: f()
}

#[checked_async]
async fn never() -> ! {
    f(); //~ unawaited_future: f()
    std::future::pending().await
}

#[checked_async]
async fn returns_impl() -> impl Fn(&str) -> usize {
    f(); //~ unawaited_future: f()
    |text| text.len()
}

#[checked_async]
#[tokio::main]
async fn main() {
    f(); //~ unawaited_future: f()
}

#[tokio::main(flavor = "current_thread")]
#[checked_async]
async fn other_main() {
    f(); //~ unawaited_future: f()
}

#[checked_async]
#[must_use]
async fn must_use() -> u32 {
    f(); //~ unawaited_future: f()
    1
}

#[checked_async]
async fn unsafe_calls() {
    unsafe { unsafe_() }; //~ unawaited_future: unsafe_()
    extern_(); //~ unawaited_future: extern_()
    never(); //~ unawaited_future: never()
    must_use(); //~ unawaited_future: must_use()
    by_hand(); //~ unawaited_future: by_hand()
    pinned(&1); //~ unawaited_future: pinned(&1)
}
