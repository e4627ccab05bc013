//! A single item is taken.

use checked_async::{checked_async, generator};

#[generator]
async fn rows() -> u32 {
    defer! { println!("closed"); }
    for n in 0..10 {
        yield_!(n);
    }
}

#[checked_async]
async fn first() -> Option<u32> {
    let mut rows = rows(); //~ warning unclosed_generator: rows()
    rows.next().await
}

#[checked_async]
async fn shown() {
    let mut rows = rows(); //~ warning unclosed_generator: rows()
    if let Some(row) = rows.next().await {
        println!("{row}");
    }
}

#[checked_async]
async fn or_nothing() -> u32 {
    let mut rows = rows(); //~ warning unclosed_generator: rows()
    let Some(row) = rows.next().await else { return 0 };
    row + 1
}
