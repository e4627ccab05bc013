//! `block_on` in conditions, arms, arguments, macros and tails, in generic functions and trait methods.

use checked_async::checked_async;
use futures::executor::block_on;
use std::fmt::Display;

trait Source {
    type Row: Display + PartialEq;
    async fn next(&mut self) -> Option<Self::Row>;
    async fn close(&mut self);
}

#[checked_async]
async fn print_all<S: Source>(mut source: S, end: S::Row) {
    if block_on(source.next()).is_none() { //~ nested_block_on: block_on(source.next())
        return source.close().await;
    }
    while let Some(row) = block_on(source.next()) { //~ nested_block_on: block_on(source.next())
        match row {
            row if row == end => break,
            row => println!("{row} {}", block_on(async { "," })), //~ nested_block_on: block_on(async { "," })
        }
    }
    block_on(source.close()) //~ nested_block_on: block_on(source.close())
}

#[checked_async]
async fn first_of<S: Source>(sources: Vec<S>) -> Option<S::Row> {
    for mut source in sources {
        let Some(row) = block_on(source.next()) else { //~ nested_block_on: block_on(source.next())
            block_on(source.close()); //~ nested_block_on: block_on(source.close())
            continue;
        };
        return Some(row);
    }
    None
}

#[checked_async]
async fn in_macros(source: &mut impl Source) {
    assert!(block_on(source.next()).is_some(), "empty"); //~ nested_block_on: block_on(source.next())
    let rows = vec![block_on(source.next()), source.next().await]; //~ nested_block_on: block_on(source.next())
    tokio::select! {
        _ = tokio::task::yield_now() => block_on(source.close()), //~ nested_block_on: block_on(source.close())
        _ = async { block_on(async { rows.len() }) } => {} //~ nested_block_on: block_on(async { rows.len() })
    }
}

#[checked_async]
trait Finish: Source {
    async fn finish(&mut self) -> usize {
        let mut left = 0;
        while self.next().await.is_some() {
            left += 1;
        }
        block_on(self.close()); //~ nested_block_on: block_on(self.close())
        left
    }
}
