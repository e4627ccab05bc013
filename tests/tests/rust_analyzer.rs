//! What rust-analyzer shows inside of checked functions: the same as without the attribute.
//!
//! Runs only where `CHECKED_ASYNC_RUST_ANALYZER` names the program; see CONTRIBUTING. Every test asks twice, about the
//! same text with the attribute and without, and compares: a completion, hover text, definition or type that the
//! attribute costs is a failure, and so is a diagnostic that it adds. Nothing is written to disk in between: the text is
//! an editor's unsaved buffer.

#[path = "rust_analyzer/client.rs"]
mod client;

use client::{Client, uri};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// The variable with the program's path.
const PROGRAM: &str = "CHECKED_ASYNC_RUST_ANALYZER";
/// The variable with the path of the standard library's sources, where the toolchain's `rust-src` is not installed.
const LIBRARY: &str = "CHECKED_ASYNC_RUST_LIBRARY";

/// Stands in a text where the user's cursor is.
const CURSOR: &str = "$0";

const SUPPORT: &str = include_str!("rust_analyzer/support.rs");
const COMPLETE: &str = include_str!("rust_analyzer/complete.rs");

/// Half-typed bodies, and what completion offers at the cursor.
const HALF_TYPED: &[(&str, &str)] = &[
    ("store.lo$0", "load"),
    ("store.lo$0\nlet x = 1;\nOk(x)", "load"),
    ("store.$0", "load"),
    ("store.$0\nlet row = store.load(&key).await?;\nOk(row.value)", "load"),
    ("store.$0;\nOk(1)", "load"),
    ("store.load(&key).await?.$0;\nOk(1)", "value"),
    ("store.load(&key).$0", "await"),
    ("store.load(&key).$0;\nOk(1)", "await"),
    ("store.load(ke$0", "key"),
    ("store.load(ke$0\nOk(1)", "key"),
    ("store.load(&key.$0)\nOk(1)", "len"),
    ("let row = store.load(&key).await?;\nrow.$0", "value"),
    ("let row = store.load(&key).await?;\nlet y = row.$0\nOk(1)", "value"),
    ("let row = store.load(&key).await?;\nlet y = row.double().$0;\nOk(y.value)", "value"),
    ("let row = store.load(&key).await?;\nreturn row.$0", "value"),
    ("let row = store.load(&key).await?;\nstore.save(row.$0).await?;\nOk(1)", "value"),
    ("let y = $0", "key"),
    ("let y = $0\nOk(1)", "key"),
    ("let y = store.lo$0\nOk(1)", "load"),
    ("let y: Row = Row { $0 };\nOk(1)", "value"),
    ("let _ = store.lo$0;\nOk(1)", "load"),
    ("_ = store.$0;\nOk(1)", "load"),
    ("drop(store.lo$0);\nOk(1)", "load"),
    ("vec![store.lo$0];\nOk(1)", "load"),
    ("if store.$0 { }\nOk(1)", "load"),
    ("if true {\nstore.lo$0\n}\nOk(1)", "load"),
    ("if true {\nstore.lo$0\nOk(1)", "load"),
    ("match store.load(&key).await { Ok(row) => row.$0, Err(error) => return Err(error) }\nOk(1)", "value"),
    ("match store.load(&key).await { Ok(row) => { row.$0 } Err(_) => {} }\nOk(1)", "value"),
    ("match store.$0\nOk(1)", "load"),
    ("for row in store.$0 {}\nOk(1)", "load"),
    ("loop { let row = store.load(&key).await?; row.$0 }", "value"),
    ("while let Some(row) = store.next().await { row.$0 }\nOk(1)", "value"),
    ("store.each(|row| row.$0);\nOk(1)", "value"),
    ("store.each(|row| { row.$0 });\nOk(1)", "value"),
    ("let later = async { store.lo$0 };\nlater.await;\nOk(1)", "load"),
    ("let later = async { store.load(&key).await?.$0 };\nOk(1)", "value"),
    ("let later = async || store.lo$0;\nOk(1)", "load"),
    ("println!(\"{}\", store.$0);\nOk(1)", "load"),
    ("pick! { row = store.load(&key) => { row?.$0 } }\nOk(1)", "value"),
    ("pick! { row = store.$0 => {} }\nOk(1)", "load"),
    ("store.load(&key);\nstore.lo$0", "load"),
    ("store.load(&key);\nlet row = store.load(&key).await?;\nrow.$0;\nOk(1)", "value"),
    ("let Some(row) = store.next().await else { return Ok(0) };\nrow.$0\nstore.load(&key).await?;\nOk(1)", "value"),
    ("crate::support::$0", "Store"),
    ("use crate::support::$0;\nOk(1)", "Store"),
];

/// Where a body stands.
const PLACES: &[(&str, &str)] = &[
    (
        "a function",
        "use crate::support::*;
         #[checked_async]
         pub async fn handle(store: &Store, key: String) -> Result<u32, Error> {
             BODY
         }",
    ),
    (
        "a method of an `impl`",
        "use crate::support::*;
         pub struct Service { store: Store }
         #[checked_async]
         impl Service {
             pub async fn before(&self) -> u32 { 1 }
             pub async fn handle(&self, key: String) -> Result<u32, Error> {
                 let store = &self.store;
                 BODY
             }
             pub async fn after(&self) -> u32 { 2 }
         }",
    ),
    (
        "a function of a `mod`",
        "use crate::support::checked_async;
         #[checked_async]
         mod inner {
             use crate::support::*;
             pub async fn handle(store: &Store, key: String) -> Result<u32, Error> {
                 BODY
             }
             pub async fn after() -> u32 { 2 }
         }",
    ),
];

#[test]
fn completion_in_half_typed_bodies_if_rust_analyzer_is_given() {
    let Some(mut editor) = Editor::open() else { return };
    let mut failures = String::new();
    for (place, around) in PLACES {
        for (body, expected) in HALF_TYPED {
            let text = around.replace("BODY", body);
            let [checked, plain] =
                editor.both(&text, |editor, cursor| editor.completions(cursor.expect("it is marked")));
            compare(&mut failures, place, body, expected, &checked, &plain);
        }
    }
    let members = PLACES[1].1;
    for (body, expected) in [
        ("self.sto$0", "store"),
        ("self.sto$0\nOk(1)", "store"),
        ("self.$0\nself.before().await;\nOk(1)", "after"),
        ("self.store.$0", "load"),
        ("let n = self.before().await;\nself.after().$0", "await"),
        ("let n = self.before().await;\nSelf::$0", "before"),
    ] {
        let text = members.replace("BODY", body);
        let [checked, plain] = editor.both(&text, |editor, cursor| editor.completions(cursor.expect("it is marked")));
        compare(&mut failures, "`self`", body, expected, &checked, &plain);
    }
    assert!(failures.is_empty(), "{failures}");
}

fn compare(
    failures: &mut String,
    place: &str,
    body: &str,
    expected: &str,
    checked: &BTreeSet<String>,
    plain: &BTreeSet<String>,
) {
    let body = body.replace('\n', " ⏎ ");
    if !plain.contains(expected) {
        // rust-analyzer knows no better by itself; what it knows must still be there.
        let _ = writeln!(std::io::stderr(), "note: in {place}, `{body}`: no `{expected}` without the attribute either");
    } else if !checked.contains(expected) {
        let _ = writeln!(failures, "in {place}, `{body}`: no `{expected}` among {} completions", checked.len());
        return;
    }
    let lost: Vec<&str> = plain.difference(checked).map(String::as_str).collect();
    if !lost.is_empty() {
        let _ = writeln!(failures, "in {place}, `{body}`: lost {}", lost.join(", "));
    }
}

#[test]
fn diagnostics_if_rust_analyzer_is_given() {
    let Some(mut editor) = Editor::open() else { return };
    let [checked, plain] = editor.both(COMPLETE, |editor, _| editor.diagnostics());
    assert!(plain.is_empty(), "the fixture is wrong: {plain:#?}");
    assert!(checked.is_empty(), "{checked:#?}");
}

#[test]
fn diagnostics_of_half_typed_bodies_if_rust_analyzer_is_given() {
    let Some(mut editor) = Editor::open() else { return };
    let mut failures = String::new();
    for (place, around) in PLACES {
        for (body, _) in HALF_TYPED {
            let text = around.replace("BODY", body);
            let [checked, plain] = editor.both(&text, |editor, _| editor.diagnostics());
            // Under any attribute macro, rust-analyzer reports a syntax error a second time, and is less shy of reporting
            // what follows from it. Nothing of this may speak of what the user has not written.
            let foreign = checked.difference(&plain).filter(|text| {
                ["checked_async", "private", "probe", "Site", "panicked"].iter().any(|word| text.contains(word))
            });
            for text in foreign {
                let _ = writeln!(failures, "in {place}, `{}`: {text}", body.replace('\n', " ⏎ "));
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn mistakes_at_the_attribute_if_rust_analyzer_is_given() {
    let Some(mut editor) = Editor::open() else { return };
    editor.set_text("use crate::support::*;\n#[checked_async(colour)]\npub async fn f() {}\n");
    let diagnostics = editor.diagnostics();
    assert!(diagnostics.len() == 1 && diagnostics.iter().all(|text| text.contains("colour")), "{diagnostics:#?}");

    editor.set_text(
        "use crate::support::*;
         #[checked_async(allow(unawaited_in_container))]
         pub async fn f(store: &Store) {
             #[checked(allow(unawaited_future))]
             store.next();
             #[checked(allow(unused_future_binding))]
             let later = store.next();
         }",
    );
    assert_eq!(editor.diagnostics(), BTreeSet::new());
}

#[test]
fn hover_and_definition_of_every_name_if_rust_analyzer_is_given() {
    let Some(mut editor) = Editor::open() else { return };
    let [checked, plain] = editor.both(COMPLETE, |editor, _| {
        names(COMPLETE)
            .into_iter()
            .map(|(position, name)| {
                let definition = editor.definition(position);
                ((position, name), (editor.hover(position), definition))
            })
            .collect::<BTreeMap<_, _>>()
    });
    assert!(checked.len() > 100, "the fixture has {} names", checked.len());
    let mut failures = String::new();
    for (((line, column), name), (plain_hover, plain_definition)) in &plain {
        let (hover, definition) = &checked[&((*line, *column), name.clone())];
        if hover != plain_hover {
            let _ = writeln!(failures, "{line}:{column}: `{name}`:\n{hover}\n  without the attribute:\n{plain_hover}");
        }
        if definition != plain_definition {
            let _ = writeln!(failures, "{line}:{column}: `{name}` is at {definition:?}, not {plain_definition:?}");
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn inferred_types_if_rust_analyzer_is_given() {
    let Some(mut editor) = Editor::open() else { return };
    let [checked, plain] = editor.both(COMPLETE, |editor, _| editor.inlay_hints());
    assert!(plain.iter().any(|hint| hint.contains(": Row")), "{plain:#?}");
    let lost: Vec<_> = plain.difference(&checked).collect();
    let added: Vec<_> = checked.difference(&plain).collect();
    assert!(lost.is_empty() && added.is_empty(), "lost: {lost:#?}\nadded: {added:#?}");
}

/// An editor with one crate open, whose file `case.rs` has no saved text to speak of.
struct Editor {
    client: Client,
    file: String,
    version: i64,
}

type Position = (usize, usize);

impl Editor {
    /// The one editor of all tests, or nothing, said on stderr, where there is no program.
    fn open() -> Option<MutexGuard<'static, Self>> {
        static EDITOR: LazyLock<Option<Mutex<Editor>>> = LazyLock::new(|| {
            let program = std::env::var_os(PROGRAM)?;
            Some(Mutex::new(Editor::start(program)))
        });
        let Some(editor) = &*EDITOR else {
            // Past the test harness, which shows nothing of a test that passes.
            let text =
                format!("skipped: set `{PROGRAM}` to the path of a rust-analyzer to run this; see CONTRIBUTING.md\n");
            let _ = std::io::stderr().write_all(text.as_bytes());
            return None;
        };
        Some(editor.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn start(program: OsString) -> Self {
        let root = write_fixture();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust-analyzer-target");
        let mut settings = json!({
            "procMacro": { "enable": true, "attributes": { "enable": true } },
            "cargo": {
                "buildScripts": { "enable": true },
                "targetDir": target,
                "extraEnv": { "CARGO_TARGET_DIR": target },
            },
            "checkOnSave": false,
            "cachePriming": { "enable": false },
            "diagnostics": { "enable": true, "experimental": { "enable": true } },
            "inlayHints": {
                "bindingModeHints": { "enable": false },
                "closureReturnTypeHints": { "enable": "always" },
            },
        });
        if let Some(library) = std::env::var_os(LIBRARY) {
            settings["cargo"]["sysrootSrc"] = json!(PathBuf::from(library));
        }
        let file = root.join("src").join("case.rs");
        let mut client = Client::start(&program, &root, &settings);
        let document = json!({ "uri": uri(&file), "languageId": "rust", "version": 0, "text": "" });
        client.notify("textDocument/didOpen", json!({ "textDocument": document }));
        let mut editor = Self { client, file: uri(&file), version: 0 };
        editor.check_setup();
        editor
    }

    /// Without the macro's expansion or the standard library's types, all comparisons would be of nothing with nothing.
    fn check_setup(&mut self) {
        let text = "use crate::support::*;\n#[checked_async]\npub async fn f() -> u32 { Some(1).unwrap() }\n";
        self.set_text(text);
        let mut at = self.at((1, 4));
        at["range"] = Value::Null;
        let expanded = self.client.request("rust-analyzer/expandMacro", at);
        let expansion = expanded["expansion"].as_str().unwrap_or_default();
        assert!(expansion.contains("unwrap"), "`#[checked_async]` is not expanded:\n{expanded:#}");
        let hover = self.hover((2, 35));
        assert!(
            hover.contains("unwrap"),
            "the standard library has no sources: install the component `rust-src`, or set `{LIBRARY}`: {hover:?}"
        );
    }

    /// Shows the text with the attribute and without, and asks the same about both.
    fn both<T>(&mut self, text: &str, mut ask: impl FnMut(&mut Self, Option<Position>) -> T) -> [T; 2] {
        // An attribute of the same length, so that all positions are the same.
        let plain = text.replace("#[checked_async]", "#[allow(unused)]");
        [text, &plain].map(|text| {
            let cursor = text.find(CURSOR).map(|offset| position(text, offset));
            self.set_text(&text.replacen(CURSOR, "", 1));
            ask(self, cursor)
        })
    }

    fn set_text(&mut self, text: &str) {
        self.version += 1;
        let document = json!({ "uri": self.file, "version": self.version });
        self.client.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
        );
    }

    fn at(&self, (line, column): Position) -> Value {
        json!({ "textDocument": { "uri": self.file }, "position": { "line": line, "character": column } })
    }

    /// The names that are offered, without arguments and imports.
    fn completions(&mut self, cursor: Position) -> BTreeSet<String> {
        let answer = self.client.request("textDocument/completion", self.at(cursor));
        let items = answer.get("items").unwrap_or(&answer).as_array().cloned().unwrap_or_default();
        items
            .iter()
            .filter_map(|item| item["label"].as_str())
            .filter(|label| !label.contains("(use "))
            .map(|label| label.split(['(', ' ', '…', '!']).next().unwrap_or(label).to_owned())
            .collect()
    }

    fn hover(&mut self, position: Position) -> String {
        let answer = self.client.request("textDocument/hover", self.at(position));
        answer["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    /// Where the name is defined: the files, each with a line and a column.
    fn definition(&mut self, position: Position) -> BTreeSet<String> {
        let answer = self.client.request("textDocument/definition", self.at(position));
        let places = answer.as_array().cloned().unwrap_or_else(|| vec![answer]);
        places
            .iter()
            .filter(|place| !place.is_null())
            .map(|place| format!("{} {}", place["uri"], place["range"]["start"]))
            .collect()
    }

    /// The types shown beside the code, each with its place.
    fn inlay_hints(&mut self) -> BTreeSet<String> {
        let lines = COMPLETE.lines().count();
        let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": lines, "character": 0 } });
        let answer = self
            .client
            .request("textDocument/inlayHint", json!({ "textDocument": { "uri": self.file }, "range": range }));
        let hints = answer.as_array().cloned().unwrap_or_default();
        hints
            .iter()
            .map(|hint| {
                let label = match &hint["label"] {
                    Value::Array(parts) => parts.iter().filter_map(|part| part["value"].as_str()).collect(),
                    label => label.as_str().unwrap_or_default().to_owned(),
                };
                format!("{}:{} {label}", hint["position"]["line"], hint["position"]["character"])
            })
            .collect()
    }

    /// rust-analyzer's own diagnostics, each with its place.
    fn diagnostics(&mut self) -> BTreeSet<String> {
        let answer = self.client.request("textDocument/diagnostic", json!({ "textDocument": { "uri": self.file } }));
        let items = answer["items"].as_array().cloned().unwrap_or_default();
        items
            .iter()
            .map(|item| {
                let start = &item["range"]["start"];
                format!("{}:{} {}: {}", start["line"], start["character"], item["code"], item["message"])
            })
            .collect()
    }
}

/// Writes the crate, beside the build's other temporary files, and returns its folder.
fn write_fixture() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rust-analyzer-fixture");
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package is in a workspace");
    let runtime = workspace.join("runtime");
    let manifest = format!(
        "[package]\nname = \"fixture\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\nchecked-async.path = {runtime:?}\n\n[workspace]\n"
    );
    std::fs::create_dir_all(root.join("src")).expect("the build has a writable folder");
    // The same versions as here, which are on the machine.
    std::fs::copy(workspace.join("Cargo.lock"), root.join("Cargo.lock")).expect("the workspace has a lock file");
    for (file, text) in [
        ("Cargo.toml", manifest.as_str()),
        ("src/lib.rs", "pub mod case;\npub mod support;\n"),
        ("src/case.rs", ""),
        ("src/support.rs", SUPPORT),
    ] {
        std::fs::write(root.join(file), text).expect("the build has a writable folder");
    }
    root
}

/// The line and column of an offset, from zero.
fn position(text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (before.matches('\n').count(), offset - line_start)
}

/// Every name and keyword in the code with its place; not numbers, comments, nor what stands in a string or an attribute.
///
/// Strings are left out because rust-analyzer shows nothing of them under any attribute macro.
fn names(text: &str) -> Vec<(Position, String)> {
    let mut names = Vec::new();
    for (line, code) in text.lines().enumerate() {
        let code = code.split("//").next().unwrap_or_default();
        if code.trim_start().starts_with("#[") {
            continue;
        }
        let mut rest = 0;
        while let Some(start) = code[rest..].find(|c: char| c.is_alphanumeric() || c == '_').map(|start| start + rest) {
            let end =
                code[start..].find(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(code.len(), |end| end + start);
            let in_string = code[..start].matches('"').count() % 2 == 1;
            if code[start..].starts_with(|c: char| c.is_alphabetic()) && !in_string {
                names.push(((line, start), code[start..end].to_owned()));
            }
            rest = end;
        }
    }
    names
}
