//! Values that are no futures, discarded in every way.

#![deny(warnings)]
#![allow(unused_must_use)]

use checked_async::checked_async;
use std::fmt::Write;

#[derive(Default)]
struct Builder(u32);
impl Builder {
    fn set(&mut self, n: u32) -> &mut Self {
        self.0 = n;
        self
    }
    fn with(mut self, n: u32) -> Self {
        self.0 = n;
        self
    }
}

fn boxed() -> Box<dyn Fn() -> u32> {
    Box::new(|| 1)
}
fn opaque() -> impl Fn() -> u32 + Clone {
    || 1
}
fn iterator<'a>(list: &'a [u32]) -> impl Iterator<Item = &'a u32> + 'a {
    list.iter()
}
fn debug() -> impl std::fmt::Debug {
    1
}

#[checked_async]
async fn values(list: &[u32], text: &mut String) {
    list.iter().map(|n| n + 1);
    iterator(list);
    let _ = iterator(list);
    boxed();
    opaque();
    debug();
    let _ = (boxed(), opaque(), debug());
    vec![boxed()];
    Some(opaque());
    Ok::<_, ()>(boxed());
    Builder::default().set(1).set(2);
    Builder::default().with(1);
    write!(text, "x");
    writeln!(text, "x").ok();
    let _ = write!(text, "x");
    text.clone();
    list.len();
    list.first();
    list.iter().max();
    list.to_vec();
    drop(list.to_vec());
    [list, list].concat();
    "text".parse::<u32>();
    (1, "a", boxed());
    (|| 1)();
    async_closure_maker();
    fn async_closure_maker() -> fn() -> u32 {
        || 1
    }
    let _unused = boxed();
    let _name = opaque();
    let _iterator = list.iter();
    std::sync::Mutex::new(1);
    std::rc::Rc::new(boxed());
    std::cell::RefCell::new(1);
}

#[checked_async]
async fn generics<T, I: Iterator<Item = T>, C: Fn() -> T, const N: usize>(items: I, make: C, array: [T; N])
where
    T: Clone,
{
    make();
    let _ = make();
    let _value = make();
    array.clone();
    [make()];
    Some(make());
    vec![make()];
    items.map(|item| item);
    std::convert::identity(make());
    array.first();
}

#[checked_async]
async fn unsized_and_dyn(any: &dyn std::any::Any, list: &[Box<dyn Fn()>], error: Box<dyn std::error::Error>) {
    std::convert::identity(any);
    list.first();
    std::convert::identity(list);
    std::convert::identity(error);
    std::convert::identity::<&str>("text");
    any.downcast_ref::<u32>();
}
