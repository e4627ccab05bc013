//! Functions that are not async, under an annotated `impl` or `mod`.

use checked_async::checked_async;

async fn f() -> u32 {
    1
}

struct Guard;
impl Guard {
    async fn close(&mut self) {}
}

#[checked_async]
impl Drop for Guard {
    fn drop(&mut self) {
        self.close(); //~ unawaited_future: self.close()
    }
}

#[checked_async]
impl Guard {
    fn plain(&mut self) {
        self.close(); //~ unawaited_future: self.close()
        let _ = f(); //~ unawaited_future: f()
    }

    fn good(&mut self) {
        futures::executor::block_on(self.close());
    }

    fn returns_future(&mut self) -> impl Future<Output = ()> + '_ {
        self.close()
    }
}

#[checked_async]
mod jobs {
    use super::f;

    fn plain() {
        f(); //~ unawaited_future: f()
    }

    pub fn also_plain() {
        plain();
        drop(f()); //~ unawaited_future: f()
    }

    mod inner {
        fn plain() {
            super::f(); //~ unawaited_future: super::f()
        }

        trait Runs {
            fn run(&self) {
                super::f(); //~ unawaited_future: super::f()
            }
        }

        struct Nothing;
        impl Nothing {
            fn plain() {
                super::f(); //~ unawaited_future: super::f()
            }
        }
    }
}

#[checked_async]
async fn items_in_bodies() {
    fn plain() {
        f(); //~ missed unawaited_future: f()
    }
    async fn inner() {
        f(); //~ missed unawaited_future: f()
    }
    plain();
    inner().await;
}
