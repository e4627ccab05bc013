//! Loops that report nothing of how fast the machine is, for tests that know each report.

use checked_async::{Builder, EventLoop};
use std::future::Future;
use std::time::Duration;

/// A loop with its checks as the build has them, for which nothing is slow.
pub fn patient() -> Builder {
    EventLoop::builder().slow_after(Duration::from_secs(3600)).stalled_after(None)
}

/// Runs a future on such a loop.
///
/// # Panics
///
/// If the future does, and if the run ends before the future does.
pub fn run_patiently<F: Future>(main: F) -> F::Output {
    match patient().run(main) {
        Ok(output) => output,
        Err(error) => panic!("{error}"),
    }
}
