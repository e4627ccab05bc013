//! The attribute together with other attributes, in both orders.

use super::poll::{pause, run};
use checked_async::checked_async;
use std::future::Future;
use std::panic::Location;

#[checked_async]
#[inline]
async fn inline_below(n: u32) -> u32 {
    n
}
#[inline(always)]
#[checked_async]
async fn inline_above(n: u32) -> u32 {
    n
}
#[checked_async]
#[must_use = "it is the answer"]
async fn must_use_below() -> u32 {
    42
}
#[must_use]
#[checked_async]
async fn must_use_above() -> u32 {
    42
}
#[deprecated]
#[checked_async]
async fn deprecated_above() -> u32 {
    1
}
#[checked_async]
#[deprecated(note = "old")]
async fn deprecated_below() -> u32 {
    1
}
#[checked_async]
#[cold]
#[doc(hidden)]
#[allow(clippy::unused_async, unused_variables)]
async fn several(unused: u32) {}

#[checked_async]
#[track_caller]
fn track_caller(n: u32) -> impl Future<Output = (u32, u32)> {
    let line = Location::caller().line();
    async move { (n, line) }
}

#[tokio::test]
#[checked_async]
async fn tokio_test_above() {
    tokio::task::yield_now().await;
    pause().await;
}
#[checked_async]
#[tokio::test]
async fn tokio_test_below() {
    tokio::task::yield_now().await;
    pause().await;
}
#[checked_async]
#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
#[should_panic(expected = "on purpose")]
async fn tokio_test_panics() {
    tokio::spawn(pause()).await.unwrap();
    panic!("on purpose");
}
#[checked_async]
#[tokio::test]
#[ignore = "never passes"]
async fn tokio_test_ignored() {
    panic!();
}
#[checked_async]
#[tokio::test]
async fn tokio_test_with_result() -> Result<(), Box<dyn std::error::Error>> {
    let _: u32 = "1".parse()?;
    Ok(())
}

mod main_above {
    #[tokio::main(flavor = "current_thread")]
    #[super::checked_async]
    pub(super) async fn main() -> u32 {
        super::pause().await;
        1
    }
}
mod main_below {
    #[super::checked_async]
    #[tokio::main]
    pub(super) async fn main() -> Result<u32, std::num::ParseIntError> {
        super::pause().await;
        Ok("2".parse::<u32>()?)
    }
}

#[checked_async]
#[tracing::instrument]
async fn instrument_below(n: u32) -> u32 {
    pause().await;
    n
}
#[tracing::instrument(skip(n), fields(answer = 42), ret)]
#[checked_async]
async fn instrument_above(n: u32) -> u32 {
    pause().await;
    n
}
#[checked_async]
#[tracing::instrument(skip_all, err)]
async fn instrument_with_result(text: &str) -> Result<u32, std::num::ParseIntError> {
    let _ = text.len();
    Ok(text.parse::<u32>()?)
}
struct Instrumented;
#[checked_async]
impl Instrumented {
    #[tracing::instrument(skip(self))]
    async fn method(&self, n: u32) -> u32 {
        pause().await;
        n
    }
}

#[checked_async]
#[async_trait::async_trait]
trait Service: Send + Sync {
    async fn call(&self, n: u32) -> u32;
    async fn twice(&self, n: u32) -> u32 {
        self.call(n).await + self.call(n).await
    }
}
struct Below;
#[checked_async]
#[async_trait::async_trait]
impl Service for Below {
    async fn call(&self, n: u32) -> u32 {
        pause().await;
        n
    }
}
struct Above;
#[async_trait::async_trait]
#[checked_async]
impl Service for Above {
    async fn call(&self, n: u32) -> u32 {
        pause().await;
        n + 1
    }
}
#[async_trait::async_trait(?Send)]
#[checked_async]
trait LocalService {
    async fn call(&self, _: &str, (a, _): (u32, u32)) -> u32 {
        pause().await;
        a
    }
}
#[async_trait::async_trait(?Send)]
impl LocalService for Above {}
#[async_trait::async_trait(?Send)]
impl LocalService for Below {
    #[checked_async]
    async fn call(&self, text: &str, _: (u32, u32)) -> u32 {
        text.len() as u32
    }
}

#[checked_async]
#[async_recursion::async_recursion]
async fn recursion_below(n: u32) -> u32 {
    if n == 0 { 0 } else { 1 + recursion_below(n - 1).await }
}
#[async_recursion::async_recursion]
#[checked_async]
async fn recursion_above(n: u32) -> u32 {
    if n == 0 { 0 } else { 1 + recursion_above(n - 1).await }
}
#[async_recursion::async_recursion(?Send)]
#[checked_async]
async fn recursion_local(n: &u32) -> u32 {
    if *n == 0 { 0 } else { 1 + recursion_local(&(n - 1)).await }
}

#[test]
#[allow(deprecated)]
fn built_in_attributes() {
    assert_eq!(run(inline_below(1)) + run(inline_above(2)), 3);
    assert_eq!(run(must_use_below()) + run(must_use_above()), 84);
    assert_eq!(run(deprecated_above()) + run(deprecated_below()), 2);
    run(several(1));
    assert_eq!(run(track_caller(1)), (1, line!()));
}

#[test]
fn other_macros() {
    assert_eq!(main_above::main(), 1);
    assert_eq!(main_below::main(), Ok(2));
    assert_eq!(run(instrument_below(1)) + run(instrument_above(2)), 3);
    assert_eq!(run(instrument_with_result("4")), Ok(4));
    assert_eq!(run(Instrumented.method(5)), 5);
    let services: [Box<dyn Service>; 2] = [Box::new(Below), Box::new(Above)];
    assert_eq!(run(services[0].twice(1)) + run(services[1].twice(1)), 6);
    assert_eq!(run(LocalService::call(&Above, "abc", (1, 2))), 1);
    assert_eq!(run(LocalService::call(&Below, "abc", (1, 2))), 3);
    assert_eq!(run(recursion_below(3)) + run(recursion_above(3)) + run(recursion_local(&3)), 9);
}
