//! How many of the planted faults each lint finds.

use crate::case::root;
use crate::mark::Mark;
use std::collections::BTreeMap;
use std::fmt;

/// Counts of planted faults by lint.
#[derive(Default)]
pub struct Recall(BTreeMap<String, Counts>);

#[derive(Default)]
struct Counts {
    found: usize,
    missed: usize,
}

impl Recall {
    /// Counts a mark, if it is one of a lint of ours, which has a page.
    pub fn count(&mut self, mark: &Mark) {
        if root().join(format!("../docs/lints/{}.md", mark.name)).exists() {
            let counts = self.0.entry(mark.name.clone()).or_default();
            if mark.level == "missed" { counts.missed += 1 } else { counts.found += 1 }
        }
    }
}

impl fmt::Display for Recall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| lint | faults | found | missed |\n|---|---|---|---|")?;
        for (lint, Counts { found, missed }) in &self.0 {
            writeln!(f, "| `{lint}` | {} | {found} | {missed} |", found + missed)?;
        }
        Ok(())
    }
}
