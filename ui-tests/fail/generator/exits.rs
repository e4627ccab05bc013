//! Ways out that lead nowhere, or past a cleanup.

use checked_async::{checked_async, generator};

async fn close() -> Result<(), String> {
    Ok(())
}

#[checked_async]
async fn out_of_a_cleanup() -> Result<u32, String> {
    'outer: loop {
        defer! {
            close().await?; //~ error: `return` or `?` out of a `defer!`
            if true {
                return Ok(1); //~ error: `return` or `?` out of a `defer!`
            }
            for _ in 0..3 {
                break;
            }
            let _inner = || -> Option<u32> { Some(None?) };
            if true {
                break 'outer Ok(1); //~ error: `break` out of a `defer!`
            }
        }
        break Ok(2);
    }
}

#[generator]
async fn errors_that_are_no_items() -> u32 {
    close().await?; //~ error: `?` in a generator whose errors are not items
    yield_!(1);
}

#[generator(try)]
async fn errors_of_another_type() -> Result<u32, std::fmt::Error> {
    close().await?; //~ E0277: ?
    yield_!(Ok(1));
}

#[checked_async]
async fn question_marks_at_other_values() -> Option<u32> {
    defer! { println!("closed"); }
    let number = 7u32?; //~ E0277: 7u32
    //~^ E0277: ?
    let text = "7".parse::<u32>()?; //~ E0277: ?
    Some(number + text)
}

macro_rules! either {
    ($one:expr; or $two:expr) => {
        $one
    };
}

#[checked_async]
async fn in_a_macro_of_its_own_syntax() -> Option<u32> {
    let other = either!(Some(1)?; or 2);
    defer! { println!("closed"); }
    Some(either!(Some(other)?; or 2)) //~ error: a way out in the arguments of `either!` leads past the cleanup
}

#[checked_async]
async fn not_statements(flag: bool) {
    let _value = defer! { println!("closed"); }; //~ error: `defer!` where an expression is expected
    let closure = || {
        defer! { println!("closed"); } //~ error: `defer!` outside of an async function
        1
    };
    closure();
    match flag {
        true => defer!(println!("closed")), //~ error: `defer!` where an expression is expected
        false => {}
    }
}
