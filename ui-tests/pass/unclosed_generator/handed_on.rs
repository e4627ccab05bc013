//! Generators that somebody else has to close.

use checked_async::{AsyncGen, Generator, checked_async, generator};
use std::future::Future;

#[generator]
async fn rows() -> u32 {
    defer! { println!("closed"); }
    for n in 0..10 {
        yield_!(n);
    }
}

async fn finish<B: Future<Output = ()>>(mut rows: Generator<B, u32>) -> u32 {
    let mut sum = 0;
    while let Some(row) = rows.next().await {
        sum += row;
    }
    sum
}

#[checked_async]
async fn passed() -> u32 {
    let mut rows = rows();
    let first = rows.next().await.unwrap_or(0);
    first + finish(rows).await
}

#[checked_async]
async fn returned() -> (Option<u32>, AsyncGen<'static, u32>) {
    let mut rows = rows();
    let first = rows.next().await;
    (first, rows.erased())
}

struct Reader {
    rows: AsyncGen<'static, u32>,
}

#[checked_async]
async fn stored() -> Reader {
    let mut rows = rows();
    rows.next().await;
    Reader { rows: rows.erased() }
}

#[checked_async]
async fn captured() -> Option<u32> {
    let mut rows = rows();
    rows.next().await;
    let rest = async move { rows.next().await };
    rest.await
}

#[checked_async]
async fn asserted() {
    let mut rows = rows();
    assert_eq!(rows.next().await, Some(0));
}

#[checked_async]
impl Reader {
    async fn next(&mut self) -> Option<u32> {
        self.rows.next().await
    }
}
