//! Every way to discard a value.

#![allow(unused_braces, unused_parens)]

use checked_async::checked_async;
use std::mem;

struct Db;
impl Db {
    async fn get(&self, key: u32) -> u32 {
        key
    }
}
async fn f() -> u32 {
    1
}
async fn pair() -> (u32, u32) {
    (1, 2)
}

#[checked_async]
async fn bad(db: &Db) {
    f(); //~ unawaited_future: f()
    (f()); //~ unawaited_future: f()
    { f() }; //~ unawaited_future: f()
    unsafe { f() }; //~ unawaited_future: f()
    &f(); //~ unawaited_future: f()
    self::f(); //~ unawaited_future: self::f()
    crate::f(); //~ unawaited_future: crate::f()
    db.get(3); //~ unawaited_future: db.get(3)
    Db::get(db, 3); //~ unawaited_future: Db::get(db, 3)
    <Db>::get(db, 3); //~ unawaited_future: <Db>::get(db, 3)
    db.get(f().await); //~ unawaited_future: db.get(f().await)
    let _ = f(); //~ unawaited_future: f()
    let _ = (f()); //~ unawaited_future: f()
    let (_) = f(); //~ unawaited_future: f()
    _ = f(); //~ unawaited_future: f()
    let (_, b) = (f(), 1); //~ unawaited_future: f()
    (_, _) = (f(), b); //~ unawaited_future: f()
    drop(f()); //~ unawaited_future: f()
    std::mem::drop(f()); //~ unawaited_future: f()
    mem::forget(f()); //~ unawaited_future: f()
    core::mem::forget(db.get(1)); //~ unawaited_future: db.get(1)
    drop({ f() }); //~ unawaited_future: f()
    (f(), f()); //~ unawaited_future: f()
    //~^ unawaited_future: f()
    async { f().await }; //~ unawaited_future: async { f().await }
    async move {}; //~ unawaited_future: async move {}
    let _ = pair(); //~ unawaited_future: pair()
    mem::ManuallyDrop::new(f()); //~ missed unawaited_future: mem::ManuallyDrop::new(f())
}

#[checked_async]
async fn good(db: &Db) {
    f().await;
    db.get(3).await;
    Db::get(db, 3).await;
    let _ = f().await;
    _ = f().await;
    let (_, _b) = (f().await, 1);
    drop(f().await);
    async { f().await }.await;
}
