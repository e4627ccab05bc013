//! Another crate's `defer!` stays what it is.
#![deny(warnings)]

use checked_async::checked_async;
use self::scopes::defer;

mod scopes {
    macro_rules! defer_ {
        ($($code:tt)*) => {
            let _scope = crate::scopes::Scope(|| { $($code)* });
        };
    }
    pub(crate) use defer_ as defer;

    pub(crate) struct Scope<F: Fn()>(pub(crate) F);

    impl<F: Fn()> Drop for Scope<F> {
        fn drop(&mut self) {
            (self.0)();
        }
    }
}

async fn work() -> Option<()> {
    None
}

#[checked_async]
async fn scoped() -> Option<()> {
    defer! { println!("left"); }
    work().await?;
    Some(())
}
