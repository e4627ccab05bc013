//! Functions of a module, with arguments and modifiers of every kind.

use checked_async::checked_async;

#[checked_async(warn(async_without_await))]
pub mod math {
    pub async fn add(a: u64, b: u64) -> u64 { //~ warning async_without_await: add
        a + b
    }
    pub(crate) async fn parse<const N: usize>(text: [&str; N]) -> Option<u64> { //~ warning async_without_await: parse
        let first = text.first()?;
        first.parse().ok()
    }
    pub async unsafe fn read(pointer: *const u64) -> u64 { //~ warning async_without_await: read
        unsafe { *pointer }
    }
    pub async fn r#loop(n: u64) -> u64 { //~ warning async_without_await: r#loop
        (0..n).sum()
    }
    pub async fn sum(n: u64) -> u64 {
        add(n, r#loop(n).await).await
    }
}
