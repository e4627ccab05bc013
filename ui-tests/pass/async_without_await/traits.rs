//! Methods of traits and their implementations: the trait asks for them.

#![deny(warnings)]

use checked_async::checked_async;

#[checked_async(warn(async_without_await))]
trait Store {
    async fn get(&self) -> u32;
    async fn close(&self) -> bool {
        true
    }
}

struct Memory(u32);

#[checked_async(warn(async_without_await))]
impl Store for Memory {
    async fn get(&self) -> u32 {
        self.0
    }
}

struct Nothing;

impl Store for Nothing {
    #[checked_async(warn(async_without_await))]
    async fn get(&self) -> u32 {
        0
    }
}
