//! What cargo printed, counted.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::command::messages;

/// The messages of one `check`, each counted once however many targets it is in.
#[derive(Default, Debug, PartialEq, Eq)]
pub(crate) struct Messages {
    pub(crate) errors: BTreeSet<String>,
    pub(crate) warnings: BTreeSet<String>,
    /// Those of our lints.
    pub(crate) findings: BTreeSet<String>,
}

impl Messages {
    /// Reads the output of `cargo check --message-format=json`, or of ours.
    pub(crate) fn read(stdout: &[u8]) -> Messages {
        let mut counted = Messages::default();
        for message in messages(stdout).iter().filter(|message| message["reason"] == "compiler-message") {
            counted.add(&message["message"]);
        }
        counted
    }

    fn add(&mut self, message: &Value) {
        let text = message["message"].as_str().unwrap_or_default();
        let spans = message["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
        // Summaries, such as `3 warnings emitted`, have no place.
        let Some(span) = spans.iter().find(|span| span["is_primary"] == true) else {
            if message["level"] == "error" && !text.starts_with("aborting due to") {
                self.errors.insert(format!("error: {text}"));
            }
            return;
        };
        let code = message["code"]["code"].as_str().unwrap_or_default();
        let level = message["level"].as_str().unwrap_or_default();
        let file = span["file_name"].as_str().unwrap_or_default();
        let line = format!("{level}[{code}]: {text} ({file}:{}:{})", span["line_start"], span["column_start"]);
        let list = match level {
            _ if code.starts_with("checked_async::") => &mut self.findings,
            "warning" => &mut self.warnings,
            _ => &mut self.errors,
        };
        list.insert(line);
    }
}

/// The results of one `cargo test`.
#[derive(Default, Debug, PartialEq, Eq)]
pub(crate) struct Tests {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) failures: BTreeSet<String>,
    /// The reports of our checks, by kind and place.
    pub(crate) reports: BTreeSet<String>,
    pub(crate) timed_out: bool,
    /// The last lines of the compiler's, where the tests did not compile.
    pub(crate) trouble: Option<String>,
}

impl Tests {
    pub(crate) fn read(output: &str) -> Tests {
        let mut tests = Tests::default();
        let mut place = None;
        for line in output.lines() {
            if let Some(summary) = line.trim_start().strip_prefix("test result: ") {
                tests.passed += number_before(summary, " passed");
                tests.failed += number_before(summary, " failed");
            } else if let Some(name) = line.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED")) {
                tests.failures.insert(name.to_owned());
            } else if let Some(created) = line.trim_start().strip_prefix("--> ") {
                place = created.strip_suffix(" (created here)").map(str::to_owned);
            } else if let Some((_, rest)) = line.split_once("`CHECKED_ASYNC=")
                && let Some((kind, _)) = rest.split_once("=off`")
            {
                tests.reports.insert(format!("{kind} {}", place.take().unwrap_or_default()));
            }
        }
        tests
    }

    /// `12`, `11 + 1 failed`, `not compiled`, with a word on running out of time.
    pub(crate) fn summary(&self) -> String {
        if self.trouble.is_some() {
            return "not compiled".to_owned();
        }
        let mut text = match (self.passed, self.failed) {
            (passed, 0) => passed.to_string(),
            (passed, failed) => format!("{passed} + {failed} failed"),
        };
        if self.timed_out {
            text.push_str(", timed out");
        }
        text
    }
}

fn number_before(text: &str, word: &str) -> usize {
    let number = text.split_once(word).and_then(|(before, _)| before.rsplit(' ').next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_of_all_programs_are_added_up() {
        let output = "\
test a ... ok
test b ... FAILED
warning: future was never awaited: `f`
  --> src/lib.rs:3:5 (created here)
   = note: `CHECKED_ASYNC=never_awaited=off` silences it
test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 0 filtered out; finished in 0.00s
";
        let tests = Tests::read(output);
        assert_eq!((tests.passed, tests.failed), (13, 1));
        assert_eq!(tests.failures, ["b".to_owned()].into());
        assert_eq!(tests.reports, ["never_awaited src/lib.rs:3:5".to_owned()].into());
        assert_eq!(tests.summary(), "13 + 1 failed");
    }

    #[test]
    fn a_message_counts_once() {
        let line = |code: &str, level: &str| {
            let span = r#"{"is_primary":true,"file_name":"src/lib.rs","line_start":1,"column_start":2}"#;
            let message = format!(r#"{{"message":"m","level":"{level}","code":{{"code":"{code}"}},"spans":[{span}]}}"#);
            format!("{{\"reason\":\"compiler-message\",\"message\":{message}}}\n")
        };
        let output =
            [line("E1", "error"), line("E1", "error"), line("checked_async::a", "error"), line("w", "warning")];
        let counted = Messages::read(output.concat().as_bytes());
        assert_eq!(counted.errors, ["error[E1]: m (src/lib.rs:1:2)".to_owned()].into());
        assert_eq!((counted.warnings.len(), counted.findings.len()), (1, 1));
    }
}
