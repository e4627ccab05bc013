//! Attributes on what is rewritten, and blocks of one expression.
#![deny(warnings)]
#![no_implicit_prelude]

use ::checked_async::{checked_async, generator};
use ::std::option::Option::{self, None, Some};
use ::std::println;

#[generator]
async fn numbers(n: u32) -> u32 {
    defer! { println!("closed") }
    #[cfg(any())]
    defer! { nothing_of_the_kind().await }
    #[allow(unused_mut)]
    #[for_await]
    for mut item in ::futures::stream::iter([n]) {
        yield_!(item);
    }
    #[expect(unused_braces)]
    yield_!({ n });
    #[cfg(any())]
    nothing_of_the_kind().await;
}

#[checked_async]
async fn first(n: u32) -> Option<u32> {
    defer! { println!("left") }
    #[for_await]
    for item in numbers(n) {
        #[cfg(any())]
        return nothing_of_the_kind;
        return Some(item);
    }
    None
}

#[checked_async]
async fn of_one_expression(n: u32) {
    #[for_await]
    for item in numbers(n) {
        if item == 1 {
            break;
        }
    }
    #[for_await]
    for item in numbers(n) {
        println!("{item}")
    }
}

fn main() {
    ::futures::executor::block_on(first(1));
    ::futures::executor::block_on(of_one_expression(1));
}
