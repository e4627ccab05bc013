//! Nothing that the attribute writes names the crate `checked_async` where the user says what it is called.

use other::checked_async as attribute;
use std::future::Future;
use std::pin::Pin;

mod reexported {
    pub(super) use ::other as by_path;
}

async fn plain() -> u32 {
    1
}

#[attribute(crate = "other")]
async fn by_string(n: u32) -> u32 {
    plain().await;
    let _ = plain().await;
    let _unused = n;
    let block = async { n };
    futures::join!(async { plain().await });
    futures::select_biased! {
        _ = futures::FutureExt::fuse(Box::pin(plain())) => {}
    }
    block.await
}

#[attribute(crate = other, name = "named", send)]
async fn by_path(n: u32) -> u32 {
    n
}

#[attribute(crate = crate::reexported::by_path, warn(unawaited_future, future_of_future))]
async fn by_long_path<T>(value: T) -> T {
    plain().await;
    value
}

#[attribute(crate = "other")]
async fn never(n: u32) -> ! {
    panic!("{n}")
}

#[attribute(crate = "other")]
fn by_hand(n: u32) -> impl Future<Output = u32> {
    async move { n }
}

#[attribute(crate = "other")]
fn boxed(n: u32) -> Pin<Box<dyn Future<Output = u32>>> {
    Box::pin(async move { n })
}

#[attribute(crate = "other")]
#[tracing::instrument]
async fn handed_on(n: u32) -> u32 {
    n
}

struct Type;
#[attribute(crate = "other")]
impl Type {
    async fn method(&self, n: u32) -> u32 {
        n
    }
}

#[attribute(crate = "other")]
mod module {
    pub(super) async fn function(n: u32) -> u32 {
        n
    }
}

#[test]
fn the_crate_may_have_another_name() {
    let run = futures::executor::block_on::<Pin<Box<dyn Future<Output = u32>>>>;
    assert_eq!(run(Box::pin(by_string(1))), 1);
    assert_eq!(run(Box::pin(by_path(2))), 2);
    assert_eq!(run(Box::pin(by_long_path(3))), 3);
    assert_eq!(run(Box::pin(by_hand(4))), 4);
    assert_eq!(run(boxed(5)), 5);
    assert_eq!(run(Box::pin(handed_on(6))), 6);
    assert_eq!(run(Box::pin(Type.method(7))), 7);
    assert_eq!(run(Box::pin(module::function(8))), 8);
    other::discard(never(9));
}
