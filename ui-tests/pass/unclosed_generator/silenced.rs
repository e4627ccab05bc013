//! Where it is left on purpose: the task closes it.

use checked_async::{checked_async, generator};

#[generator]
async fn rows() -> u32 {
    defer! { println!("closed"); }
    for n in 0..10 {
        yield_!(n);
    }
}

#[checked_async]
async fn one() -> Option<u32> {
    #[checked(allow(unclosed_generator))]
    let mut rows = rows();
    rows.next().await
}

#[checked_async(allow(unclosed_generator))]
async fn all() -> Option<u32> {
    let mut rows = rows();
    rows.next().await
}

#[checked_async]
async fn not_started() {
    let rows = rows();
    drop(rows);
}
