//! `send` where the future is not `Send`: the error is at the definition.

use checked_async::checked_async;
use std::rc::Rc;

async fn f() {}

#[checked_async(send)] //~ error: future cannot be sent between threads safely
async fn holds_rc() {
    let rc = Rc::new(1);
    f().await;
    drop(rc);
}

#[checked_async(send)] //~ error: future cannot be sent between threads safely
async fn takes_rc(rc: Rc<u32>) -> u32 {
    f().await;
    *rc
}

#[checked_async(send)]
async fn good() {
    {
        let _rc = Rc::new(1);
    }
    f().await;
}

#[checked_async(send)] //~ error: future cannot be sent between threads safely
impl Thing {
    async fn good(&self) {
        f().await;
    }

    async fn bad(&self) {
        let rc = Rc::new(1);
        f().await;
        drop(rc);
    }
}
struct Thing;

#[checked_async(send)] //~ error: `send` cannot be asserted of this function
async fn returns_impl() -> impl Fn() {
    || ()
}

trait Declares {
    #[checked_async(send)] //~ error: `send` needs a function body to look at
    async fn declared(&self);
}
