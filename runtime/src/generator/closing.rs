//! A scope that closes a generator at its end.

use std::future::Future;

use super::Generator;
use crate::adopt;

/// Runs `scope` with a generator, and closes that before it returns: asyncio's `aclosing`.
///
/// Use it where a generator is not simply iterated, which is what `#[for_await]` is for. `return` and `?` in the closure
/// are its own exits, and so lead past the closing too.
///
/// # Cancel safety
///
/// If the future is dropped, the generator is dropped unclosed.
///
/// # Examples
///
/// ```
/// use checked_async::{closing, generator};
///
/// #[generator]
/// async fn numbers() -> u32 {
///     defer! { println!("closed"); }
///     for n in 0.. {
///         yield_!(n);
///     }
/// }
///
/// # futures_executor::block_on(async {
/// let sum = closing(numbers(), async |numbers| {
///     Some(numbers.next().await? + numbers.next().await? + numbers.next().await?)
/// })
/// .await;
/// assert_eq!(sum, Some(3));
/// # });
/// ```
pub async fn closing<B, T, R, O>(
    mut generator: Generator<B, T, R>,
    scope: impl AsyncFnOnce(&mut Generator<B, T, R>) -> O,
) -> O
where
    B: Future<Output = ()> + ?Sized,
{
    let output = scope(&mut generator).await;
    adopt::settled().await;
    generator.aclose().await;
    output
}
