//! Functions under other attributes, which may want them async.

#![deny(warnings)]

use checked_async::checked_async;

#[checked_async(warn(async_without_await))]
#[tokio::main(flavor = "current_thread")]
async fn start() {
    println!("started");
}

#[tokio::main(flavor = "current_thread")]
#[checked_async(warn(async_without_await))]
async fn run() -> u32 {
    1
}

#[checked_async(warn(async_without_await))]
mod tests {
    #[tokio::test]
    async fn adds() {
        assert_eq!(1 + 1, 2);
    }
}

fn both() -> u32 {
    start();
    run()
}
