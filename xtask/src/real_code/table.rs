//! The table in `docs/real-code.md`, between two marks; what stands around them is written by hand and stays.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::Result;

const START: &str = "<!-- The table is written by `cargo xtask real-code`. -->";
const END: &str = "<!-- The table ends here. -->";

const HEAD: &str = "\
| crate | version | async fns | new errors | new warnings | findings | reports | tests before | tests after |
|---|---|---|---|---|---|---|---|---|
";

const NEW_PAGE: &str = "\
# Published crates under the command

`cargo xtask real-code` takes each crate as it is published, and compares `cargo check` and `cargo test` with
`cargo checked-async check` and `cargo checked-async test`, where every async fn is checked. *New errors* and *new
warnings* are the compiler's own, which only appear with the command; *findings* are those of the lints; *reports* are
places of which the run-time checks complained while the crate's own tests ran, in `tests/` as in unit tests. Tests are those that
passed.

";

/// Puts rows, by crate, into the page; the other rows stay, and all are sorted as `order` is.
pub(crate) fn write(page: &Path, rows: &BTreeMap<String, String>, order: &[&str]) -> Result<()> {
    let text = fs::read_to_string(page).unwrap_or_else(|_| format!("{NEW_PAGE}{START}\n{END}\n"));
    let text = updated(&text, rows, order).ok_or_else(|| format!("no marks for the table in {}", page.display()))?;
    if let Some(folder) = page.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("cannot write {}: {error}", folder.display()))?;
    }
    fs::write(page, text).map_err(|error| format!("cannot write {}: {error}", page.display()))
}

/// The last cells of a crate's row, which are about its tests.
pub(crate) fn tests_before(page: &str, name: &str) -> Option<String> {
    let row = page.split_once(START)?.1.split_once(END)?.0.lines().find(|row| key(row).as_deref() == Some(name))?;
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
    Some(cells.get(6..9)?.join(" | "))
}

fn updated(text: &str, rows: &BTreeMap<String, String>, order: &[&str]) -> Option<String> {
    let (before, rest) = text.split_once(START)?;
    let (old, after) = rest.split_once(END)?;
    let mut all: BTreeMap<String, String> =
        old.lines().skip(3).filter_map(|row| Some((key(row)?, row.to_owned()))).collect();
    all.extend(rows.iter().map(|(name, row)| (name.clone(), row.clone())));
    let mut table = String::new();
    for row in order.iter().filter_map(|name| all.get(*name)) {
        table.push_str(row);
        table.push('\n');
    }
    Some(format!("{before}{START}\n\n{HEAD}{table}\n{END}{after}"))
}

/// The crate that a row is about.
fn key(row: &str) -> Option<String> {
    row.strip_prefix("| ").and_then(|row| row.split(' ').next()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tests_said_is_kept() {
        let page = format!("{START}\n\n{HEAD}| a | 1.0.0 | 3 | 0 | 0 | 1 | 0 | 7 | 7 |\n\n{END}\n");
        assert_eq!(tests_before(&page, "a").as_deref(), Some("0 | 7 | 7"));
        assert_eq!(tests_before(&page, "b"), None);
    }

    #[test]
    fn rows_are_replaced_and_notes_stay() {
        let rows = |rows: &[(&str, &str)]| rows.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect();
        let page = format!("Before.\n{START}\n{END}\nAfter.\n");
        let page = updated(&page, &rows(&[("b", "| b | 1 |"), ("a", "| a | 1 |")]), &["a", "b", "c"]).unwrap();
        let page = updated(&page, &rows(&[("b", "| b | 2 |"), ("c", "| c | 1 |")]), &["a", "b", "c"]).unwrap();
        assert_eq!(page, format!("Before.\n{START}\n\n{HEAD}| a | 1 |\n| b | 2 |\n| c | 1 |\n\n{END}\nAfter.\n"));
    }
}
