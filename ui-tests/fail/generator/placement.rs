//! The attribute where it makes no sense, and its arguments on the other one.

use checked_async::{checked_async, generator};

#[generator]
fn sync() -> u32 { //~ error: `#[generator]` on a function that is not async
    1
}

#[generator]
fn sync_that_yields(n: u32) -> u32 { //~ error: `#[generator]` on a function that is not async
    defer! { println!("closed") }
    yield_!(n);
}

async fn iterates() -> Option<u32> {
    sync_that_yields(1).next().await
}

/// As `async_trait` leaves it.
#[generator]
fn boxed() -> std::pin::Pin<Box<dyn Future<Output = u32>>> { //~ error: `#[generator]` on a function that is not async
    Box::pin(async move { 1 })
}

#[generator]
struct Struct; //~ error: `#[generator]` on something that is not a function

#[generator(reusme = u32)] //~ error: unknown argument `reusme`
async fn misspelt() -> u32 {
    yield_!(1);
}

#[checked_async(resume = u32, try)] //~ error: `resume` is an argument of `#[generator]`
//~^ error: `try` is an argument of `#[generator]`
async fn not_a_generator() {}

trait Source {
    #[generator]
    fn rows(&self) -> u32; //~ error: `#[generator]` on a function that is not async
}

#[generator]
#[checked_async(allow(unawaited_future))] //~ error: `#[checked_async]` beside `#[generator]`
async fn both() -> u32 {
    yield_!(1);
}
