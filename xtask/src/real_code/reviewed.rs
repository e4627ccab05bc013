//! The findings and reports that have been read by eye: two tables in `docs/real-code.md`, written by hand, and what they sum
//! up to.

use std::collections::{BTreeMap, BTreeSet};

const VERDICTS: [&str; 3] = ["true", "debatable", "false"];

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Of the lints.
    Findings,
    /// Of the run-time checks.
    Reports,
}

impl What {
    /// What finds it.
    fn by(self) -> &'static str {
        match self {
            What::Findings => "lint",
            What::Reports => "check",
        }
    }

    fn name(self) -> &'static str {
        match self {
            What::Findings => "findings",
            What::Reports => "reports",
        }
    }

    /// How the table begins.
    fn head(self) -> String {
        format!("| crate | place | {} | verdict | what it is |", self.by())
    }

    /// What stands around the sums.
    fn marks(self) -> [String; 2] {
        let name = self.name();
        [
            format!("<!-- The {name}, summed up by `cargo xtask real-code`. -->"),
            format!("<!-- The sums of {name} end here. -->"),
        ]
    }

    /// File and line, and what has found it.
    fn parts(self, line: &str) -> Option<(&str, &str)> {
        match self {
            // `warning[checked_async::lint]: text (file:line:column)`
            What::Findings => {
                let lint = line.split_once("[checked_async::")?.1.split(']').next()?;
                Some((line.rsplit_once('(')?.1.trim_end_matches(')').rsplit_once(':')?.0, lint))
            }
            // `kind file:line:column`
            What::Reports => {
                let (kind, place) = line.split_once(' ')?;
                Some((place.rsplit_once(':').map_or(place, |(line, _)| line), kind))
            }
        }
    }
}

/// The rows of a table.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Reviewed {
    what: What,
    rows: Vec<Row>,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    name: String,
    place: String,
    by: String,
    verdict: String,
}

impl Reviewed {
    pub(crate) fn read(what: What, page: &str) -> Self {
        let head = what.head();
        let rows = page.lines().skip_while(|line| *line != head).skip(2).take_while(|line| line.starts_with('|'));
        Self { what, rows: rows.filter_map(row).collect() }
    }

    /// What of a crate is not in the table, each as the row to be filled in.
    pub(crate) fn missing(&self, name: &str, found: &BTreeSet<String>) -> BTreeSet<String> {
        let known =
            |place: &str, by: &str| self.rows.iter().any(|row| row.name == name && row.place == place && row.by == by);
        found
            .iter()
            .filter_map(|line| self.what.parts(line))
            .filter(|(place, by)| !known(place, by))
            .map(|(place, by)| format!("| {name} | {place} | {by} | | |"))
            .collect()
    }

    /// The page with the sums of this table, by lint or check, between their marks.
    pub(crate) fn summed_up(&self, page: &str) -> Option<String> {
        let [start, end] = self.what.marks();
        let (before, rest) = page.split_once(&start)?;
        let (_, after) = rest.split_once(&end)?;
        let mut sums: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
        for row in &self.rows {
            if let Some(index) = VERDICTS.iter().position(|verdict| *verdict == row.verdict) {
                sums.entry(&row.by).or_default()[index] += 1;
            }
        }
        let (by, name) = (self.what.by(), self.what.name());
        let mut table = format!("| {by} | {name} | true | debatable | false |\n|---|---|---|---|---|\n");
        for (by, [right, debatable, wrong]) in sums {
            table += &format!("| {by} | {} | {right} | {debatable} | {wrong} |\n", right + debatable + wrong);
        }
        Some(format!("{before}{start}\n\n{table}\n{end}{after}"))
    }
}

fn row(line: &str) -> Option<Row> {
    let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    let [name, place, by, verdict, ..] = cells[..] else { return None };
    Some(Row { name: name.to_owned(), place: place.to_owned(), by: by.to_owned(), verdict: verdict.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINDING: &str = "warning[checked_async::busy_wait]: loop (polls) a condition (src/lib.rs:3:9)";

    fn page(what: What, rows: &str) -> String {
        let [start, end] = what.marks();
        format!("# Page\n\n{start}\n{end}\n\n{}\n|---|---|---|---|---|\n{rows}\nText.\n", what.head())
    }

    #[test]
    fn what_is_not_in_the_table_is_missing() {
        let findings = BTreeSet::from([FINDING.to_owned()]);
        let empty = Reviewed::read(What::Findings, &page(What::Findings, ""));
        let expected = BTreeSet::from(["| demo | src/lib.rs:3 | busy_wait | | |".to_owned()]);
        assert_eq!(empty.missing("demo", &findings), expected);
        let row = "| demo | src/lib.rs:3 | busy_wait | true | a flag |";
        let read = Reviewed::read(What::Findings, &page(What::Findings, row));
        assert_eq!(read.missing("demo", &findings), BTreeSet::new());
        assert_eq!(read.missing("other", &findings).len(), 1);
        // The other table is another.
        assert_eq!(Reviewed::read(What::Reports, &page(What::Findings, row)).rows, []);
    }

    #[test]
    fn reports_are_known_by_kind_and_line() {
        let reports =
            ["slow_poll src/lib.rs:3:9", "task_panic src/lib.rs:3:9", "task_panic "].map(str::to_owned).into();
        let row = "| demo | src/lib.rs:3 | slow_poll | true | it reads a file |";
        let read = Reviewed::read(What::Reports, &page(What::Reports, row));
        let expected = ["| demo | src/lib.rs:3 | task_panic | | |", "| demo |  | task_panic | | |"].map(str::to_owned);
        assert_eq!(read.missing("demo", &reports), expected.into());
    }

    #[test]
    fn the_tables_are_summed_up() {
        for what in [What::Findings, What::Reports] {
            let page = page(what, "| a | b:1 | x | true | |\n| a | b:2 | x | debatable | |\n| a | b:3 | w | false | |");
            let summed = Reviewed::read(what, &page).summed_up(&page).unwrap();
            assert!(summed.contains("\n| w | 1 | 0 | 0 | 1 |\n| x | 2 | 1 | 1 | 0 |\n"), "{summed}");
            assert_eq!(Reviewed::read(what, &summed).summed_up(&summed).unwrap(), summed);
        }
    }
}
