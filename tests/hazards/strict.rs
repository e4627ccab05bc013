//! Annotated items under the strictest lints: generated code must be as clean as the user's.

use checked_async::checked_async;
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

/// Adds.
#[checked_async]
pub async fn add(a: u32, (b, _): (u32, u32), _: u32, mut c: u32) -> u32 {
    c += a;
    b + c
}

/// Returns nothing.
#[checked_async]
pub async fn nothing() {}

/// Diverges.
#[checked_async]
pub async fn never() -> ! {
    loop {
        nothing().await;
    }
}

/// Exits early.
#[checked_async]
pub async fn early(n: u32) -> Result<u32, std::num::ParseIntError> {
    if n == 0 {
        return Ok(1);
    }
    let parsed: u32 = "1".parse()?;
    nothing().await;
    let doubled = async { add(parsed, (1, 2), 3, 4).await };
    Ok(doubled.await)
}

/// Stops the process.
#[checked_async]
pub async fn stops(n: u32) -> u32 {
    if n == 0 {
        std::process::exit(1);
    }
    match n {
        1 => panic!("one"),
        2 => unreachable!(),
        _ => n,
    }
}

/// Discards in every way.
#[checked_async]
pub async fn discards(list: &mut Vec<String>) {
    list.pop();
    list.clear();
    list.push(String::new());
    drop(list.pop());
    list.iter().for_each(|_| ());
    let _ = list.len();
    let unused = list.len();
    println!("{unused}");
    nothing().await;
    list.first().map(|text| text.len());
}

/// Has methods.
#[derive(Debug, Default)]
pub struct Type<T> {
    value: T,
}

#[checked_async(send)]
impl<T: Debug + Clone + Send + Sync> Type<T> {
    /// Is called by reference.
    pub async fn by_reference(&self) -> &T {
        nothing().await;
        &self.value
    }

    /// Is called by value.
    pub async fn by_value(self, _: u32) -> T {
        nothing().await;
        self.value
    }

    /// Changes.
    pub async fn set(&mut self, value: T) -> &mut Self {
        self.value = value;
        self
    }

    /// Is not async.
    pub fn plain(&self) -> T {
        self.value.clone()
    }
}

/// Has a default body.
#[allow(async_fn_in_trait)]
#[checked_async]
pub trait Trait {
    /// Has none.
    async fn declared(&self) -> u32;

    /// Calls it.
    async fn with_body(&self) -> u32 {
        self.declared().await
    }
}

#[checked_async]
impl Trait for Type<u32> {
    async fn declared(&self) -> u32 {
        self.value
    }
}

/// Holds functions.
#[checked_async]
pub mod inner {
    /// Is annotated by its module.
    pub async fn function(text: &str) -> usize {
        super::nothing().await;
        text.len()
    }
}

/// Is written by hand.
#[checked_async]
pub fn by_hand(n: u32) -> impl Future<Output = u32> + Send {
    async move { n }
}

/// Is boxed.
#[checked_async]
pub fn boxed(text: &str) -> Pin<Box<dyn Future<Output = usize> + Send + '_>> {
    Box::pin(async move { inner::function(text).await })
}

/// Must be used.
#[checked_async]
#[must_use]
pub async fn must_use() -> u32 {
    1
}

/// Returns what has no name.
#[checked_async]
pub async fn closure() -> impl Fn(&str) -> usize {
    |text| text.len()
}

/// Takes what is better not dropped at once.
#[checked_async]
pub async fn ignores(_: std::sync::MutexGuard<'_, u32>, _: impl Future<Output = u32>, _: Box<dyn Debug>) {}

/// Returns what is better not dropped at once.
pub fn guard(mutex: &std::sync::Mutex<u32>) -> std::sync::MutexGuard<'_, u32> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
