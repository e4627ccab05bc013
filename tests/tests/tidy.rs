//! What holds for the workspace as a whole: each lint has all its parts, files say what they are for, and messages read
//! alike.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in the workspace").to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The names of the files in a folder that end like this, without the ending.
fn names(folder: &str, ending: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
    entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|name| Some(name.strip_suffix(ending)?.to_owned()))
        .collect()
}

/// All Rust files of the workspace, but for what is built and what is put before the compiler as it is.
fn rust_files() -> Vec<PathBuf> {
    fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the folder can be read").flatten() {
            let path = entry.path();
            let name = entry.file_name().into_string().unwrap_or_default();
            if path.is_dir() {
                if !name.starts_with('.') && !["fixtures", "rust_analyzer", "target"].contains(&name.as_str()) {
                    collect(&path, files);
                }
            } else if name.ends_with(".rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    collect(&root(), &mut files);
    files
}

/// The string literals that follow some words in a text, each with the escapes it is written with.
fn literals_after<'a>(text: &'a str, words: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(words).skip(1).filter_map(|after| {
        let (before, literal) = after.split_once('"')?;
        // What stands between may be a place and a `format!(`, but no other statement.
        (!before.contains([';', '{'])).then_some(())?;
        let end = literal.char_indices().find(|(at, c)| *c == '"' && !literal[..*at].ends_with('\\'))?.0;
        Some(&literal[..end])
    })
}

#[test]
fn each_lint_has_all_its_parts() {
    let table: BTreeSet<String> = {
        let source = read("macros/src/lints.rs");
        let (_, after) = source.split_once("const LINTS: &[Lint] =").expect("there is a table");
        let table = after.split(';').next().unwrap_or_default();
        table.split("::LINT").filter_map(|entry| entry.rsplit(['[', ' ']).next()).map(str::to_owned).collect()
    };
    let table: BTreeSet<String> = table.into_iter().filter(|name| name.starts_with(char::is_alphabetic)).collect();
    assert!(table.len() >= 4, "{table:?}");
    assert_eq!(table, names("macros/src/lints", ".rs"), "macros/src/lints");
    assert_eq!(table, names("docs/lints", ".md"), "docs/lints");
    let headlines = |ending| -> BTreeSet<String> {
        names("ui-tests/fail", ending).into_iter().filter(|name| table.contains(name)).collect()
    };
    assert_eq!(table, headlines(".rs"), "ui-tests/fail/<lint>.rs");
    assert_eq!(table, headlines(".stderr"), "ui-tests/fail/<lint>.stderr");
    for lint in &table {
        let source = read(format!("macros/src/lints/{lint}.rs"));
        assert!(source.starts_with(&format!("//! `{lint}`: ")), "{lint}: its file says so first");
        assert!(source.contains(&format!("See `docs/lints/{lint}.md`.")), "{lint}: its file names its page");
        assert!(source.contains(&format!("name: \"{lint}\"")), "{lint}: its constant bears its name");
        let in_types = read("runtime/src/private/probe.rs").contains(&format!("pub struct {lint};"))
            || read("runtime/src/private/class.rs").contains(&format!(" {lint},\n"));
        assert!(in_types || source.contains("Text = Text {"), "{lint}: can be warned of");
        check_page(lint, &source);
    }
}

/// The lints whose cases are ordered by themes they share.
const BY_THEME: &[&str] = &["future_of_future", "unawaited_future", "unawaited_in_container", "unused_future_binding"];

#[test]
fn each_lint_has_faulty_programs_and_correct_ones() {
    let lints = names("docs/lints", ".md");
    for lint in lints.iter().filter(|lint| !BY_THEME.contains(&lint.as_str())) {
        for folder in ["fail", "pass"] {
            let cases = names(&format!("ui-tests/{folder}/{lint}"), ".rs");
            assert!(cases.len() >= 6, "ui-tests/{folder}/{lint}: only {cases:?}");
        }
    }
}

fn check_page(lint: &str, source: &str) {
    const SECTIONS: &[&str] = &[
        "What it catches",
        "Why",
        "Bad",
        "Good",
        "What counts as handled",
        "How to silence",
        "Known false positives",
        "Known misses",
        "Overlap with rustc and clippy",
        "Origin",
    ];
    let page = read(format!("docs/lints/{lint}.md"));
    let level =
        ["Deny", "Warn", "Allow"].into_iter().find(|level| source.contains(&format!("default: Level::{level}, check")));
    let level = level.expect("the constant has a level").to_lowercase();
    assert!(page.starts_with(&format!("# {lint}\n\n**{level}** by default.\n\n")), "{lint}: how its page begins");
    let sections: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    assert_eq!(sections, SECTIONS, "{lint}: the sections of its page");
    let (_, bad) = page.split_once("## Bad\n\n").expect("checked above");
    assert!(bad.contains("```rust,compile_fail\n"), "{lint}: its bad example must not compile");
    assert!(
        read("tests/src/lib.rs").contains(&format!("docs/lints/{lint}.md\"")),
        "{lint}: its examples are not tested"
    );
}

#[test]
fn every_file_says_what_it_is_for() {
    let files = rust_files();
    assert!(files.len() > 80, "only {} files were found", files.len());
    let silent: Vec<PathBuf> = files
        .into_iter()
        .filter(|file| {
            let text = read(file);
            let first = text.lines().find(|line| !line.starts_with("#!["));
            !first.is_some_and(|line| line.starts_with("//! "))
        })
        .collect();
    assert!(silent.is_empty(), "these files do not begin with `//!`: {silent:#?}");
}

#[test]
fn messages_read_alike() {
    let mut found = 0;
    let mut troubles = Vec::new();
    for file in rust_files() {
        let in_crate = ["macros/src", "runtime/src"].iter().any(|folder| file.starts_with(root().join(folder)));
        if !in_crate {
            continue;
        }
        let text = read(&file);
        let messages = literals_after(&text, "Diagnostic::at(").chain(literals_after(&text, " message = "));
        for message in messages.chain(literals_after(&text, ".help(")) {
            found += 1;
            let starts = message.starts_with(|c: char| c.is_lowercase() || c == '`' || c == '{');
            let never = ["illegal", "must have"].iter().any(|words| message.contains(words));
            if !starts || message.ends_with(['.', '!']) || never || message.contains("\\n") {
                troubles.push(format!("{}: {message:?}", file.display()));
            }
        }
    }
    assert!(found > 20, "only {found} messages were found");
    assert!(troubles.is_empty(), "{}", troubles.join("\n"));
}

#[test]
fn conditions_on_the_profile_are_in_one_place() {
    let elsewhere: Vec<PathBuf> = rust_files()
        .into_iter()
        .filter(|file| file.starts_with(root().join("runtime/src")))
        .filter(|file| !file.starts_with(root().join("runtime/src/check")) && !file.ends_with("runtime/src/check.rs"))
        .filter(|file| read(file).contains("cfg(debug_assertions)"))
        .collect();
    assert!(elsewhere.is_empty(), "`cfg(debug_assertions)` belongs into `check`: {elsewhere:#?}");
}

/// What is between backticks in a line.
fn code_spans(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a proof on the page from asyncio exists: `file::test`, a test file of its own, or a path of something that must not
/// compile.
fn is_there(proof: &str) -> bool {
    if let Some((file, test)) = proof.split_once("::") {
        let path = format!("tests/tests/{file}.rs");
        root().join(&path).is_file() && read(path).contains(&format!("\nfn {test}() {{"))
    } else if proof.ends_with(".rs") {
        let fails = proof.starts_with("ui-tests/fail/") && read(proof).contains("//~");
        fails || proof.starts_with("runtime/") && read(proof).contains("```compile_fail")
    } else {
        let one_of = [format!("tests/tests/{proof}.rs"), format!("tests/tests/{proof}/main.rs")];
        one_of.iter().any(|path| root().join(path).is_file())
    }
}

#[test]
fn what_comes_from_asyncio_is_proved() {
    let page = read("docs/from-asyncio.md");
    let mut columns = 0;
    let (mut rows, mut troubles) = (0, Vec::new());
    for line in page.lines() {
        if !line.starts_with('|') {
            columns = 0;
            continue;
        }
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        if columns == 0 {
            columns = cells.len();
            assert_eq!(cells.last(), Some(&"proof"), "{line}");
            continue;
        }
        if line.starts_with("|---") {
            continue;
        }
        rows += 1;
        let proof = cells.last().copied().unwrap_or_default();
        let proofs: Vec<&str> = code_spans(proof).collect();
        if cells.len() != columns || cells[0].is_empty() || proofs.is_empty() && !proof.starts_with("planned") {
            troubles.push(format!("no whole row: {line}"));
        }
        let proofs = proofs.into_iter();
        troubles.extend(proofs.filter(|proof| !is_there(proof)).map(|proof| format!("not there: {proof}")));
    }
    assert!(rows > 100, "only {rows} rows");
    assert!(troubles.is_empty(), "docs/from-asyncio.md: {troubles:#?}");
}

/// Each test that compares with asyncio is found on the page by who looks for what changes for him.
#[test]
fn what_differs_from_asyncio_is_on_the_page() {
    let page = read("docs/from-asyncio.md");
    let mut compared = 0;
    for file in names("tests/tests", ".rs").into_iter().filter(|name| name.starts_with("asyncio_")) {
        let text = read(format!("tests/tests/{file}.rs"));
        for test in text.split("\n#[test]\n").skip(1) {
            let name = test.split_once("fn ").and_then(|(_, rest)| rest.split_once('(')).expect("it is a function").0;
            let body = test.split("\n}\n").next().unwrap_or_default();
            if body.contains("Here(") || body.contains("CPython(") {
                compared += 1;
                assert!(page.contains(&format!("`{file}::{name}`")), "{file}::{name} differs, and is not on the page");
            }
        }
    }
    assert!(compared > 20, "only {compared}");
}

/// What a test may expect is what can be reported, and each page on a check is about one of these.
#[test]
fn kinds_are_the_same_everywhere() {
    let kinds: BTreeSet<String> = checked_async::Kind::ALL.iter().map(|kind| kind.name().to_owned()).collect();
    let source = read("macros/src/test_args.rs");
    let (_, after) = source.split_once("const KINDS: &[&str] = &[").expect("there is a list");
    let listed: BTreeSet<String> =
        after.split(']').next().unwrap_or_default().split('"').skip(1).step_by(2).map(str::to_owned).collect();
    assert_eq!(listed, kinds, "macros/src/test_args.rs");
    let pages = names("docs/checks", ".md");
    assert!(pages.is_subset(&kinds), "docs/checks: {:?}", pages.difference(&kinds));
    for page in pages {
        assert!(read(format!("docs/checks/{page}.md")).starts_with(&format!("# `{page}`\n")), "{page}");
        assert!(read("README.md").contains(&format!("docs/checks/{page}.md")), "{page} is not in the README");
    }
}
