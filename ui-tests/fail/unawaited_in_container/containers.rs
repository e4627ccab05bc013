//! The containers of the standard library.

use checked_async::checked_async;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, HashMap, LinkedList, VecDeque};
use std::convert::identity;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::{Arc, Mutex, OnceLock, RwLock};
use std::task::Poll;

async fn f() -> u32 {
    1
}
fn fallible() -> Result<impl Future<Output = u32>, String> {
    Ok(f())
}
fn maybe() -> Option<Option<impl Future<Output = u32>>> {
    Some(Some(f()))
}
fn dynamic() -> Box<dyn Future<Output = u32>> {
    Box::new(f())
}
fn dynamic_send() -> Box<dyn Future<Output = u32> + Send> {
    Box::new(f())
}
fn pair() -> (u32, impl Future<Output = u32>) {
    (1, f())
}
fn first() -> (impl Future<Output = u32>, u32) {
    (f(), 1)
}
fn triple() -> (u32, u32, impl Future<Output = u32>) {
    (1, 2, f())
}

#[checked_async]
async fn bad(o: Option<u32>, r: Result<u32, ()>) -> Result<(), String> {
    o.map(|_| f()); //~ unawaited_in_container: o.map(|_| f())
    let _ = o.map(|_| f()); //~ unawaited_in_container: o.map(|_| f())
    _ = o.map(|_| f()); //~ unawaited_in_container: o.map(|_| f())
    drop(o.map(|_| f())); //~ unawaited_in_container: o.map(|_| f())
    Some(f()); //~ unawaited_in_container: Some(f())
    let _ = Some(Some(f())); //~ unawaited_in_container: Some(Some(f()))
    let _ = r.map(|_| f()); //~ unawaited_in_container: r.map(|_| f())
    let _ = r.map_err(|_| f()); //~ missed unawaited_in_container: r.map_err(|_| f())
    let _ = fallible(); //~ unawaited_in_container: fallible()
    fallible()?; //~ unawaited_future: fallible()?
    maybe(); //~ unawaited_in_container: maybe()
    let _ = Poll::Ready(f()); //~ unawaited_in_container: Poll::Ready(f())
    let _ = ControlFlow::<u32, _>::Continue(f()); //~ unawaited_in_container: ControlFlow::<u32, _>::Continue(f())
    let _ = ControlFlow::<_, u32>::Break(f()); //~ missed unawaited_in_container: ControlFlow::<_, u32>::Break(f())
    vec![f()]; //~ unawaited_in_container: vec![f()]
    let _ = vec![f(), f()]; //~ unawaited_in_container: vec![f(), f()]
    Vec::from([f()]); //~ unawaited_in_container: Vec::from([f()])
    [f(), f()]; //~ unawaited_future: f()
    //~^ unawaited_future: f()
    let _ = [f()]; //~ unawaited_future: f()
    identity([f()]); //~ unawaited_in_container: identity([f()])
    [1, 2].map(|_| f()); //~ unawaited_in_container: [1, 2].map(|_| f())
    (1, f()); //~ unawaited_future: f()
    pair(); //~ unawaited_in_container: pair()
    let _ = pair(); //~ unawaited_in_container: pair()
    first(); //~ missed unawaited_in_container: first()
    triple(); //~ unawaited_in_container: triple()
    identity((1, Some(f()))); //~ unawaited_in_container: identity((1, Some(f())))
    Box::new(f()); //~ unawaited_in_container: Box::new(f())
    dynamic(); //~ unawaited_in_container: dynamic()
    dynamic_send(); //~ unawaited_in_container: dynamic_send()
    Rc::new(f()); //~ unawaited_in_container: Rc::new(f())
    Arc::new(f()); //~ unawaited_in_container: Arc::new(f())
    Arc::new(Mutex::new(f())); //~ unawaited_in_container: Arc::new(Mutex::new(f()))
    Mutex::new(Some(f())); //~ unawaited_in_container: Mutex::new(Some(f()))
    RwLock::new(f()); //~ unawaited_in_container: RwLock::new(f())
    Cell::new(f()); //~ unawaited_in_container: Cell::new(f())
    RefCell::new(f()); //~ unawaited_in_container: RefCell::new(f())
    OnceCell::from(f()); //~ unawaited_in_container: OnceCell::from(f())
    OnceLock::from(f()); //~ unawaited_in_container: OnceLock::from(f())
    VecDeque::from([f()]); //~ unawaited_in_container: VecDeque::from([f()])
    LinkedList::from([f()]); //~ unawaited_in_container: LinkedList::from([f()])
    HashMap::from([(1, f())]); //~ unawaited_in_container: HashMap::from([(1, f())])
    BTreeMap::from([(1, f())]); //~ unawaited_in_container: BTreeMap::from([(1, f())])
    vec![f()].into_boxed_slice(); //~ unawaited_in_container: vec![f()].into_boxed_slice()
    Some(Box::pin(f())); //~ unawaited_in_container: Some(Box::pin(f()))
    o.and_then(|_| Some(f())); //~ unawaited_in_container: o.and_then(|_| Some(f()))
    o.map(|_| f()).ok_or(()).ok(); //~ unawaited_in_container: o.map(|_| f()).ok_or(()).ok()
    [1].iter().map(|_| f()).collect::<Vec<_>>(); //~ unawaited_in_container: [1].iter().map(|_| f()).collect::<Vec<_>>()
    [1].iter().map(|_| f()).last(); //~ missed unawaited_in_container: [1].iter().map(|_| f()).last()
    [1].iter().map(|_| f()).reduce(|a, _| a); //~ unawaited_in_container: [1].iter().map(|_| f()).reduce(|a, _| a)
    [1].iter().map(|_| f()); //~ missed unawaited_in_container: [1].iter().map(|_| f())
    let _ = [1].iter().map(|_| f()); //~ missed unawaited_in_container: [1].iter().map(|_| f())
    Ok(())
}

#[checked_async]
async fn good(o: Option<u32>) -> Result<(), String> {
    if let Some(future) = o.map(|_| f()) {
        future.await;
    }
    fallible()?.await;
    let (_, second) = pair();
    second.await;
    for future in vec![f(), f()] {
        future.await;
    }
    Ok(())
}
