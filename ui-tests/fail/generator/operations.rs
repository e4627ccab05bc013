//! Misuse of a generator that its types refuse.

use checked_async::{AsyncGen, checked_async, generator};
use std::rc::Rc;

#[generator(resume = u32)]
async fn sums() -> u32 {
    let mut sum = 0;
    loop {
        sum += yield_!(sum);
    }
}

#[generator]
async fn numbers() -> u32 {
    yield_!(1);
}

struct NoDefault;

#[generator(resume = NoDefault)]
async fn needs_values() -> u32 {
    let NoDefault = yield_!(1);
}

#[checked_async]
async fn two_at_once() {
    let mut numbers = numbers();
    let first = numbers.next();
    let second = numbers.next(); //~ E0499: numbers
    first.await;
    second.await;
}

#[checked_async]
async fn a_value_of_another_type() {
    let mut sums = sums();
    let _ = sums.asend("text").await; //~ E0308: "text"
}

#[checked_async]
async fn without_a_value() {
    let mut generator = needs_values();
    generator.next().await; //~ E0277: next
    //~^ E0277: await
}

#[checked_async]
async fn forgotten() {
    let mut numbers = numbers();
    numbers.aclose(); //~ unawaited_future: numbers.aclose()
    numbers.next(); //~ unawaited_future: numbers.next()
}

#[generator]
async fn local(number: Rc<u32>) -> u32 {
    yield_!(*number);
}

fn sent() -> AsyncGen<'static, u32> {
    local(Rc::new(1)).erased() //~ error: future cannot be sent between threads safely
}

#[generator(send)] //~ error: future cannot be sent between threads safely
async fn asserted(number: Rc<u32>) -> u32 {
    yield_!(*number);
}
