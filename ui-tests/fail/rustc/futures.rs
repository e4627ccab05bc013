//! rustc's own `unused_must_use` of futures, beside what our lints say at other levels than `deny`.

use checked_async::checked_async;

async fn f() -> u32 {
    1
}

#[checked_async(allow(unawaited_future))]
async fn allowed(ready: bool) {
    f(); //~ warning unused_must_use: f()
    if ready {
        f(); //~ warning unused_must_use: f()
    }
    tokio::join!(async {
        f(); //~ warning unused_must_use: f()
    });
}

#[checked_async(warn(unawaited_future))]
async fn warned(ready: bool) {
    f(); //~ warning unused_must_use: f()
    //~^ warning unawaited_future: f()
    if ready {
        f(); //~ warning unused_must_use: f()
        //~^ warning unawaited_future: f()
    }
}

#[checked_async(allow(unawaited_future))]
impl Drop for Guard {
    fn drop(&mut self) {
        f(); //~ warning unused_must_use: f()
    }
}
struct Guard;
