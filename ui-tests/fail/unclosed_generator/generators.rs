//! Generators of every kind: methods, generic ones, those that borrow, those that are sent values.

use checked_async::{checked_async, generator};

struct Table {
    name: String,
}

impl Table {
    #[generator]
    async fn rows(&self) -> u32 {
        defer! { println!("{} is closed", self.name); }
        yield_!(1);
        yield_!(2);
    }
}

#[generator]
async fn repeated<T: Clone>(item: T) -> T {
    defer! { println!("closed"); }
    loop {
        yield_!(item.clone());
    }
}

#[generator(resume = u32)]
async fn sums() -> u32 {
    let mut sum = 0;
    {
        defer! { println!("closed"); }
        loop {
            sum += yield_!(sum);
        }
    }
}

#[checked_async]
async fn method(table: &Table) -> Option<u32> {
    let mut rows = table.rows(); //~ warning unclosed_generator: table.rows()
    while let Some(row) = rows.next().await {
        if row > 1 {
            return Some(row);
        }
    }
    None
}

#[checked_async]
async fn generic<T: Clone>(item: T) -> Option<T> {
    let mut items = repeated(item); //~ warning unclosed_generator: repeated(item)
    items.next().await
}

#[checked_async]
async fn sent() -> Option<u32> {
    let mut sums = sums(); //~ warning unclosed_generator: sums()
    while let Ok(Some(sum)) = sums.asend(1).await {
        if sum > 10 {
            return Some(sum);
        }
    }
    None
}
