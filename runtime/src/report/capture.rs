//! Collecting reports instead of showing them, for tests.
//!
//! Invariant: what a scope has collected is either returned to its owner or, if that one panics or is dropped, shown.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::{Violation, collector, text};
use crate::check::Kind;

thread_local! {
    /// The scopes open on this thread, innermost last.
    static SCOPES: RefCell<Vec<Vec<Violation>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `run` and returns what was reported on this thread meanwhile, instead of showing it.
///
/// Nothing is left out for its number here. Scopes nest: a report goes to the innermost. A fault whose level is
/// [`Level::Panic`](crate::Level::Panic) panics all the same; if the panic leaves `run`, what was collected is printed.
///
/// # Examples
///
/// ```
/// use checked_async::{Kind, capture};
///
/// let (sum, violations) = capture(|| 1 + 1);
/// assert_eq!(sum, 2);
/// assert!(violations.iter().all(|violation| violation.kind == Kind::NeverAwaited));
/// ```
pub fn capture<R>(run: impl FnOnce() -> R) -> (R, Vec<Violation>) {
    let mut collected = Collected::default();
    let result = collected.during(run);
    (result, collected.take())
}

/// Like [`capture`], for everything that is reported while the future is being polled.
///
/// # Cancel safety
///
/// If the returned future is dropped before it is ready, what it had collected is printed.
///
/// # Examples
///
/// ```
/// use checked_async::capture_future;
///
/// # futures_executor::block_on(async {
/// let (sum, violations) = capture_future(async { 1 + 1 }).await;
/// assert_eq!(sum, 2);
/// assert!(violations.is_empty());
/// # });
/// ```
pub fn capture_future<F: Future>(future: F) -> Captured<F> {
    Captured { future, collected: Collected::default() }
}

pin_project! {
    /// The future of [`capture_future`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    #[derive(Debug)]
    pub struct Captured<F> {
        #[pin]
        future: F,
        collected: Collected,
    }
}

impl<F: Future> Future for Captured<F> {
    type Output = (F::Output, Vec<Violation>);

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let polled = this.collected.during(|| this.future.poll(cx));
        polled.map(|output| (output, this.collected.take()))
    }
}

/// What a scope has collected while it is not open.
#[derive(Default, Debug)]
struct Collected(Vec<Violation>);

impl Collected {
    /// Opens the scope while `run` runs.
    fn during<R>(&mut self, run: impl FnOnce() -> R) -> R {
        /// Takes the innermost scope back.
        struct Close<'a>(&'a mut Vec<Violation>);

        impl Drop for Close<'_> {
            fn drop(&mut self) {
                let _ = SCOPES.try_with(|scopes| *self.0 = scopes.borrow_mut().pop().unwrap_or_default());
            }
        }

        // In a thread that is ending, reports are printed instead.
        let opened = SCOPES.try_with(|scopes| scopes.borrow_mut().push(std::mem::take(&mut self.0))).is_ok();
        let _close = opened.then(|| Close(&mut self.0));
        run()
    }

    fn take(&mut self) -> Vec<Violation> {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Collected {
    fn drop(&mut self) {
        for violation in self.take() {
            text::print(&violation);
        }
    }
}

/// Whether reports on this thread are being collected.
pub(crate) fn is_captured() -> bool {
    SCOPES.try_with(|scopes| !scopes.borrow().is_empty()).unwrap_or(false) || collector::is_present()
}

/// Whether reports of this kind go to a collector that expects them.
pub(super) fn is_expected(kind: Kind) -> bool {
    let has_scope = SCOPES.try_with(|scopes| !scopes.borrow().is_empty()).unwrap_or(false);
    !has_scope && collector::expects(kind)
}

/// Gives a report to the innermost scope, or else to the thread's collector, and back if there is neither.
pub(super) fn offer(violation: Violation) -> Option<Violation> {
    let mut violation = Some(violation);
    let _ = SCOPES.try_with(|scopes| {
        if let Some(scope) = scopes.borrow_mut().last_mut() {
            scope.extend(violation.take());
        }
    });
    violation.and_then(collector::offer)
}
