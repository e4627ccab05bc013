//! Generators that are closed on every way out.

use checked_async::{checked_async, closing, generator};

#[generator]
async fn rows() -> u32 {
    defer! { println!("closed"); }
    for n in 0..10 {
        yield_!(n);
    }
}

#[checked_async]
async fn by_loop() -> Option<u32> {
    #[for_await]
    for row in rows() {
        if row > 1 {
            return Some(row);
        }
    }
    None
}

#[checked_async]
async fn by_loop_later() -> Option<u32> {
    let rows = rows();
    #[for_await]
    for row in rows {
        return Some(row);
    }
    None
}

#[checked_async]
async fn by_hand() -> Option<u32> {
    let mut rows = rows();
    let first = rows.next().await;
    rows.aclose().await;
    first
}

#[checked_async]
async fn in_a_defer() -> Result<u32, std::num::TryFromIntError> {
    let mut rows = rows();
    let mut sum = 0;
    while let Some(row) = rows.next().await {
        if u8::try_from(row).is_err() {
            rows.aclose().await;
            return Ok(sum);
        }
        sum += row;
    }
    Ok(sum)
}

#[checked_async]
async fn in_a_scope() -> Option<u32> {
    closing(rows(), async |rows| rows.next().await).await
}
