//! rustc's and clippy's own lints say the same with the attribute and without.
//!
//! Every case that compiles is linted twice, as it is and without the attribute, by one `cargo clippy`. What is compared
//! is which lint speaks of which line, and how often.

use checked_async_ui_tests::case::Case;
use checked_async_ui_tests::finding::Finding;
use checked_async_ui_tests::mark::marks;
use checked_async_ui_tests::project;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What is lost, or said once more, where the attribute changes the code that these lints look for: see "Limits" in the
/// README.
const KNOWN: &[&str] = &[
    // A `return` at the end of an async fn, whose body is an async block of ours.
    "clippy::needless_return",
    // A call that never returns, beside the question about its type.
    "clippy::diverging_sub_expression",
    // A guard that is alive at an `.await`, whose maker is asked for its type.
    "clippy::readonly_write_lock",
    "clippy::unnecessary_cast",
    // `fn f() -> impl Future { async { … } }`, whose block is wrapped.
    "clippy::manual_async_fn",
    // `vec![f()];`, which is passed to a function that asks for its type.
    "clippy::unnecessary_operation",
    "clippy::useless_vec",
    // Of functions that are `#[must_use]`, at the end of a block; of types it is not lost.
    "unused_must_use",
];

#[test]
fn clippy_says_the_same_with_and_without_the_attribute() {
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let pairs: Vec<(Case, Case)> = corpus()
        .iter()
        .map(|case| {
            (copy(case, "with", &temporary.join("with")), copy(&without(case), "without", &temporary.join("without")))
        })
        .collect();
    assert!(pairs.len() > 100, "only {} cases", pairs.len());
    let cases: Vec<Case> = pairs.iter().flat_map(|(with, without)| [with.clone(), without.clone()]).collect();
    let found = project::clippy(&cases, temporary);
    let (mut total, mut troubles) = (0, Vec::new());
    for (with, without) in &pairs {
        let (said, expected) = (lints(&found[&with.path]), lints(&found[&without.path]));
        total += expected.values().sum::<usize>();
        for (lint, count) in &expected {
            if said.get(lint) != Some(count) && !KNOWN.contains(&lint.1.as_str()) {
                troubles.push(format!(
                    "{}: {lint:?}: {count} times without, {:?} with",
                    with.path.display(),
                    said.get(lint)
                ));
            }
        }
        for lint in said.keys().filter(|lint| !expected.contains_key(lint) && !KNOWN.contains(&lint.1.as_str())) {
            troubles.push(format!("{}: {lint:?}: only with", with.path.display()));
        }
    }
    assert!(total > 50, "only {total} findings were compared");
    assert!(troubles.is_empty(), "{} differences:\n{}", troubles.len(), troubles.join("\n"));
}

/// The cases that compile: without errors, which would keep lints from being asked.
fn corpus() -> Vec<Case> {
    let mut cases = Case::all("clippy");
    cases.extend(Case::all("pass"));
    cases.extend(Case::all("fail"));
    cases.retain(|case| {
        let compiles = marks(&case.source).iter().all(|mark| mark.level != "error");
        // What else is ours means nothing without us, stable Rust takes no other attribute on expressions, and files beside
        // a case stay where they are.
        let needs_us = ["discard", "#[checked(", "include!", "#[generator", "#[for_await"]
            .iter()
            .any(|ours| case.source.contains(ours));
        compiles && !needs_us
    });
    cases
}

/// The case without anything of ours, each line where it was.
fn without(case: &Case) -> Case {
    let lines = case.source.lines().map(|line| {
        let code = line.trim_start();
        match code {
            // An empty line behind other attributes is one more thing that clippy warns of.
            _ if code.starts_with("#[checked_async") => "#[rustfmt::skip]",
            _ if code.starts_with("use checked_async::") => "",
            _ => line,
        }
    });
    Case { path: case.path.clone(), source: lines.collect::<Vec<_>>().join("\n") }
}

fn copy(case: &Case, kind: &str, folder: &Path) -> Case {
    fs::create_dir_all(folder).expect("the folder can be made");
    // What a case denies would end its compilation in one of the two.
    let source = case.source.replace("#![deny(warnings)]", "");
    let path = folder.join(format!("{kind}_{}.rs", case.name()));
    fs::write(&path, &source).expect("the copy can be written");
    Case { path, source }
}

/// How often which lint of rustc's or clippy's speaks of which line.
fn lints(findings: &[Finding]) -> BTreeMap<(usize, String), usize> {
    let mut lints = BTreeMap::new();
    for finding in findings {
        // Ours are named after themselves, whatever lint of rustc's they come by.
        if finding.code.as_deref() == Some(finding.mark.name.as_str()) {
            *lints.entry((finding.mark.line, finding.mark.name.clone())).or_default() += 1;
        }
    }
    lints
}
