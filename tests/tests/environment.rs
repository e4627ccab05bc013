//! The environment variable `CHECKED_ASYNC`, and what a program prints: each test runs this file again as a child.
#![cfg(debug_assertions)]

use std::process::{Command, Output};

use checked_async_tests::{bound, checked};

checked! { async fn leaf(n: u32) -> u32 { n } }

checked! {
    async fn certain() {
        let job = bound!(leaf(1));
        if false {
            job.await;
        }
    }
}

#[test]
#[ignore = "run as a child"]
fn child() {
    for n in 0..12 {
        drop(leaf(n));
    }
    futures::executor::block_on(certain());
}

fn run(setting: &str) -> (Output, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output = command
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads=1"])
        .env("CHECKED_ASYNC", setting)
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr.clone()).unwrap();
    (output, stderr)
}

#[track_caller]
fn assert_printed(setting: &str, warnings: usize, panics: bool) -> String {
    let (output, stderr) = run(setting);
    assert_eq!(stderr.matches("warning: future was never awaited").count(), warnings, "{stderr}");
    assert_eq!(output.status.success(), !panics, "{stderr}");
    assert!(!stderr.contains('\x1b'), "colour without a terminal: {stderr}");
    stderr
}

#[test]
fn by_default_it_logs_what_may_be_right_and_panics_where_certain() {
    let stderr = assert_printed("1", 10, true);
    assert!(stderr.contains("error: future was never awaited: `environment::leaf`\n  --> "), "{stderr}");
    assert!(stderr.contains("note: checked-async: further `never_awaited` reports of "), "{stderr}");
    assert_eq!(assert_printed("", 10, true).matches("further").count(), 1);
}

#[test]
fn zero_is_off() {
    assert_printed("0", 0, false);
    assert_printed("off", 0, false);
    assert_printed("never_awaited=off", 0, false);
}

#[test]
fn levels() {
    // The certain one is another site, and now logged as well.
    assert_printed("log", 11, false);
    assert_printed("never_awaited=log", 11, false);
    assert_printed("panic", 0, true);
    assert_printed("0,never_awaited=log", 11, false);
}

#[test]
fn mistakes_are_said_once_and_defaults_stay() {
    let stderr = assert_printed("never_awaited=loud", 10, true);
    let line = "warning: checked-async: ignored in `CHECKED_ASYNC`: unknown level `loud`, expected one of `off`, `log`, `panic`\n";
    assert_eq!(stderr.matches(line).count(), 1, "{stderr}");
}

#[test]
fn a_report_has_the_call_stack_where_that_is_asked_for() {
    let stderr = assert_printed("log,backtrace", 11, false);
    let stacks: Vec<&str> = stderr.split("   = note: call stack:\n").skip(1).collect();
    assert_eq!(stacks.len(), 11, "{stderr}");
    // Neither this library nor std stands before who has dropped the future.
    for (stack, first) in [(stacks[0], "environment::child"), (stacks[10], "environment::certain")] {
        let lines: Vec<&str> = stack.lines().map(str::trim).collect();
        assert!(lines[0].starts_with(&format!("0: {first}")), "{stack}");
        assert!(lines[1].starts_with("at ") && lines[1].contains("environment.rs:"), "{stack}");
        assert!(lines.iter().any(|line| line.starts_with("1: ")), "{stack}");
    }
    assert!(!assert_printed("log", 11, false).contains("call stack"));
}
