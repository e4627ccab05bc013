//! A future as the result of a thread or a blocking task, where nothing polls it.

use checked_async::checked_async;
use std::thread;

async fn f() -> u32 {
    1
}

#[checked_async]
async fn bad() {
    thread::spawn(|| f()); //~ unawaited_in_container: thread::spawn(|| f())
    thread::spawn(f); //~ unawaited_in_container: thread::spawn(f)
    std::thread::spawn(move || async { 1 }); //~ unawaited_in_container: std::thread::spawn(move || async { 1 })
    let _ = thread::spawn(|| f()); //~ unawaited_in_container: thread::spawn(|| f())
    let _ = thread::Builder::new().spawn(|| f()); //~ missed unawaited_in_container: thread::Builder::new().spawn(|| f())
    tokio::task::spawn_blocking(|| f()); //~ missed unawaited_in_container: tokio::task::spawn_blocking(|| f())
    thread::scope(|scope| {
        scope.spawn(|| f()); //~ missed unawaited_in_container: scope.spawn(|| f())
    });
    thread::spawn(|| {
        f(); //~ unawaited_future: f()
    });
    tokio::spawn(async {
        f(); //~ unawaited_future: f()
    });
}

#[checked_async]
async fn good() {
    thread::spawn(|| futures::executor::block_on(f()));
    tokio::spawn(f());
    tokio::task::spawn_blocking(|| 1);
}
