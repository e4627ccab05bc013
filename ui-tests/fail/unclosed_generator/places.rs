//! Async blocks, closures, generators and branches.

use checked_async::{checked_async, generator};

#[generator]
async fn rows() -> u32 {
    defer! { println!("closed"); }
    yield_!(1);
    yield_!(2);
}

#[checked_async]
async fn in_a_block() -> Option<u32> {
    let first = async {
        let mut rows = rows(); //~ warning unclosed_generator: rows()
        rows.next().await
    };
    first.await
}

#[checked_async]
async fn in_a_closure() -> Option<u32> {
    let first = async |skip: bool| {
        if skip {
            return None;
        }
        let mut rows = rows(); //~ warning unclosed_generator: rows()
        rows.next().await
    };
    first(false).await
}

#[generator]
async fn in_a_generator() -> u32 {
    let mut rows = rows(); //~ warning unclosed_generator: rows()
    while let Some(row) = rows.next().await {
        if row > 1 {
            break;
        }
        yield_!(row);
    }
}

#[checked_async]
async fn in_an_arm(n: u32) -> u32 {
    match n {
        0 => {
            let mut rows = rows(); //~ warning unclosed_generator: rows()
            rows.next().await.unwrap_or(0)
        }
        n => n,
    }
}
