//! Closures, async and not, and what is called with them.

use checked_async::checked_async;

async fn f() -> u32 {
    1
}

#[checked_async]
async fn bad() {
    let plain = || {
        f(); //~ unawaited_future: f()
    };
    plain();
    let inline = |_: u32| drop(f()); //~ unawaited_future: f()
    inline(1);
    let asynchronous = async |_: u32| {
        f(); //~ unawaited_future: f()
        let _ = f(); //~ unawaited_future: f()
    };
    asynchronous(1).await;
    let returns = || f();
    returns(); //~ unawaited_future: returns()
    let nested = || async {
        f(); //~ unawaited_future: f()
    };
    nested().await;
    [1].into_iter().for_each(|_| {
        f(); //~ unawaited_future: f()
    });
    Some(1).inspect(|_| {
        f(); //~ unawaited_future: f()
    });
    std::iter::repeat_with(|| f()).take(3).for_each(drop); //~ missed unawaited_in_container: drop
}

#[checked_async]
async fn good() {
    let asynchronous = async |_: u32| f().await;
    asynchronous(1).await;
    let returns = || f();
    returns().await;
    let futures: Vec<_> = [1].into_iter().map(|_| f()).collect();
    futures::future::join_all(futures).await;
}
