//! Async blocks and closures whose output is a future.

#![allow(unused_braces)]

use checked_async::checked_async;

async fn f() -> u32 {
    1
}
struct Db;
impl Db {
    async fn get(&self) -> u32 {
        1
    }
}

#[checked_async]
async fn bad(db: &Db, ready: bool) {
    let a = async { f() }; //~ future_of_future: f()
    a.await.await;
    let b = async move { db.get() }; //~ future_of_future: db.get()
    b.await.await;
    let c = async { Ok::<_, ()>(f()) }; //~ future_of_future: f()
    let _ = c.await.unwrap().await;
    let d = async { Some(f()) }; //~ future_of_future: f()
    d.await.unwrap().await;
    let e = async {
        let future = f();
        future //~ future_of_future: future
    };
    e.await.await;
    let g = async { if ready { f() } else { f() } }; //~ future_of_future: if ready { f() } else { f() }
    g.await.await;
    let h = async { match ready { true => f(), false => f() } }; //~ future_of_future: match ready { true => f(), false => f() }
    h.await.await;
    let i = async { async { 1 } }; //~ future_of_future: async { 1 }
    i.await.await;
    let j = async { { f() } }; //~ missed future_of_future: f()
    j.await.await;
    let k = async { return f() }; //~ missed future_of_future: f()
    k.await.await;
    let l = async { Box::pin(f()) }; //~ future_of_future: Box::pin(f())
    l.await.await;
    let m = async |n: u32| { let _ = n; f() }; //~ missed future_of_future: f()
    m(1).await.await;
    let n = async || f(); //~ missed future_of_future: f()
    n().await.await;
    let o = || async { f() }; //~ future_of_future: f()
    o().await.await;
}

#[checked_async]
async fn handed_on() {
    tokio::spawn(async { f() }); //~ future_of_future: f()
    tokio::spawn(async move { f() }); //~ future_of_future: f()
    let _ = futures::future::join_all([1, 2].map(|_| async { f() })).await; //~ future_of_future: f()
    //~^ unawaited_in_container: futures::future::join_all([1, 2].map(|_| async { f() })).await
    tokio::select! {
        inner = async { f() } => { inner.await; } //~ future_of_future: f()
    }
    let (inner,) = tokio::join!(async { f() }); //~ future_of_future: f()
    inner.await;
}

#[checked_async]
async fn good(db: &Db) {
    let a = async { f().await };
    a.await;
    let b = async move { db.get().await };
    b.await;
    tokio::spawn(async { f().await });
    let task = async { tokio::spawn(f()) };
    let _ = task.await.await;
}
