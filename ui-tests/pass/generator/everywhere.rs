//! Generators, loops and cleanups in code that no lint has anything to say of.
#![deny(warnings)]

use checked_async::{AsyncGen, checked_async, generator};
use std::io;

struct Row(u32);

struct Db;

impl Db {
    async fn open(&self, _query: &str) -> Cursor {
        Cursor(3)
    }
}

struct Cursor(u32);

impl Cursor {
    async fn fetch(&mut self) -> Option<Row> {
        self.0 = self.0.checked_sub(1)?;
        Some(Row(self.0))
    }

    async fn close(&mut self) {
        self.0 = 0;
    }
}

#[generator]
async fn rows(db: Db, query: String) -> Row {
    let mut cursor = db.open(&query).await;
    defer! {
        cursor.close().await;
    }
    while let Some(row) = cursor.fetch().await {
        yield_!(row);
    }
}

#[checked_async]
async fn first(db: Db) -> Option<Row> {
    #[for_await]
    for row in rows(db, "select".to_owned()) {
        return Some(row);
    }
    None
}

#[generator(deny(async_without_await, loop_without_await))]
async fn endless() -> u32 {
    let mut n = 0;
    loop {
        yield_!(n);
        n += 1;
    }
}

#[checked_async(deny(async_without_await, loop_without_await))]
async fn awaits_by_loops() -> u32 {
    let mut count = 0;
    loop {
        #[for_await]
        for n in endless() {
            count += n;
            if count > 10 {
                return count;
            }
        }
    }
}

#[checked_async(deny(async_without_await))]
async fn awaits_by_cleanup() -> u32 {
    let mut cursor = Cursor(1);
    defer! { cursor.close().await; }
    7
}

#[checked_async]
impl Db {
    async fn copy(&self, fail: bool) -> io::Result<u32> {
        defer! {
            println!("copied");
        }
        if fail {
            return Err(io::Error::other("failed"));
        }
        let copied = self.open("").await.fetch().await.ok_or_else(|| io::Error::other("empty"))?;
        Ok(copied.0)
    }

    #[generator]
    async fn all<'a>(&'a self, queries: &'a [&str]) -> Row {
        for query in queries {
            let mut cursor = self.open(query).await;
            defer! { cursor.close().await; }
            while let Some(row) = cursor.fetch().await {
                yield_!(row);
            }
        }
    }

    fn erased<'a>(&'a self, queries: &'a [&str]) -> AsyncGen<'a, Row> {
        self.all(queries).erased()
    }
}

#[generator(try)]
async fn lines(text: &str) -> Result<u32, std::num::ParseIntError> {
    for line in text.lines() {
        let number: u32 = line.parse()?;
        yield_!(Ok(number));
    }
}

#[checked_async]
async fn sum(text: &str) -> Result<u32, Box<dyn std::error::Error>> {
    let mut sum = 0;
    #[for_await]
    for number in lines(text) {
        sum += number?;
    }
    Ok(sum)
}

#[checked_async]
async fn spawns(db: Db) -> u32 {
    let task = tokio::spawn(async move {
        let mut count = 0;
        #[for_await]
        for row in rows(db, String::new()) {
            count += row.0;
        }
        count
    });
    task.await.unwrap_or(0)
}
