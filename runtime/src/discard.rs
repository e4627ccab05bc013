//! The explicit way not to await a future.

use crate::check;

/// Drops a value on purpose: no future in it is reported as never awaited, and no lint complains.
///
/// # Examples
///
/// ```
/// use checked_async::{checked_async, discard};
///
/// #[checked_async]
/// async fn prefetch(key: u32) -> u32 {
///     key
/// }
///
/// #[checked_async]
/// async fn warm_up(enabled: bool) {
///     let job = prefetch(7);
///     if enabled {
///         job.await;
///     } else {
///         discard(job);
///     }
/// }
/// # drop(warm_up(true));
/// ```
#[inline]
pub fn discard<T>(value: T) {
    check::chosen::discard(value);
}
