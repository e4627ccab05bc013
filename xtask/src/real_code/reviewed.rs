//! The findings that have been read by eye: a table in `docs/real-code.md`, written by hand, and what it sums up to.

use std::collections::{BTreeMap, BTreeSet};

/// How the table begins.
const HEAD: &str = "| crate | place | lint | verdict | what it is |";

const START: &str = "<!-- Summed up by `cargo xtask real-code`. -->";
const END: &str = "<!-- The sums end here. -->";

const VERDICTS: [&str; 3] = ["true", "debatable", "false"];

/// The rows of the table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Reviewed {
    rows: Vec<Row>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    name: String,
    place: String,
    lint: String,
    verdict: String,
}

impl Reviewed {
    pub(crate) fn read(page: &str) -> Self {
        let rows = page.lines().skip_while(|line| *line != HEAD).skip(2).take_while(|line| line.starts_with('|'));
        Self { rows: rows.filter_map(row).collect() }
    }

    /// The findings of a crate that are not in the table, each as the row to be filled in.
    pub(crate) fn missing(&self, name: &str, findings: &BTreeSet<String>) -> BTreeSet<String> {
        let known = |place: &str, lint: &str| {
            self.rows.iter().any(|row| row.name == name && row.place == place && row.lint == lint)
        };
        findings
            .iter()
            .filter_map(|finding| finding_parts(finding))
            .filter(|(place, lint)| !known(place, lint))
            .map(|(place, lint)| format!("| {name} | {place} | {lint} | | |"))
            .collect()
    }

    /// The page with the sums of this table, by lint, between their marks.
    pub(crate) fn summed_up(&self, page: &str) -> Option<String> {
        let (before, rest) = page.split_once(START)?;
        let (_, after) = rest.split_once(END)?;
        let mut sums: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        for row in &self.rows {
            if let Some(index) = VERDICTS.iter().position(|verdict| *verdict == row.verdict) {
                sums.entry(&row.lint).or_default()[index] += 1;
            }
        }
        let mut table = "| lint | findings | true | debatable | false |\n|---|---|---|---|---|\n".to_owned();
        for (lint, [right, debatable, wrong]) in sums {
            table += &format!("| {lint} | {} | {right} | {debatable} | {wrong} |\n", right + debatable + wrong);
        }
        Some(format!("{before}{START}\n\n{table}\n{END}{after}"))
    }
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [name, place, lint, verdict, ..] = cells[..] else { return None };
    Some(Row { name: name.to_owned(), place: place.to_owned(), lint: lint.to_owned(), verdict: verdict.to_owned() })
}

/// File and line, and the lint, of `warning[checked_async::lint]: text (file:line:column)`.
fn finding_parts(finding: &str) -> Option<(&str, &str)> {
    let lint = finding.split_once("[checked_async::")?.1.split(']').next()?;
    let place = finding.rsplit_once('(')?.1.trim_end_matches(')').rsplit_once(':')?.0;
    Some((place, lint))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINDING: &str = "warning[checked_async::busy_wait]: loop (polls) a condition (src/lib.rs:3:9)";

    fn page(rows: &str) -> String {
        format!("# Page\n\n{START}\n{END}\n\n{HEAD}\n|---|---|---|---|---|\n{rows}\nText.\n")
    }

    #[test]
    fn what_is_not_in_the_table_is_missing() {
        let findings = BTreeSet::from([FINDING.to_owned()]);
        let empty = Reviewed::read(&page(""));
        let expected = BTreeSet::from(["| demo | src/lib.rs:3 | busy_wait | | |".to_owned()]);
        assert_eq!(empty.missing("demo", &findings), expected);
        let read = Reviewed::read(&page("| demo | src/lib.rs:3 | busy_wait | true | a flag |"));
        assert_eq!(read.missing("demo", &findings), BTreeSet::new());
        assert_eq!(read.missing("other", &findings).len(), 1);
    }

    #[test]
    fn the_table_is_summed_up() {
        let page = page("| a | b:1 | x | true | |\n| a | b:2 | x | debatable | |\n| a | b:3 | w | false | |");
        let summed = Reviewed::read(&page).summed_up(&page).unwrap();
        assert!(summed.contains("\n| w | 1 | 0 | 0 | 1 |\n| x | 2 | 1 | 1 | 0 |\n"), "{summed}");
        assert_eq!(Reviewed::read(&summed).summed_up(&summed).unwrap(), summed);
    }
}
