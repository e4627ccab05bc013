//! What the compiler says about a case, without what it says about how the probes are made.

use crate::mark::Mark;
use serde_json::Value;
use std::path::Path;

/// One error or warning.
#[derive(Clone, Debug)]
pub struct Finding {
    /// As a mark announces it.
    pub mark: Mark,
    /// rustc's code or lint, if it has one.
    pub code: Option<String>,
    /// The first line.
    pub message: String,
    /// The underlined place.
    pub place: Option<Place>,
    /// The `help:` and `note:` lines.
    pub notes: Vec<String>,
}

/// A place in a case: lines and columns from 1, the end excluded.
#[derive(Clone, Debug)]
pub struct Place {
    /// Where it begins.
    pub start: (usize, usize),
    /// Where it ends.
    pub end: (usize, usize),
    /// What is written there about it.
    pub label: Option<String>,
}

impl Finding {
    /// Reads a message of `cargo check --message-format=json`; none for summaries such as "aborting due to 2 errors".
    pub fn read(message: &Value, file: &Path, source: &str) -> Option<Self> {
        let text = message["message"].as_str()?;
        let level = message["level"].as_str()?;
        let spans = message["spans"].as_array()?;
        let primary = spans.iter().find(|span| span["is_primary"] == true).map(|span| in_case(span, file));
        let children: Vec<&Value> = message["children"].as_array()?.iter().collect();
        if primary.is_none() && (text.starts_with("aborting due to") || text.contains(" emitted")) {
            return None;
        }
        if level == "failure-note" {
            return None;
        }
        let code = message["code"]["code"].as_str().map(str::to_owned);
        let notes: Vec<String> = children
            .iter()
            .filter(|child| child["spans"].as_array().is_some_and(Vec::is_empty))
            .filter_map(|child| child["message"].as_str())
            .filter(|note| is_ours(note))
            .map(str::to_owned)
            .collect();
        // What is certain from the tokens alone comes by `compile_error!`, with its notes in the message.
        let name = lint(&notes)
            .or_else(|| lint(&[text.to_owned()]))
            .or_else(|| code.clone())
            .unwrap_or_else(|| "error".to_owned());
        let place = primary.map(place);
        let underlined = primary.map_or_else(String::new, |span| underlined(span, source));
        let mark = Mark {
            line: place.as_ref().map_or(0, |place| place.start.0),
            level: level.to_owned(),
            text: if name == "error" { text.lines().next().unwrap_or_default().to_owned() } else { underlined },
            name,
        };
        Some(Self { mark, code, message: text.to_owned(), place, notes })
    }
}

/// The lint of ours that says this, as its note on how to silence it shows.
fn lint(notes: &[String]) -> Option<String> {
    let name =
        |note: &String| Some(note.split_once("#[checked(allow(")?.1.split_once("))]` silences it")?.0.to_owned());
    notes.iter().find_map(name)
}

/// Is it a note that a diagnostic of ours was given, rather than one of rustc's about traits, levels and macros?
fn is_ours(note: &str) -> bool {
    const RUSTC: &[&str] = &[
        "`#[",
        "consider using `--verbose`",
        "the following",
        "the full name for the type",
        "the trait",
        "this error originates",
        "this warning originates",
    ];
    let ours = note.starts_with("`#[checked");
    ours || !RUSTC.iter().any(|start| note.starts_with(start))
}

/// The place in the case, where the span itself is inside a macro of another file.
fn in_case<'a>(span: &'a Value, file: &Path) -> &'a Value {
    let outside = span["file_name"].as_str().is_some_and(|name| Path::new(name) != file);
    let caller = &span["expansion"]["span"];
    if outside && caller.is_object() { in_case(caller, file) } else { span }
}

fn place(span: &Value) -> Place {
    let number = |name: &str| span[name].as_u64().unwrap_or_default() as usize;
    Place {
        start: (number("line_start"), number("column_start")),
        end: (number("line_end"), number("column_end")),
        label: span["label"].as_str().map(str::to_owned),
    }
}

/// The underlined code on one line: `first line … last line`, where there are several.
fn underlined(span: &Value, source: &str) -> String {
    let offset = |name: &str| span[name].as_u64().unwrap_or_default() as usize;
    let code = source.get(offset("byte_start")..offset("byte_end")).unwrap_or_default();
    let lines: Vec<&str> = code.lines().map(without_mark).collect();
    match lines[..] {
        [] => String::new(),
        [line] => line.to_owned(),
        [first, .., last] => format!("{first} … {last}"),
    }
}

fn without_mark(line: &str) -> &str {
    line.split("//~").next().unwrap_or(line).trim()
}
