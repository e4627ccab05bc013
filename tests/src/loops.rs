//! Event loops for tests, on which no step counts as slow: on a busy machine any may be.

use std::time::Duration;

use checked_async::{Builder, EventLoop, MockClock};

/// A loop that reports what its tasks do, and not how long they take.
pub fn builder() -> Builder {
    EventLoop::builder().slow_after(Duration::MAX).stalled_after(None).handle_ctrl_c(false)
}

/// Runs a future on such a loop.
///
/// # Panics
///
/// If the future does, or does not come to its end.
#[track_caller]
pub fn run<F: Future>(main: F) -> F::Output {
    builder().run(main).unwrap()
}

/// Runs a future on such a loop, with a clock that moves by itself.
///
/// # Panics
///
/// If the future does, or does not come to its end.
#[track_caller]
pub fn run_mocked<F: Future>(main: F) -> F::Output {
    builder().clock(MockClock::new()).run(main).unwrap()
}
