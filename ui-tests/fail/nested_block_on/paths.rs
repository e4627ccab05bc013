//! `block_on` of every executor, by full paths, imports and aliases.

use async_std::task;
use checked_async::checked_async;
use futures::executor::{self, block_on};
use smol::block_on as wait_for;

async fn answer() -> u32 {
    42
}

/// The crates `pollster` and `tokio-test`, as far as they matter here.
mod pollster {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        futures::executor::block_on(future)
    }
}
mod tokio_test {
    pub fn block_on<F: Future>(future: F) -> F::Output {
        futures::executor::block_on(future)
    }
}

#[checked_async]
async fn executors() -> u32 {
    let a = block_on(answer()); //~ nested_block_on: block_on(answer())
    let b = executor::block_on(answer()); //~ nested_block_on: executor::block_on(answer())
    let c = ::futures::executor::block_on(answer()); //~ nested_block_on: ::futures::executor::block_on(answer())
    let d = smol::block_on(answer()); //~ nested_block_on: smol::block_on(answer())
    let e = wait_for(answer()); //~ nested_block_on: wait_for(answer())
    let f = smol::future::block_on(answer()); //~ nested_block_on: smol::future::block_on(answer())
    let g = task::block_on(answer()); //~ nested_block_on: task::block_on(answer())
    a + b + c + d + e + f + g
}

#[checked_async]
async fn small_ones() -> u32 {
    let a = pollster::block_on(answer()); //~ nested_block_on: pollster::block_on(answer())
    let b = tokio_test::block_on(async { answer().await + 1 }); //~ nested_block_on: tokio_test::block_on(async { answer().await + 1 })
    let c = {
        use pollster::block_on as finish;
        finish(Box::pin(answer())) //~ nested_block_on: finish(Box::pin(answer()))
    };
    a + b + c
}

mod inner {
    use checked_async::checked_async;
    use futures::executor::block_on as run;

    #[checked_async]
    pub async fn total() -> u32 {
        run(super::answer()) //~ nested_block_on: run(super::answer())
    }
}
