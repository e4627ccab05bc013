//! The ways to bind a future and forget it.

#![allow(unused_variables, unused_mut)]

use checked_async::checked_async;
use std::sync::Arc;
use tokio::sync::{Mutex, RwLock, Semaphore};

async fn f() -> u32 {
    1
}

#[checked_async]
async fn bad(mutex: Arc<Mutex<u32>>, lock: &RwLock<u32>, semaphore: Arc<Semaphore>, n: Option<u32>) {
    let _guard = mutex.lock(); //~ unused_future_binding: mutex.lock()
    let _owned = mutex.clone().lock_owned(); //~ unused_future_binding: mutex.clone().lock_owned()
    let _read = lock.read(); //~ unused_future_binding: lock.read()
    let _permit = semaphore.acquire(); //~ unused_future_binding: semaphore.acquire()
    let y = f(); //~ unused_future_binding: f()
    let mut z = f(); //~ unused_future_binding: f()
    let _boxed = Box::pin(f()); //~ unused_future_binding: Box::pin(f())
    let _block = async { f().await }; //~ unused_future_binding: async { f().await }
    let (_a, _b) = (f(), f()); //~ unused_future_binding: f()
    //~^ unused_future_binding: f()
    let (_c, d) = (f(), 1); //~ unused_future_binding: f()
    let _held = n.map(|_| f()); //~ unused_future_binding: n.map(|_| f())
    let _many = vec![f()]; //~ unused_future_binding: vec![f()]
    let _branch = if d == 1 { f() } else { f() }; //~ missed unused_future_binding: if d == 1 { f() } else { f() }
    let _matched = match n { Some(_) => f(), None => f() }; //~ missed unused_future_binding: match n { Some(_) => f(), None => f() }
    let _of_block = { f() }; //~ missed unused_future_binding: { f() }
    let ref _borrowed = f(); //~ missed unused_future_binding: f()
    let _reference = &f(); //~ missed unused_future_binding: f()
    let _closure = async || 1;
    let [_e, _f] = [f(), f()]; //~ missed unused_future_binding: [f(), f()]
    let _pair = (1, f()); //~ missed unused_future_binding: (1, f())
    let _array = [f()]; //~ missed unused_future_binding: [f()]
    let _pinned = std::pin::pin!(f()); //~ unused_future_binding: f()
    let _typed: std::pin::Pin<Box<dyn Future<Output = u32>>> = Box::pin(f()); // A written type is intent.
    let _x = f(); //~ unused_future_binding: f()
    let _x = 2; // shadows
}

#[checked_async]
async fn positions(mutex: &Mutex<u32>, ready: bool) {
    if ready {
        let _guard = mutex.lock(); //~ unused_future_binding: mutex.lock()
    }
    for _ in 0..2 {
        let _guard = mutex.lock(); //~ unused_future_binding: mutex.lock()
    }
    let closure = || {
        let _y = f(); //~ unused_future_binding: f()
    };
    closure();
    tokio::select! {
        _ = f() => {
            let _guard = mutex.lock(); //~ unused_future_binding: mutex.lock()
        }
    }
    let later;
    later = f(); //~ missed unused_future_binding: f()
    if let Some(_inner) = Some(f()) {} //~ missed unused_future_binding: Some(f())
    match f() { //~ missed unused_future_binding: f()
        _never => {}
    }
    let Some(_other) = Some(f()) else { return }; //~ missed unused_future_binding: Some(f())
    [1].iter().map(|_| f()).for_each(|_ignored| ()); //~ missed unused_future_binding: |_ignored|
}

#[checked_async]
async fn only_shadowed(ready: bool) {
    let x = f(); //~ unused_future_binding: f()
    let x = f().await;
    println!("{x} {ready}");
}

struct Lazy {
    pending: Option<u32>,
}

#[checked_async]
impl Lazy {
    fn plain(&self) {
        let _y = f(); //~ unused_future_binding: f()
    }
    async fn unused_argument(&self, _future: impl Future) {}
}
