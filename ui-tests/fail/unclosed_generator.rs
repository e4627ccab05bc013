//! A generator with cleanup that is iterated by hand and left early.

use checked_async::{checked_async, generator};

#[generator]
async fn rows(table: String) -> u32 {
    defer! { println!("{table} is closed"); }
    for n in 0..10 {
        yield_!(n);
    }
}

#[checked_async]
async fn find(table: &str, wanted: u32) -> Option<u32> {
    let mut rows = rows(table.to_owned()); //~ warning unclosed_generator: rows(table.to_owned())
    while let Some(row) = rows.next().await {
        if row > wanted {
            return Some(row);
        }
    }
    None
}

#[checked_async]
async fn first(table: &str) -> Option<u32> {
    let mut rows = rows(table.to_owned()); //~ warning unclosed_generator: rows(table.to_owned())
    rows.next().await
}

#[checked_async]
async fn good(table: &str) -> Option<u32> {
    #[for_await]
    for row in rows(table.to_owned()) {
        return Some(row);
    }
    None
}
