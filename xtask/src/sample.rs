//! `cargo xtask sample`: the command on the sample service, compared with the marks in its sources.
//!
//! A mark is a comment `FAULT n: NAME` on the line that the finding of this lint, or the report of this kind, names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::Stdio;

use crate::Result;
use crate::command::{CheckedAsync, cannot_run, messages, root};

/// A file as the compiler names it, a line, and a lint or a kind of report.
type Place = (String, u64, String);

/// Where what the command prints goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shown {
    ToUser,
    #[cfg_attr(not(test), expect(dead_code, reason = "a passing test is silent"))]
    ToNobody,
}

pub(crate) fn run(shown: Shown) -> Result<()> {
    let checked_async = CheckedAsync::build()?;
    let sample = root().join("samples/shortener");
    let marks = marks(&sample.join("src"))?;
    let target = checked_async.target_directory.join("sample");

    let mut findings = findings_of(&checked_async, &sample, &target, &[], shown)?;
    // Where there are errors, rustc does not get as far as warnings.
    findings.append(&mut findings_of(&checked_async, &sample, &target, &["--no-default-features"], shown)?);

    let mut run = checked_async.command();
    run.args(["run", "--no-default-features"]).arg("--target-dir").arg(&target).current_dir(&sample);
    match shown {
        Shown::ToUser => say("cargo checked-async run --no-default-features"),
        Shown::ToNobody => drop(run.stdout(Stdio::null())),
    }
    let mut child = run.stderr(Stdio::piped()).spawn().map_err(|error| cannot_run(&run, &error))?;
    let mut reports = Reports::default();
    let mut hidden = String::new();
    if let Some(stderr) = child.stderr.take() {
        for line in BufReader::new(stderr).lines().map_while(std::result::Result::ok) {
            reports.line(&line);
            match shown {
                // A terminal that has gone away is no fault of the sample's.
                Shown::ToUser => drop(writeln!(std::io::stderr(), "{line}")),
                Shown::ToNobody => hidden.extend([line.as_str(), "\n"]),
            }
        }
    }
    let status = child.wait().map_err(|error| cannot_run(&run, &error))?;
    if !status.success() {
        return Err(format!("{hidden}\n`run` was to end well, and ended with {status}"));
    }
    println!("\n{}", compare(&marks, &findings, &reports.places)?);
    Ok(())
}

/// What `check` finds with these options.
fn findings_of(
    checked_async: &CheckedAsync,
    sample: &Path,
    target: &Path,
    options: &[&str],
    shown: Shown,
) -> Result<BTreeSet<Place>> {
    let mut check = checked_async.command();
    check.arg("check").args(options).arg("--target-dir").arg(target).current_dir(sample);
    if shown == Shown::ToUser {
        say(&["cargo checked-async check", options.join(" ").as_str()].join(" "));
        check.status().map_err(|error| cannot_run(&check, &error))?;
    }
    // Once more, for this program to read.
    check.arg("--message-format=json").stderr(Stdio::piped());
    let output = check.output().map_err(|error| cannot_run(&check, &error))?;
    if output.status.code() != Some(1) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!(
            "{stderr}\n`check` was to end with status 1, for findings, and ended with {}",
            output.status
        ));
    }
    Ok(findings(&output.stdout))
}

fn say(command: &str) {
    println!("\n$ cd samples/shortener && {}", command.trim_end());
}

/// The marks in the sources of a package, with their numbers.
fn marks(source: &Path) -> Result<BTreeMap<Place, u32>> {
    let mut marks = BTreeMap::new();
    let entries = fs::read_dir(source).map_err(|error| format!("cannot read {}: {error}", source.display()))?;
    for entry in entries.flatten() {
        let text = fs::read_to_string(entry.path())
            .map_err(|error| format!("cannot read {}: {error}", entry.path().display()))?;
        let file = format!("src/{}", entry.file_name().to_string_lossy());
        marks.extend(marks_in(&file, &text));
    }
    Ok(marks)
}

fn marks_in(file: &str, text: &str) -> Vec<(Place, u32)> {
    let mut marks = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let Some((_, comment)) = text.split_once("// FAULT ") else { continue };
        for mark in comment.split(" FAULT ") {
            let Some((number, name)) = mark.split_once(": ") else { continue };
            let name = name.split([',', ' ']).next().unwrap_or_default();
            if let Ok(number) = number.parse() {
                marks.push(((file.to_owned(), line, name.to_owned()), number));
            }
        }
    }
    marks
}

/// The findings in what `check --message-format=json` prints.
fn findings(stdout: &[u8]) -> BTreeSet<Place> {
    let mut findings = BTreeSet::new();
    for message in messages(stdout) {
        let message = &message["message"];
        let lint = message["code"]["code"].as_str().and_then(|code| code.strip_prefix("checked_async::"));
        let (Some(lint), Some(spans)) = (lint, message["spans"].as_array()) else { continue };
        if let Some(span) = spans.iter().find(|span| span["is_primary"] == true) {
            let file = span["file_name"].as_str().unwrap_or_default();
            findings.insert((file.to_owned(), span["line_start"].as_u64().unwrap_or_default(), lint.to_owned()));
        }
    }
    findings
}

/// Reads the reports in what a program prints: the place stands in one line, the kind in the last.
#[derive(Default)]
struct Reports {
    place: Option<(String, u64)>,
    places: BTreeSet<Place>,
}

impl Reports {
    fn line(&mut self, line: &str) {
        if let Some(place) =
            line.trim_start().strip_prefix("--> ").and_then(|rest| rest.strip_suffix(" (created here)"))
        {
            let mut parts = place.rsplitn(3, ':');
            let line = parts.nth(1).and_then(|line| line.parse().ok());
            self.place = parts.next().zip(line).map(|(file, line)| (file.to_owned(), line));
        }
        let kind = line.split_once("`CHECKED_ASYNC=").and_then(|(_, rest)| rest.split_once("=off`"));
        if let Some((kind, _)) = kind
            && let Some((file, line)) = self.place.take()
        {
            self.places.insert((file, line, kind.to_owned()));
        }
    }
}

/// The summary, or what differs.
fn compare(marks: &BTreeMap<Place, u32>, findings: &BTreeSet<Place>, reports: &BTreeSet<Place>) -> Result<String> {
    let mut differences = String::new();
    for (place, number) in marks.iter().filter(|(place, _)| !findings.contains(place) && !reports.contains(place)) {
        differences.push_str(&format!("\nfault {number} was not found: {}", show(place)));
    }
    for place in findings.union(reports).filter(|place| !marks.contains_key(place)) {
        differences.push_str(&format!("\nthere is no fault here: {}", show(place)));
    }
    if !differences.is_empty() {
        return Err(format!("the sample's faults and what was found differ:{differences}"));
    }
    let faults = |places: &BTreeSet<Place>| places.iter().filter_map(|place| marks.get(place)).collect::<BTreeSet<_>>();
    let (compiling, running) = (faults(findings).len(), faults(reports).len());
    Ok(format!(
        "The sample has {} planted faults: {compiling} were found by compiling it, {running} by running it, and nothing \
         else was reported.",
        compiling + running
    ))
}

fn show((file, line, name): &Place) -> String {
    format!("{file}:{line} {name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: u64, name: &str) -> Place {
        ("src/a.rs".to_owned(), line, name.to_owned())
    }

    #[test]
    fn the_sample_shows_its_faults_and_nothing_else() {
        run(Shown::ToNobody).unwrap_or_else(|problem| panic!("{problem}"));
    }

    #[test]
    fn a_mark_has_a_number_and_a_name() {
        let text =
            "f(); // FAULT 1: some_lint, because\n// a FAULT\nlet x; // FAULT 12: other_lint, and FAULT 13: more\n";
        let expected = [(place(1, "some_lint"), 1), (place(3, "other_lint"), 12), (place(3, "more"), 13)];
        assert_eq!(marks_in("src/a.rs", text), expected);
    }

    #[test]
    fn a_report_is_read_from_its_text() {
        let mut reports = Reports::default();
        let text = "error: future was never awaited: `a`\n  --> src/a.rs:7:9 (created here)\n   = help: do\n   \
                    = note: `CHECKED_ASYNC=never_awaited=off` silences it\n";
        text.lines().for_each(|line| reports.line(line));
        assert_eq!(reports.places, [place(7, "never_awaited")].into());
    }

    #[test]
    fn what_is_missed_or_made_up_is_named() {
        let marks = [(place(1, "a"), 1), (place(2, "b"), 2)].into();
        assert!(compare(&marks, &[place(1, "a")].into(), &[place(2, "b")].into()).is_ok());
        let problem = compare(&marks, &[place(1, "a"), place(3, "a")].into(), &BTreeSet::new()).unwrap_err();
        assert!(problem.contains("fault 2 was not found: src/a.rs:2 b"), "{problem}");
        assert!(problem.contains("there is no fault here: src/a.rs:3 a"), "{problem}");
    }
}
