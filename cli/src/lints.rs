//! What the command knows of the lints: the pages of `docs/lints`, embedded, and the two commands that print them.

use std::io::{self, Write};

use crate::error::{Result, Trouble};

include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// One lint, as its page describes it.
pub(crate) struct Lint {
    pub(crate) name: &'static str,
    /// `deny`, `warn` or `allow`.
    pub(crate) level: &'static str,
    pub(crate) summary: String,
    pub(crate) page: &'static str,
}

/// All lints, sorted by name.
pub(crate) fn all() -> Vec<Lint> {
    PAGES.iter().map(|&(name, page)| parse(name, page)).collect()
}

/// Reads a page: `# name`, `**level** by default.`, then a first paragraph, which is the summary.
fn parse(name: &'static str, page: &'static str) -> Lint {
    let mut paragraphs = page.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()).skip(1);
    let level = paragraphs.next().and_then(|text| text.split("**").nth(1)).unwrap_or("");
    let summary = paragraphs.next().unwrap_or("").lines().map(str::trim).collect::<Vec<_>>().join(" ");
    Lint { name, level, summary, page }
}

/// `cargo checked-async lints`.
pub(crate) fn list() -> Result<()> {
    let lints = all();
    let width = lints.iter().map(|lint| lint.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for lint in &lints {
        text.push_str(&format!("{:width$}  {:5}  {}\n", lint.name, lint.level, lint.summary));
    }
    print(&text)
}

/// `cargo checked-async explain NAME`.
pub(crate) fn explain(name: &str) -> Result<()> {
    let wanted = name.strip_prefix("checked_async::").unwrap_or(name).replace('-', "_");
    match all().iter().find(|lint| lint.name == wanted) {
        Some(lint) => print(&format!("{}\n", lint.page.trim_end())),
        None => Err(unknown(name)),
    }
}

/// The error for a name that is no lint's.
pub(crate) fn unknown(name: &str) -> Trouble {
    let trouble = Trouble::new(format!("unknown lint `{name}`"));
    let nearest = all().into_iter().map(|lint| (distance(name, lint.name), lint.name)).min();
    match nearest {
        Some((distance, nearest)) if distance <= name.len().max(3) / 2 => {
            trouble.help(format!("did you mean `{nearest}`? `cargo checked-async lints` lists all lints"))
        }
        _ => trouble.help("`cargo checked-async lints` lists all lints"),
    }
}

/// How many single-letter edits lie between two names.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Prints to standard output; a reader that has gone away, as in `… | head`, is no error.
fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Trouble::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_level_and_summary() {
        let lint = parse("x", "# x\n\n**deny** by default.\n\nA future that\nis lost.\n\n## Why\n\nBecause.\n");
        assert_eq!((lint.level, lint.summary.as_str()), ("deny", "A future that is lost."));
    }

    #[test]
    fn the_distance_counts_edits() {
        assert_eq!(distance("unawaited_future", "unawaited_futures"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
