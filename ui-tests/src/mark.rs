//! Marks: comments in a case that announce a finding.
//!
//! | mark | says |
//! |---|---|
//! | `//~ unawaited_future: f()` | an error of this lint underlines `f()` in this line |
//! | `//~ warning unawaited_future: f()` | a warning instead |
//! | `//~ E0308: x`, `//~ warning dead_code: g` | an error or warning of rustc's own |
//! | `//~ error: unknown lint` | an error without a code, whose message begins like this |
//! | `//~^ …` | the same for the line above, `//~^^` for the one above that |
//! | `//~ missed unawaited_future: f()` | a fault that the lint is known not to find |
//!
//! A finding that begins in one line and ends in another is announced with `…` in the place of what is between its first
//! and last line.

/// What a mark announces.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The line of the finding's first character, from 1.
    pub line: usize,
    /// `error`, `warning`, or `missed`.
    pub level: String,
    /// The lint, rustc's code or lint, or `error`.
    pub name: String,
    /// The underlined code, or the message where `name` is `error`.
    pub text: String,
}

/// All marks of a case.
pub fn marks(source: &str) -> Vec<Mark> {
    source.lines().enumerate().filter_map(|(index, line)| mark(index + 1, line)).collect()
}

fn mark(line: usize, text: &str) -> Option<Mark> {
    let (_, mark) = text.split_once("//~")?;
    let above = mark.chars().take_while(|c| *c == '^').count();
    let (head, text) = mark[above..].split_once(':').unwrap_or_else(|| panic!("line {line}: a mark without a colon"));
    let mut words: Vec<&str> = head.split_whitespace().collect();
    let name = words.pop().unwrap_or_else(|| panic!("line {line}: a mark without a name")).to_owned();
    let level = words.pop().unwrap_or("error").to_owned();
    assert!(["error", "warning", "missed"].contains(&level.as_str()), "line {line}: what level is `{level}`?");
    Some(Mark { line: line - above, level, name, text: text.trim().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(line: usize, level: &str, name: &str, text: &str) -> Mark {
        Mark { line, level: level.to_owned(), name: name.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_mark_is_read() {
        let source = "a\nf(); //~ unawaited_future: f()\n//~^^ warning dead_code: a\n//~ error: what: this";
        assert_eq!(
            marks(source),
            [
                new(2, "error", "unawaited_future", "f()"),
                new(1, "warning", "dead_code", "a"),
                new(4, "error", "error", "what: this"),
            ]
        );
    }
}
