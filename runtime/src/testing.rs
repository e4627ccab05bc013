//! What `#[checked_async::test]` runs a test with: it collects what is reported while the test runs, on all threads of its
//! runtime, and fails the test by it.
//!
//! Invariant: what was collected and is not expected is either said by the test's own panic or, if the test fails by another,
//! printed.

use std::future::Future;

use crate::check::unread::is_err;
use crate::check::{self, Kind, Level};
use crate::report::{self, Collector, Violation};

/// What tells of a feature of tokio's that is off, where a test asks for it.
#[cfg(feature = "tokio")]
pub mod lacking;

/// A test that is running.
struct Test {
    collector: Collector,
    expected: &'static [Kind],
}

impl Test {
    fn begin(expected: &'static [Kind]) -> Self {
        Test { collector: Collector::new(expected), expected }
    }

    /// Fails the test if something was reported that it does not expect, or the other way round.
    #[track_caller]
    fn end<T>(self, output: &T) {
        let violations = self.collector.close();
        let faults = faults(&violations, self.expected);
        if faults.is_empty() {
            return;
        }
        if is_err(output) {
            // The test fails by its output, which says more.
            return eprintln!("{faults}");
        }
        panic!("{faults}");
    }
}

impl Drop for Test {
    fn drop(&mut self) {
        let violations = self.collector.close();
        // What has panicked has spoken for itself.
        let silent = |violation: &&Violation| violation.level == Level::Log && !self.expected.contains(&violation.kind);
        for violation in violations.iter().filter(silent) {
            report::print(violation);
        }
    }
}

/// What a test fails by, as text.
fn faults(violations: &[Violation], expected: &[Kind]) -> String {
    let mut faults = String::new();
    let unexpected: Vec<&Violation> =
        violations.iter().filter(|violation| !expected.contains(&violation.kind)).collect();
    if !unexpected.is_empty() {
        let (number, s) = match unexpected.len() {
            1 => ("a".to_owned(), ""),
            number => (number.to_string(), "s"),
        };
        faults.push_str(&format!("the test does not expect {number} report{s}\n"));
        for violation in &unexpected {
            faults.push_str(&format!("\n{violation}\n"));
        }
        let mut kinds: Vec<&str> = unexpected.iter().map(|violation| violation.kind.name()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        faults.push_str(&format!(
            "\nhelp: mend what is reported, or expect it: `#[checked_async::test(expect({}))]`",
            kinds.join(", ")
        ));
    }
    // Where there are no checks, or none of this kind, nothing can be expected of them.
    let possible = |kind: &&Kind| check::ON && check::level(**kind) != Level::Off;
    for kind in expected.iter().filter(possible) {
        if !violations.iter().any(|violation| violation.kind == *kind) {
            let end = if faults.is_empty() { "" } else { "\n" };
            faults.push_str(&format!("{end}the test expects `{kind}`, which was not reported"));
        }
    }
    faults
}

/// Runs something and returns what is reported meanwhile, on this thread and by all supervised tasks that it starts.
pub fn collect<R>(run: impl FnOnce() -> R) -> (R, Vec<Violation>) {
    let test = Test::begin(&[]);
    let entered = test.collector.enter();
    let output = run();
    drop(entered);
    (output, test.collector.close())
}

/// Runs a test on a runtime of tokio's, which is dropped before the test is judged.
///
/// # Panics
///
/// If the test does, and if its reports are not those that it expects.
#[cfg(feature = "tokio")]
#[track_caller]
pub fn on_tokio<F: Future>(builder: &mut ::tokio::runtime::Builder, expected: &'static [Kind], body: F) -> F::Output {
    let test = Test::begin(expected);
    let entered = test.collector.enter();
    let collector = test.collector.clone();
    // Those threads end with the runtime.
    builder.enable_all().on_thread_start(move || std::mem::forget(collector.enter()));
    let runtime = builder.build().expect("the system has resources for a runtime of tokio's");
    let output = runtime.block_on(body);
    drop(runtime);
    drop(entered);
    test.end(&output);
    output
}

/// Runs a test on an event loop, which is closed before the test is judged.
///
/// # Panics
///
/// If the test does, and if its reports are not those that it expects.
#[cfg(feature = "event-loop")]
#[track_caller]
pub fn on_event_loop<F: Future>(expected: &'static [Kind], body: F) -> F::Output {
    let test = Test::begin(expected);
    let entered = test.collector.enter();
    let builder = crate::EventLoop::builder().handle_ctrl_c(false);
    let mut event_loop = builder.build().expect("the system has resources for an event loop");
    let output = event_loop.run(body).unwrap_or_else(|error| panic!("{error}"));
    if check::ON {
        let tree = event_loop.run(async { crate::task_tree() }).unwrap_or_else(|error| panic!("{error}"));
        // The one that looks is among them.
        if tree.len() > 1 {
            report::raise(report::tasks_left(&tree));
        }
    }
    event_loop.close();
    drop(entered);
    test.end(&output);
    output
}
