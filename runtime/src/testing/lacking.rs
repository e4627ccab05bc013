//! Answers for what a runtime of tokio's can only do with features of tokio's that may be off.
//!
//! Where the feature is on, tokio's own method is found first. Where it is off, that of this trait is, whose bound tells the
//! user what to add.

/// With the feature `test-util` of tokio's.
#[diagnostic::on_unimplemented(
    message = "`start_paused` needs the feature `test-util` of tokio",
    label = "the clock cannot be paused",
    note = "add it to the dev-dependencies: `tokio = {{ version = \"1\", features = [\"test-util\"] }}`"
)]
pub trait TestUtil {}

/// With the feature `rt-multi-thread` of tokio's.
#[diagnostic::on_unimplemented(
    message = "this test needs the feature `rt-multi-thread` of tokio",
    label = "there is no runtime with several threads",
    note = "add it to the dev-dependencies: `tokio = {{ version = \"1\", features = [\"rt-multi-thread\"] }}`"
)]
pub trait MultiThread {}

/// The methods that may be lacking.
pub trait Lacking: Sized {
    /// With `rt-multi-thread`.
    #[must_use]
    fn new_multi_thread() -> Self
    where
        Self: MultiThread,
    {
        unreachable!()
    }

    /// With `test-util`.
    fn start_paused(&mut self, _paused: bool) -> &mut Self
    where
        Self: TestUtil,
    {
        unreachable!()
    }
}

impl Lacking for ::tokio::runtime::Builder {}
