//! At level `deny` it is an error.

use checked_async::{checked_async, generator};

#[generator]
async fn rows() -> u32 {
    defer! { println!("closed"); }
    yield_!(1);
    yield_!(2);
}

#[checked_async(deny(unclosed_generator))]
async fn first() -> Option<u32> {
    let mut rows = rows(); //~ error unclosed_generator: rows()
    rows.next().await
}
