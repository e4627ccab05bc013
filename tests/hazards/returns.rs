//! What a body's values are coerced to, and what cannot be named.

use super::poll::{pause, run};
use checked_async::checked_async;
use std::error::Error;
use std::fmt::{Debug, Display};

trait Shape {
    fn corners(&self) -> u32;
}
struct Square;
struct Triangle;
impl Shape for Square {
    fn corners(&self) -> u32 {
        4
    }
}
impl Shape for Triangle {
    fn corners(&self) -> u32 {
        3
    }
}

#[checked_async]
async fn empty_slice() -> Result<&'static [u8], ()> {
    Ok(&[])
}
#[checked_async]
async fn slice(n: u32) -> &'static [u32] {
    if n == 0 {
        return &[];
    }
    &[1, 2]
}
#[checked_async]
async fn dynamic(square: bool) -> Box<dyn Shape> {
    if square {
        return Box::new(Square);
    }
    Box::new(Triangle)
}
#[checked_async]
async fn dynamic_in_match(n: u32) -> Box<dyn Shape + Send> {
    match n {
        3 => Box::new(Triangle),
        _ => Box::new(Square),
    }
}
#[checked_async]
async fn dynamic_in_result(n: u32) -> Result<Box<dyn Shape>, Box<dyn Error + Send + Sync>> {
    if n == 0 {
        return Err("no corners")?;
    }
    if n == 1 {
        Err("one corner")?
    }
    let _: u32 = "2".parse()?;
    Ok(Box::new(Square))
}
#[checked_async]
async fn boxed_error(text: &str) -> Result<u32, Box<dyn Error>> {
    let n: u32 = text.parse()?;
    if n == 0 {
        return Err("zero".into());
    }
    Ok(n)
}
#[checked_async]
async fn option_of_dynamic(n: u32) -> Option<Box<dyn Fn(u32) -> u32>> {
    (n > 0).then(|| Box::new(move |m| n + m) as Box<dyn Fn(u32) -> u32>)
}
#[checked_async]
async fn function_pointer(add: bool) -> fn(u32) -> u32 {
    fn add_one(n: u32) -> u32 {
        n + 1
    }
    if add { add_one } else { |n| n }
}
#[checked_async]
async fn number() -> u64 {
    if false {
        return 1;
    }
    2
}
#[checked_async]
async fn floats() -> (f32, u8, i64) {
    (1.5, 200, -1)
}
#[checked_async]
async fn default() -> Vec<String> {
    Default::default()
}
#[checked_async]
async fn collected() -> Result<Vec<u32>, std::num::ParseIntError> {
    ["1", "2"].iter().map(|text| text.parse()).collect()
}
#[checked_async]
async fn closure_once() -> impl FnOnce(&str) -> usize {
    pause().await;
    |text| text.len()
}
#[checked_async]
async fn closure(n: u32) -> impl Fn(u32) -> u32 + Send {
    move |m| n + m
}
#[checked_async]
async fn closure_in_result(n: u32) -> Result<impl Fn(&str) -> String, ()> {
    if n == 0 {
        return Err(());
    }
    Ok(move |text: &str| format!("{text}{n}"))
}
#[checked_async]
async fn displays(n: u32) -> impl Display + Debug {
    n
}
#[checked_async]
async fn iterates<'a>(list: &'a [u32]) -> impl Iterator<Item = u32> + 'a {
    list.iter().map(|n| n + 1)
}
#[checked_async]
async fn references<'a>(text: &'a String) -> &'a str {
    text
}
#[checked_async]
async fn mutable<'a>(list: &'a mut Vec<u32>) -> &'a mut [u32] {
    list
}
#[checked_async]
async fn inner_question() -> Option<u32> {
    let doubled = async {
        let n: u32 = "2".parse().ok()?;
        Some(n * 2)
    };
    let tried = || -> Result<u32, std::num::ParseIntError> { Ok("3".parse::<u32>()?) };
    Some(doubled.await? + tried().ok()?)
}
#[checked_async]
async fn diverges(n: u32) -> u32 {
    match n {
        0 => panic!("zero"),
        1 => return 1,
        n => n,
    }
}
#[checked_async]
async fn never_in_result() -> Result<std::convert::Infallible, String> {
    Err("always".to_owned())
}
#[checked_async]
async fn associated<I: Iterator>(mut items: I) -> Option<<I as Iterator>::Item> {
    items.next()
}
#[checked_async]
async fn arrays<const N: usize>() -> [[u8; N]; 2] {
    [[1; N]; 2]
}

#[test]
fn values_are_coerced() {
    assert_eq!(run(empty_slice()), Ok(&[][..]));
    assert_eq!(run(slice(0)).len() + run(slice(1)).len(), 2);
    assert_eq!(run(dynamic(true)).corners() + run(dynamic(false)).corners(), 7);
    assert_eq!(run(dynamic_in_match(3)).corners(), 3);
    assert_eq!(run(dynamic_in_result(2)).unwrap().corners(), 4);
    assert!(run(dynamic_in_result(0)).is_err() && run(dynamic_in_result(1)).is_err());
    assert_eq!(run(boxed_error("1")).unwrap(), 1);
    assert!(run(boxed_error("0")).is_err() && run(boxed_error("x")).is_err());
    assert_eq!(run(option_of_dynamic(1)).unwrap()(2), 3);
    assert_eq!(run(function_pointer(true))(1), 2);
    assert_eq!(run(number()), 2);
    assert_eq!(run(floats()), (1.5, 200, -1));
    assert!(run(default()).is_empty());
    assert_eq!(run(collected()).unwrap(), [1, 2]);
    assert_eq!(run(references(&"abc".to_owned())), "abc");
    assert_eq!(run(mutable(&mut vec![1])), [1]);
    assert_eq!(run(inner_question()), Some(7));
    assert_eq!(run(diverges(1)) + run(diverges(2)), 3);
    assert!(run(never_in_result()).is_err());
    assert_eq!(run(associated([1].iter())), Some(&1));
    assert_eq!(run(arrays::<2>()), [[1, 1], [1, 1]]);
}

#[test]
fn what_cannot_be_named_is_returned() {
    assert_eq!(run(closure_once())("abc"), 3);
    assert_eq!(run(closure(1))(2), 3);
    assert_eq!(run(closure_in_result(1)).unwrap_or_else(|()| unreachable!())("a"), "a1");
    assert_eq!(run(displays(1)).to_string(), "1");
    assert_eq!(run(iterates(&[1, 2])).collect::<Vec<_>>(), [2, 3]);
}
