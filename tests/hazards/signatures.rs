//! Signatures of all forms: lifetimes, generics, receivers, arguments, qualifiers.

use super::poll::{pause, run};
use checked_async::checked_async;
use std::cell::Cell;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

#[checked_async]
async fn elided(a: &str, b: &mut u32) -> usize {
    *b += 1;
    pause().await;
    a.len()
}
#[checked_async]
async fn elided_output(a: &str) -> &str {
    pause().await;
    a
}
#[checked_async]
async fn named<'a, 'b>(a: &'a str, b: &'b str) -> &'a str
where
    'b: 'a,
{
    pause().await;
    if a.is_empty() { b } else { a }
}
#[checked_async]
async fn anonymous(list: std::slice::Iter<'_, u32>) -> Option<&u32> {
    list.last()
}
#[checked_async]
async fn hidden_lifetime(cell: &Cell<&str>, other: Option<&&mut u32>) -> bool {
    pause().await;
    cell.get().is_empty() || other.is_some()
}
#[checked_async]
async fn late_bound<'a, F>(call: F) -> usize
where
    F: for<'x> Fn(&'x str) -> &'x str + 'a,
{
    call("abc").len()
}
#[checked_async]
async fn generics<T, U: Debug + Default, const N: usize>(a: T, array: [U; N]) -> (T, usize)
where
    T: Clone + PartialEq<T>,
    [U; N]: Sized,
{
    pause().await;
    (a, array.len() + N)
}
#[checked_async]
async fn impl_arguments(a: impl Debug, b: &impl Debug, c: impl Fn(u32) -> u32, d: &mut dyn FnMut()) -> String {
    d();
    pause().await;
    format!("{a:?} {b:?} {}", c(1))
}
#[checked_async]
async fn future_arguments<F: Future<Output = u32>>(first: F, second: impl Future<Output = u32>) -> u32 {
    first.await + second.await
}
#[checked_async]
async fn patterns((a, b): (u32, u32), [c, .., d]: [u32; 4], Point { x, .. }: Point, &e: &u32, _: u32) -> u32 {
    a + b + c + d + x + e
}
struct Point {
    x: u32,
    #[allow(dead_code)]
    y: u32,
}
#[checked_async]
async fn mutable(mut a: u32, mut list: Vec<u32>, (mut b, ref c): (u32, String)) -> usize {
    a += 1;
    b += 1;
    list.push(a + b);
    pause().await;
    list.len() + c.len()
}
#[checked_async]
async fn sub_pattern(whole @ (a, _): (u32, u32)) -> u32 {
    whole.1 + a
}
#[checked_async]
async unsafe fn unsafe_function(n: *const u32) -> u32 {
    // SAFETY: the caller gives a pointer to a living number.
    unsafe { *n }
}
#[checked_async]
async extern "C" fn extern_function(n: u32) -> u32 {
    n
}
#[checked_async]
async fn never() -> ! {
    panic!("on purpose")
}
#[checked_async]
async fn never_loops() -> ! {
    loop {
        pause().await;
        if true {
            never().await;
        }
    }
}
#[checked_async]
pub(self) async fn unit() {}
#[checked_async]
async fn unit_written() -> () {}

struct Type<'a, T> {
    text: &'a str,
    value: T,
}

#[checked_async]
impl<'a, T: Clone> Type<'a, T> {
    async fn new(text: &'a str, value: T) -> Self {
        pause().await;
        Self { text, value }
    }
    async fn by_reference(&self) -> &str {
        pause().await;
        self.text
    }
    async fn long(&self) -> &'a str {
        self.text
    }
    async fn two(&self, other: &str) -> usize {
        pause().await;
        self.text.len() + other.len()
    }
    async fn from_self<'b>(&'b self, _: &str) -> &'b T {
        &self.value
    }
    async fn from_other<'b>(&self, other: &'b str) -> &'b str {
        pause().await;
        other
    }
    async fn by_mutable(&mut self, value: T) -> &mut T {
        self.value = value;
        &mut self.value
    }
    async fn by_value(self) -> T {
        self.value
    }
    async fn by_mutable_value(mut self, value: T) -> T {
        self.value = value;
        self.value
    }
    async fn in_box(self: Box<Self>) -> T {
        self.value
    }
    async fn in_rc(self: Rc<Self>) -> T {
        pause().await;
        self.value.clone()
    }
    async fn in_arc(self: Arc<Self>, text: &str) -> usize {
        self.text.len() + text.len()
    }
    async fn in_arc_reference(self: &Arc<Self>) -> usize {
        Arc::strong_count(self)
    }
    async fn in_pin(self: Pin<&Self>) -> &str {
        pause().await;
        self.get_ref().text
    }
    async fn in_pin_mut(self: Pin<&mut Self>) -> usize {
        pause().await;
        self.as_ref().text.len()
    }
    async fn in_pin_box(self: Pin<Box<Self>>) -> usize {
        self.text.len()
    }
    async fn written(self: &Self, other: &Type<'_, T>) -> usize {
        self.text.len() + other.text.len()
    }
    async fn generic<U>(&self, other: U) -> (T, U)
    where
        U: Into<String>,
    {
        pause().await;
        (self.value.clone(), other)
    }
    const LENGTH: usize = 3;
    async fn constant(&self) -> [u8; 3] {
        [Self::LENGTH as u8; 3]
    }
    async fn constant_type(&self) -> [u8; Type::<'static, u32>::LENGTH] {
        [1; 3]
    }
    const fn sync_and_const() -> usize {
        1
    }
    fn sync(&self) -> usize {
        Self::sync_and_const()
    }
}

#[checked_async]
fn by_hand<'a>(text: &'a str, _: &u32) -> impl Future<Output = usize> + use<'a> {
    let length = text.len();
    async move {
        pause().await;
        length + text.len()
    }
}
#[checked_async]
fn by_hand_generic<T: Debug + Send>(value: T) -> impl Future<Output = String> + Send + use<T> {
    async move { format!("{value:?}") }
}
#[checked_async]
fn boxed(text: &str) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move {
        pause().await;
        text.len()
    })
}

#[test]
fn lifetimes() {
    let mut n = 1;
    assert_eq!(run(elided("abc", &mut n)), 3);
    assert_eq!(n, 2);
    assert_eq!(run(elided_output("abc")), "abc");
    assert_eq!(run(named("", "b")), "b");
    assert_eq!(run(anonymous([1, 2].iter())), Some(&2));
    assert!(run(hidden_lifetime(&Cell::new("x"), Some(&&mut n))));
    assert_eq!(run(late_bound(|text| &text[1..])), 2);
    assert_eq!(run(by_hand("abc", &1)), 6);
    assert_eq!(run(by_hand_generic("abc")), "\"abc\"");
    assert_eq!(run(boxed("abc")), 3);
    let kept = {
        let short = 1;
        by_hand("abc", &short)
    };
    assert_eq!(run(kept), 6);
}

#[test]
fn arguments() {
    assert_eq!(run(generics("a", [1, 2])), ("a", 4));
    let mut calls = 0;
    assert_eq!(run(impl_arguments(1, &"b", |n| n + 1, &mut || calls += 1)), "1 \"b\" 2");
    assert_eq!(calls, 1);
    assert_eq!(run(future_arguments(async { 1 }, extern_function(2))), 3);
    assert_eq!(run(patterns((1, 2), [3, 0, 0, 4], Point { x: 5, y: 0 }, &6, 7)), 21);
    assert_eq!(run(mutable(1, vec![], (2, "abc".to_owned()))), 4);
    assert_eq!(run(sub_pattern((1, 2))), 3);
    // SAFETY: the number lives until the future has ended.
    assert_eq!(run(unsafe { unsafe_function(&3) }), 3);
    run(unit());
    run(unit_written());
    assert!(std::panic::catch_unwind(|| run(never())).is_err());
    assert!(std::panic::catch_unwind(|| run(never_loops())).is_err());
}

#[test]
fn receivers() {
    let make = || run(Type::new("abc", 1));
    assert_eq!(run(make().by_reference()), "abc");
    assert_eq!(run(make().long()), "abc");
    assert_eq!(run(make().two("d")), 4);
    assert_eq!(*run(make().from_self("x")), 1);
    assert_eq!(run(make().from_other("other")), "other");
    assert_eq!(*run(make().by_mutable(2)), 2);
    assert_eq!(run(make().by_value()), 1);
    assert_eq!(run(make().by_mutable_value(3)), 3);
    assert_eq!(run(Box::new(make()).in_box()), 1);
    assert_eq!(run(Rc::new(make()).in_rc()), 1);
    assert_eq!(run(Arc::new(make()).in_arc("d")), 4);
    assert_eq!(run(Arc::new(make()).in_arc_reference()), 1);
    assert_eq!(run(Pin::new(&make()).in_pin()), "abc");
    assert_eq!(run(Pin::new(&mut make()).in_pin_mut()), 3);
    assert_eq!(run(Box::pin(make()).in_pin_box()), 3);
    assert_eq!(run(make().written(&make())), 6);
    assert_eq!(run(make().generic("d")), (1, "d"));
    assert_eq!(run(make().constant()), [3; 3]);
    assert_eq!(run(make().constant_type()), [1; 3]);
    assert_eq!(make().sync(), 1);
}

/// The futures live as long as what they borrow, and no shorter.
#[test]
fn captures() {
    fn outlives<'a, T: 'a>(value: T) -> T {
        value
    }
    let text = String::from("abc");
    let future = outlives::<'_, _>(elided_output(&text));
    assert_eq!(run(future), "abc");
    fn returned<'a>(text: &'a str) -> impl Future<Output = &'a str> + 'a {
        elided_output(text)
    }
    assert_eq!(run(returned(&text)), "abc");
    fn boxed<'a>(text: &'a str) -> Pin<Box<dyn Future<Output = &'a str> + Send + 'a>> {
        Box::pin(elided_output(text))
    }
    assert_eq!(run(boxed(&text)), "abc");
    fn is_static<T: 'static>(value: T) -> T {
        value
    }
    assert_eq!(run(is_static(extern_function(1))), 1);
    assert_eq!(run(is_static(generics(1, [1]))), (1, 2));
}
