//! How much memory a test's process has allocated, where its allocator is [`INSTRUMENTED_SYSTEM`].

use stats_alloc::INSTRUMENTED_SYSTEM;

/// The bytes that are allocated now.
#[must_use]
pub fn live() -> usize {
    let stats = INSTRUMENTED_SYSTEM.stats();
    stats.bytes_allocated - stats.bytes_deallocated
}
