//! Pointers that cannot go to another thread, from methods that are named as those of locks.

#![deny(warnings)]

use checked_async::checked_async;
use futures::{Stream, StreamExt, stream};
use std::borrow::Cow;
use std::fmt::Display;
use std::pin::Pin;
use std::rc::Rc;

struct Book(Vec<Rc<str>>);

impl Book {
    fn read(&self) -> Vec<Rc<str>> {
        self.0.clone()
    }
    fn try_read(&self) -> Option<Box<dyn Display>> {
        Some(Box::new(self.0.len()))
    }
    fn write(&self) -> Cow<'_, [Rc<str>]> {
        Cow::Borrowed(&self.0)
    }
    fn enter(&self) -> Pin<Box<dyn Stream<Item = usize>>> {
        Box::pin(stream::iter(0..self.0.len()))
    }
}

async fn pause() {}

#[checked_async]
async fn turn(book: &Book) -> usize {
    let pages = book.read();
    let count = book.try_read();
    let copy = book.write();
    let mut numbers = book.enter();
    pause().await;
    while let Some(number) = numbers.next().await {
        println!("{number}");
    }
    println!("{} {}", pages.len(), count.is_some());
    copy.len()
}
