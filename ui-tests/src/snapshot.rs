//! How findings read: the text of a `.stderr` file, and its comparison.

use crate::case::{Case, root};
use crate::finding::{Finding, Place};
use std::fs;

/// Compares the findings' text with the `.stderr` file beside the case, if there is one; says what is wrong.
pub fn compare(case: &Case, findings: &[Finding]) -> Option<String> {
    let file = case.file().with_extension("stderr");
    let expected = fs::read_to_string(&file).ok()?;
    let text = render(case, findings);
    if text == expected {
        return None;
    }
    if std::env::var_os("BLESS").is_some() {
        fs::write(&file, text).expect("the snapshot can be written");
        return None;
    }
    Some(format!("{} is not what is said; BLESS=1 writes this into it:\n{text}", file.display()))
}

fn render(case: &Case, findings: &[Finding]) -> String {
    let text = findings.iter().map(|finding| render_one(case, finding)).collect::<Vec<_>>().join("\n");
    text.replace(&format!("{}/", root().display()), "")
}

fn render_one(case: &Case, finding: &Finding) -> String {
    let code = finding.code.as_ref().map_or_else(String::new, |code| format!("[{code}]"));
    let mut text = format!("{}{code}: {}\n", finding.mark.level, finding.message);
    if let Some(place) = &finding.place {
        text += &format!(" --> {}:{}:{}\n", case.path.display(), place.start.0, place.start.1);
        text += &snippet(case, place);
    }
    for note in &finding.notes {
        text += &format!("  = {note}\n");
    }
    text
}

/// The underlined lines, without marks.
fn snippet(case: &Case, place: &Place) -> String {
    let mut text = String::new();
    for (index, line) in case.source.lines().enumerate() {
        let number = index + 1;
        if number < place.start.0 || number > place.end.0 {
            continue;
        }
        let line = line.split("//~").next().unwrap_or(line).trim_end();
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        let start = if number == place.start.0 { place.start.1 - 1 } else { indent };
        let end = if number == place.end.0 { place.end.1 - 1 } else { line.chars().count() };
        let carets = "^".repeat(end.saturating_sub(start).max(1));
        let label = place.label.as_ref().filter(|_| number == place.end.0);
        let label = label.map_or_else(String::new, |label| format!(" {label}"));
        text += &format!("  | {line}\n  | {}{carets}{label}\n", " ".repeat(start));
    }
    text
}
