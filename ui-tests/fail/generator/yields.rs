//! `yield_!` where no generator could go on.

use checked_async::{checked_async, generator};

#[checked_async]
async fn not_a_generator() {
    yield_!(1); //~ error: `yield_!` outside of a generator
}

async fn without_an_attribute() {
    yield_!(1); //~ error: cannot find macro `yield_` in this scope
}

#[generator]
async fn nested() -> u32 {
    let closure = || yield_!(1); //~ error: `yield_!` in a closure or async block
    let block = async { yield_!(2) }; //~ error: `yield_!` in a closure or async block
    let closure_of_blocks = async || yield_!(3); //~ error: `yield_!` in a closure or async block
    closure();
    block.await;
    closure_of_blocks().await;
    yield_!(4);
}

#[generator]
async fn in_a_cleanup() -> u32 {
    defer! {
        yield_!(1); //~ error: `yield_!` in a `defer!`
    }
    yield_!(2);
}

#[generator]
async fn of_another_type() -> u32 {
    yield_!("text"); //~ E0308: "text"
    yield_!(1, 2); //~ error: unexpected token
}

#[generator]
async fn as_elsewhere() -> u32 {
    yield 1; //~ error: `yield` is not part of stable Rust
    //~^ E0658: yield 1
}

#[generator]
async fn returns() -> u32 {
    yield_!(1);
    return 2; //~ error: `return` with a value in a generator
}

#[generator(try)]
async fn returns_an_error(n: u32) -> Result<u32, String> {
    defer! { println!("closed") }
    if n == 1 {
        return Err("one".to_owned()); //~ error: `return` with a value in a generator
    }
    yield_!(Ok(n));
}

#[generator]
async fn returns_from_a_cleanup(n: u32) -> u32 {
    defer! {
        return 1; //~ error: `return` or `?` out of a `defer!`
    }
    yield_!(n);
}

#[generator]
async fn returns_what_may_be_nothing(n: u32) -> u32 {
    yield_!(n);
    if n == 1 {
        return println!("one");
    }
    if n == 2 {
        return nothing();
    }
    return n; //~ E0308: n
}

fn nothing() {}
