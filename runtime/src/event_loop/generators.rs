//! The end of the loop's generators.

use std::future::Future;
use std::sync::Arc;

use super::Core;

/// Closes all generators of this thread's loop that are alive, newest first, each when the one before it is closed.
///
/// Those are the generators that have a `defer!`, own what they hold, and were first iterated while the loop was running: they
/// wait at a `yield_!` for somebody who has them, in a variable, a struct, a callback. Whoever iterates one afterwards gets
/// `None`. A panic in one is reported, and the rest is closed all the same. A generator that is in use, because a `next()` of
/// it is under way or was given up, is left alone, and reported as `generator_reentered`.
///
/// Who iterates a new generator on the loop after that is at fault, since nobody is left to close it: it panics where
/// checks are on (`generator_after_shutdown`).
///
/// [`run`](crate::run) closes generators by itself, when it has waited for the tasks. Those that tasks have dropped were closed
/// by their tasks. Modelled on `loop.shutdown_asyncgens`.
///
/// # Panics
///
/// Where no event loop is running on this thread.
///
/// # Cancel safety
///
/// If the future is dropped, the generator that is being closed goes back to its owner, whose next operation goes on with
/// closing; older ones are not closed.
///
/// # Examples
///
/// ```
/// use checked_async::{generator, shutdown_generators};
///
/// #[generator]
/// async fn numbers() -> u32 {
///     defer! { println!("closed"); }
///     yield_!(1);
///     yield_!(2);
/// }
///
/// checked_async::run(async {
///     let mut numbers = numbers();
///     assert_eq!(numbers.next().await, Some(1));
///     shutdown_generators().await;
///     // Of what is closed there are no more items.
/// #   let _ =
///     numbers.next().await;
/// });
/// ```
#[track_caller]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub fn shutdown_generators() -> impl Future<Output = ()> {
    let core = Core::current();
    async move {
        core.generators.shut();
        Arc::clone(&core.generators).close_all().await;
    }
}
