//! Generators that are iterated to their end.

use checked_async::{checked_async, generator};

#[generator]
async fn rows() -> u32 {
    defer! { println!("closed"); }
    for n in 0..10 {
        yield_!(n);
    }
}

#[checked_async]
async fn whole() -> u32 {
    let mut sum = 0;
    let mut rows = rows();
    while let Some(row) = rows.next().await {
        if row == 3 {
            continue;
        }
        for n in 0..row {
            if n > 5 {
                break;
            }
            sum += n;
        }
    }
    sum
}

#[checked_async]
async fn by_match() -> u32 {
    let mut sum = 0;
    let mut rows = rows();
    loop {
        match rows.next().await {
            Some(row) => sum += row,
            None => return sum,
        }
    }
}

#[checked_async]
async fn by_else() -> u32 {
    let mut sum = 0;
    let mut rows = rows();
    loop {
        let Some(row) = rows.next().await else { break };
        sum += row;
    }
    sum
}

#[checked_async]
async fn in_two_parts() -> u32 {
    let mut sum = 0;
    let mut rows = rows();
    while let Some(row) = rows.next().await {
        if row == 3 {
            break;
        }
    }
    while let Some(row) = rows.next().await {
        sum += row;
    }
    sum
}

#[checked_async]
async fn to_the_last() -> bool {
    let mut rows = rows();
    for _ in 0..0 {}
    let head = rows.next().await;
    let next = rows.next().await;
    head < next
}
