//! Every way out of a loop.

use checked_async::{checked_async, generator};
use std::num::TryFromIntError;

#[generator]
async fn rows() -> u64 {
    defer! { println!("closed"); }
    for n in 0..10 {
        yield_!(n);
    }
}

#[checked_async]
async fn by_break() -> u64 {
    let mut sum = 0;
    let mut rows = rows(); //~ warning unclosed_generator: rows()
    while let Some(row) = rows.next().await {
        sum += row;
        if sum > 5 {
            break;
        }
    }
    sum
}

#[checked_async]
async fn by_label() {
    'tables: for _ in 0..3 {
        let mut rows = rows(); //~ warning unclosed_generator: rows()
        while let Some(row) = rows.next().await {
            if row > 5 {
                continue 'tables;
            }
        }
    }
}

#[checked_async]
async fn by_question() -> Result<u32, TryFromIntError> {
    let mut sum = 0;
    let mut rows = rows(); //~ warning unclosed_generator: rows()
    while let Some(row) = rows.next().await {
        sum += u32::try_from(row)?;
    }
    Ok(sum)
}

#[checked_async]
async fn by_value() -> u64 {
    let mut rows = rows(); //~ warning unclosed_generator: rows()
    loop {
        match rows.next().await {
            Some(row) if row > 5 => break row,
            Some(row) => println!("{row}"),
            None => break 0,
        }
    }
}

#[checked_async]
async fn by_count() {
    let mut rows = rows(); //~ warning unclosed_generator: rows()
    for _ in 0..3 {
        let row = rows.next().await;
        println!("{row:?}");
    }
}
