//! `cargo xtask real-code`: published crates, checked and tested with and without the command.
//!
//! All that it writes is in `real-code/` of the target directory, apart from tables in `docs/real-code.md`. Two
//! more there are written by hand: the findings and the reports that have been read. The crates share one target directory, and what they depend on is built once for both ways.

mod reviewed;
mod source;
mod subjects;
mod table;
mod tally;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::Result;
use crate::command::{CheckedAsync, Ended, cannot_run, cargo, logged, root};
use reviewed::{Reviewed, What};
use subjects::{SUBJECTS, Subject};
use tally::{Messages, Tests};

/// How long the tests of a crate may take to compile, and to run.
const COMPILING: Duration = Duration::from_secs(30 * 60);
const RUNNING: Duration = Duration::from_secs(10 * 60);

#[derive(Default)]
pub(crate) struct Options {
    only: Vec<String>,
    no_tests: bool,
    keep_going: bool,
}

impl Options {
    pub(crate) fn parse(arguments: &[String]) -> Result<Options> {
        let mut options = Options::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--only" => {
                    let name = arguments.next().ok_or("`--only` needs the name of a crate")?;
                    if !SUBJECTS.iter().any(|subject| subject.name == name) {
                        let names: Vec<&str> = SUBJECTS.iter().map(|subject| subject.name).collect();
                        return Err(format!("`{name}` is not in the table: {}", names.join(", ")));
                    }
                    options.only.push(name.clone());
                }
                "--no-tests" => options.no_tests = true,
                "--keep-going" => options.keep_going = true,
                _ => return Err(format!("unknown option `{argument}`")),
            }
        }
        Ok(options)
    }
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let checked_async = CheckedAsync::build()?;
    let directory = checked_async.target_directory.join("real-code");
    fs::create_dir_all(&directory).map_err(|error| format!("cannot write {}: {error}", directory.display()))?;
    let checked_async = checked_async.kept_in(&directory)?;
    let trial = Trial { checked_async, target: directory.join("target"), directory, no_tests: options.no_tests };
    let page = root().join("docs/real-code.md");
    let reviewed = [What::Findings, What::Reports]
        .map(|what| Reviewed::read(what, &fs::read_to_string(&page).unwrap_or_default()));
    let order: Vec<&str> = SUBJECTS.iter().map(|subject| subject.name).collect();
    let mut troubled = Vec::new();
    for subject in SUBJECTS {
        if !options.only.is_empty() && !options.only.iter().any(|name| name == subject.name) {
            continue;
        }
        match trial.run(subject) {
            Ok(result) => {
                let row = BTreeMap::from([(
                    subject.name.to_owned(),
                    result.row(subject, &fs::read_to_string(&page).unwrap_or_default()),
                )]);
                table::write(&page, &row, &order)?;
                let [findings, reports] = &reviewed;
                let mut unread = findings.missing(subject.name, &result.findings);
                if let Some((_, after)) = &result.tests {
                    unread.extend(reports.missing(subject.name, &after.reports));
                }
                println!("  to be read and put in the tables: {}", list(&unread));
                if result.is_new_trouble() || !unread.is_empty() {
                    troubled.push(subject.name);
                }
            }
            Err(problem) => {
                println!("  {problem}");
                troubled.push(subject.name);
            }
        }
        if !troubled.is_empty() && !options.keep_going {
            break;
        }
    }
    for reviewed in reviewed {
        if let Some(text) = reviewed.summed_up(&fs::read_to_string(&page).unwrap_or_default()) {
            fs::write(&page, text).map_err(|error| format!("cannot write {}: {error}", page.display()))?;
        }
    }
    if troubled.is_empty() { Ok(()) } else { Err(format!("something to look at in: {}", troubled.join(", "))) }
}

/// What all crates are tried with.
struct Trial {
    checked_async: CheckedAsync,
    directory: PathBuf,
    target: PathBuf,
    no_tests: bool,
}

/// What came out of one crate.
struct Outcome {
    async_fns: usize,
    new_errors: BTreeSet<String>,
    new_warnings: BTreeSet<String>,
    findings: BTreeSet<String>,
    /// Before and after.
    tests: Option<(Tests, Tests)>,
}

impl Trial {
    fn run(&self, subject: &Subject) -> Result<Outcome> {
        println!("{} {}", subject.name, subject.version);
        let folder = source::provide(subject, &self.directory)?;
        let async_fns = source::async_fns(&folder);
        println!("  {async_fns} async fns");

        let before = self.messages(self.plain("check", &folder).args(subject.check))?;
        if !before.errors.is_empty() {
            return Err(format!("does not compile without us: {}", list(&before.errors)));
        }
        println!("  before: {} warnings", before.warnings.len());
        let after = self.messages(self.checked("check", &folder).args(subject.check))?;
        let new_errors = &after.errors - &before.errors;
        let new_warnings = &after.warnings - &before.warnings;
        println!("  new errors: {}", list(&new_errors));
        println!("  new warnings: {}", list(&new_warnings));
        println!("  findings: {}", list(&after.findings));
        let mut outcome = Outcome { async_fns, new_errors, new_warnings, findings: after.findings, tests: None };

        if let Some(flags) = subject.test.filter(|_| !self.no_tests) {
            let before = self.tests(subject, "before", || self.plain("test", &folder), flags)?;
            println!("  tests before: {}", before.summary());
            if let Some(trouble) = &before.trouble {
                return Err(format!("the tests do not compile without us: {trouble}"));
            }
            let after = self.tests(subject, "after", || self.checked("test", &folder), flags)?;
            println!("  tests after: {}", after.summary());
            if let Some(trouble) = &after.trouble {
                println!("    {trouble}");
            }
            println!("  failed only after: {}", list(&(&after.failures - &before.failures)));
            println!("  reports: {}", list(&after.reports));
            outcome.tests = Some((before, after));
        }
        Ok(outcome)
    }

    /// The user's cargo, with the same target directory as ours uses.
    fn plain(&self, subcommand: &str, folder: &Path) -> Command {
        let mut command = cargo();
        command.arg(subcommand).arg("--target-dir").arg(self.target.join("checked-async")).current_dir(folder);
        command
    }

    fn checked(&self, subcommand: &str, folder: &Path) -> Command {
        let mut command = self.checked_async.command();
        command.arg(subcommand).arg("--target-dir").arg(&self.target).current_dir(folder);
        // The library is the same for all crates.
        command.env("CHECKED_ASYNC_CACHE", self.directory.join("runtime"));
        command
    }

    fn messages(&self, command: &mut Command) -> Result<Messages> {
        command.args(["--message-format=json", "--quiet"]).stdin(Stdio::null()).stderr(Stdio::piped());
        let output = command.output().map_err(|error| cannot_run(command, &error))?;
        let mut messages = Messages::read(&output.stdout);
        if !output.status.success() && messages.errors.is_empty() && messages.findings.is_empty() {
            messages.errors.insert(String::from_utf8_lossy(&output.stderr).trim_end().to_owned());
        }
        Ok(messages)
    }

    /// Compiles the tests, then runs them; a file beside the crate's folder keeps what they print.
    fn tests(&self, subject: &Subject, when: &str, command: impl Fn() -> Command, flags: &[&str]) -> Result<Tests> {
        let log = self.directory.join(format!("{}-{}.{when}.log", subject.name, subject.version));
        let (ended, output) = logged(command().args(flags).arg("--no-run"), &log, COMPILING)?;
        if !matches!(ended, Ended::With(status) if status.success()) {
            return Ok(Tests { trouble: Some(log_tail(&output)), ..Tests::default() });
        }
        // With the output of tests that pass: a check that panics says so there, and a test may catch a panic.
        let flags = flags.iter().chain(&["--no-fail-fast", "--", "--show-output"]);
        let (ended, output) = logged(command().args(flags), &log, RUNNING)?;
        Ok(Tests { timed_out: matches!(ended, Ended::TimedOut), ..Tests::read(&output) })
    }
}

impl Outcome {
    /// The crate's row; where its tests were not run, with what they said before.
    fn row(&self, subject: &Subject, page: &str) -> String {
        let tests = match &self.tests {
            Some((before, after)) => format!("{} | {} | {}", after.reports.len(), before.summary(), after.summary()),
            None => table::tests_before(page, subject.name).unwrap_or_else(|| "– | – | –".to_owned()),
        };
        format!(
            "| {} | {} | {} | {} | {} | {} | {tests} |",
            subject.name,
            subject.version,
            self.async_fns,
            self.new_errors.len(),
            self.new_warnings.len(),
            self.findings.len(),
        )
    }

    /// Whether there is anything that may be a fault of ours, besides what is to be read.
    fn is_new_trouble(&self) -> bool {
        let failed = self
            .tests
            .as_ref()
            .is_some_and(|(before, after)| after.passed < before.passed || after.timed_out && !before.timed_out);
        failed || !self.new_errors.is_empty() || !self.new_warnings.is_empty()
    }
}

/// One line each, or `none`.
fn list(lines: &BTreeSet<String>) -> String {
    match lines.len() {
        0 => "none".to_owned(),
        count => lines.iter().fold(count.to_string(), |text, line| format!("{text}\n    {line}")),
    }
}

/// The last lines of what a command printed.
fn log_tail(output: &str) -> String {
    let lines: Vec<&str> = output.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n    ")
}
