//! Recognises our findings in the compiler's messages, and takes out what the compiler adds about the probes.
//!
//! A finding reaches the compiler in one of three forms:
//! - a failed bound (E0277): the message is the problem, notes that begin with `help: ` are help, others are notes;
//! - `compile_error!`: `problem`, `help: …` and `note: …` are lines of one message;
//! - a warning about an unused or deprecated item, whose note or message carries these lines.

use crate::diagnostics::message::{CODE_PREFIX, Code, Diagnostic};

const MARK: &str = "#[checked(allow(";

/// Turns a message into a finding, if it is one of ours: problem, code, primary places, help and notes.
pub(crate) fn extract(diagnostic: &Diagnostic) -> Option<Diagnostic> {
    let own = diagnostic.message.contains(MARK);
    let carrier = diagnostic.children.iter().find(|child| child.message.contains(MARK));
    let lint = lint_name(if own { &diagnostic.message } else { &carrier?.message })?;
    let is_bound = diagnostic.code.as_ref().is_some_and(|code| code.code == "E0277");
    let (problem, notes) = if own {
        split(after_deprecated(&diagnostic.message))
    } else if is_bound {
        let notes = diagnostic.children.iter().filter(|child| child.spans.is_empty() && !is_noise(child));
        (diagnostic.message.clone(), notes.map(|child| note(&child.level, &child.message)).collect())
    } else {
        split(&carrier?.message)
    };
    let mut spans: Vec<_> = diagnostic.spans.iter().filter(|span| span.is_primary).cloned().collect();
    if !is_bound {
        for span in &mut spans {
            span.label = None;
        }
    }
    Some(Diagnostic {
        message: problem,
        code: Some(Code { code: format!("{CODE_PREFIX}{lint}"), explanation: None }),
        level: diagnostic.level.clone(),
        spans,
        children: notes,
        rendered: None,
        rest: diagnostic.rest.clone(),
    })
}

/// The name in `#[checked(allow(NAME))]`.
fn lint_name(text: &str) -> Option<String> {
    let name = text.split(MARK).nth(1)?.split(')').next()?;
    let valid = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    valid.then(|| name.to_owned())
}

/// What follows ``use of deprecated function `name`: ``.
fn after_deprecated(message: &str) -> &str {
    match message.strip_prefix("use of deprecated ") {
        Some(rest) => rest.split_once("`: ").map_or(message, |(_, text)| text),
        None => message,
    }
}

/// Splits `problem\nhelp: …\nnote: …`; lines without a prefix continue the one above.
fn split(text: &str) -> (String, Vec<Diagnostic>) {
    let mut problem = String::new();
    let mut notes: Vec<Diagnostic> = Vec::new();
    for line in text.lines() {
        if line.starts_with("help: ") || line.starts_with("note: ") {
            notes.push(note("note", line));
            continue;
        }
        let open = notes.last_mut().map_or(&mut problem, |last| &mut last.message);
        if !open.is_empty() {
            open.push('\n');
        }
        open.push_str(line);
    }
    (problem.trim_end().to_owned(), notes)
}

fn note(level: &str, message: &str) -> Diagnostic {
    let (level, message) = match (message.strip_prefix("help: "), message.strip_prefix("note: ")) {
        (Some(help), _) => ("help", help),
        (_, Some(note)) => ("note", note),
        _ => (level, message),
    };
    Diagnostic { message: message.to_owned(), level: level.to_owned(), ..Diagnostic::default() }
}

/// What the compiler says about the failed bound itself.
fn is_noise(child: &Diagnostic) -> bool {
    const STARTS: [&str; 9] = [
        "the trait ",
        "the trait bound ",
        "the following other types implement trait ",
        "required by ",
        "required for ",
        "this error originates in ",
        "this warning originates in ",
        "the full name for the type has been written to ",
        "consider using `--verbose`",
    ];
    let message = child.message.as_str();
    // `help: the trait … is not implemented` has the level; our help is a note that begins with the word.
    let is_compilers_help = child.level == "help" && !message.contains(MARK);
    is_compilers_help || STARTS.iter().any(|start| message.starts_with(start))
}

/// Whether a note tells of the attribute that we inserted.
pub(crate) fn tells_of_attribute(diagnostic: &Diagnostic) -> bool {
    let message = &diagnostic.message;
    message.contains("checked_async::private::checked_item") || message.contains("attribute macro `checked_item`")
}

/// Whether an error speaks of what the attribute writes around the user's code.
pub(crate) fn tells_of_runtime(diagnostic: &Diagnostic) -> bool {
    diagnostic.message.contains("checked_async::private") || diagnostic.children.iter().any(tells_of_runtime)
}

/// What to say below such an error: the user's code is not to blame.
pub(crate) fn defect() -> Diagnostic {
    let message = "this error comes from checked-async and not from this code: please report it";
    Diagnostic { message: message.to_owned(), level: "note".to_owned(), ..Diagnostic::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTE: &str = "to silence it, put `#[checked(allow(unawaited_future))]` on the statement";

    fn child(level: &str, message: &str) -> Diagnostic {
        Diagnostic { level: level.into(), message: message.into(), ..Diagnostic::default() }
    }

    fn texts(finding: &Diagnostic) -> Vec<(&str, &str)> {
        finding.children.iter().map(|child| (child.level.as_str(), child.message.as_str())).collect()
    }

    #[test]
    fn a_failed_bound_is_a_finding_without_the_bound() {
        let diagnostic = Diagnostic {
            message: "future is never awaited".into(),
            code: Some(Code { code: "E0277".into(), explanation: None }),
            level: "error".into(),
            children: vec![
                child("help", "the trait `Awaited` is not implemented for `impl Future`"),
                child("note", "help: append `.await`"),
                child("note", NOTE),
                child("note", "required by a bound in `discarded`"),
            ],
            ..Diagnostic::default()
        };
        let finding = extract(&diagnostic).expect("it is ours");
        assert_eq!(finding.lint(), Some("unawaited_future"));
        assert_eq!(finding.message, "future is never awaited");
        assert_eq!(texts(&finding), [("help", "append `.await`"), ("note", NOTE)]);
    }

    #[test]
    fn lines_of_one_message_are_taken_apart() {
        let text = format!("a guard\nhelp: drop it\n  first\nnote: {NOTE}");
        let expected = [("help", "drop it\n  first"), ("note", NOTE)];
        for (message, note) in [
            (text.clone(), None),
            (format!("use of deprecated function `a::b`: {text}"), None),
            ("unused `X` that must be used".to_owned(), Some(child("note", &text))),
        ] {
            let children = note.into_iter().collect();
            let finding = extract(&Diagnostic { message, children, level: "warning".into(), ..Diagnostic::default() });
            let finding = finding.expect("it is ours");
            assert_eq!(finding.message, "a guard");
            assert_eq!(texts(&finding), expected);
        }
    }

    #[test]
    fn other_messages_are_not_ours() {
        assert!(extract(&child("error", "mismatched types")).is_none());
        assert!(extract(&child("error", "write `#[checked(allow(NAME))]`")).is_none());
    }
}
