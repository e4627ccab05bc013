//! Values discarded inside the arguments of macros.

#![allow(unused_braces)]

use checked_async::checked_async;

async fn f() -> u32 {
    1
}

#[checked_async]
async fn bad() {
    tokio::join!(f(), async {
        f(); //~ unawaited_future: f()
    });
    let _ = tokio::try_join!(async {
        f(); //~ unawaited_future: f()
        Ok::<(), ()>(())
    });
    tokio::select! {
        _ = f() => {
            f(); //~ unawaited_future: f()
        }
        n = async { f(); 1 }, if n_is_ready() => drop(f()), //~ unawaited_future: f()
        //~^ unawaited_future: f()
        else => {
            f(); //~ unawaited_future: f()
        }
    }
    futures::select! {
        _ = Box::pin(futures::FutureExt::fuse(f())) => { f(); } //~ unawaited_future: f()
        complete => { f(); } //~ unawaited_future: f()
        default => drop(f()), //~ unawaited_future: f()
    }
    futures::join!(f(), async { drop(f()) }); //~ unawaited_future: f()
    println!("{}", { f(); 1 }); //~ unawaited_future: f()
    let _text = format!("{n}", n = { f(); 1 }); //~ unawaited_future: f()
    assert!({ f(); true }, "text {}", { f(); 1 }); //~ unawaited_future: f()
    //~^ unawaited_future: f()
    assert_eq!({ f(); 1 }, 1); //~ unawaited_future: f()
    debug_assert!({ f(); true }); //~ unawaited_future: f()
    let _numbers = vec![{ f(); 1 }, 2]; //~ unawaited_future: f()
    let _repeated = vec![{ f(); 1 }; 2]; //~ missed unawaited_future: f()
    if matches!({ f(); 1 }, 1) {} //~ missed unawaited_future: f()
    let _closures = vec![|| { f(); }]; //~ unawaited_future: f()
    println!("{:?}", (|| drop(f()))()); //~ missed unawaited_future: f()
    let _written = {
        use std::fmt::Write as _;
        let mut text = String::new();
        write!(text, "{}", { f(); 1 }) //~ unawaited_future: f()
    };
    std::thread_local!(static X: u32 = { 1 });
    tokio::pin! {
        let pinned = async { f(); }; //~ missed unawaited_future: f()
    }
    pinned.await;
}

fn n_is_ready() -> bool {
    true
}

#[checked_async]
async fn in_guards(n: u32) {
    match n {
        1 if assert_true({ f(); true }) => {} //~ unawaited_future: f()
        2 if { assert!({ f(); true }); true } => {} //~ unawaited_future: f()
        _ => {}
    }
}
fn assert_true(value: bool) -> bool {
    value
}

#[checked_async]
async fn good() {
    tokio::join!(f(), async {
        f().await;
    });
    tokio::select! {
        _ = f() => {
            f().await;
        }
        _ = async { f().await } => drop(f().await),
    }
    println!("{}", { f().await; 1 });
}

macro_rules! user_macro {
    ($e:expr) => {
        $e
    };
}
macro_rules! makes_statement {
    ($e:expr) => {
        $e;
    };
}

#[checked_async]
async fn in_user_macros() {
    user_macro!({
        f(); //~ missed unawaited_future: f()
        1
    });
    user_macro!(f()); //~ missed unawaited_future: user_macro!(f())
    makes_statement!(f()); //~ missed unawaited_future: f()
}

macro_rules! makes_function {
    ($name:ident, $ty:ty, $e:expr, $b:block) => {
        #[checked_async]
        async fn $name() -> $ty {
            $e;
            let _ = $b;
            $b
        }
    };
}
makes_function!(made, u32, f(), { 1 }); //~ unawaited_future: f()
