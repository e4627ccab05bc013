//! Every case says what its marks announce.

use checked_async_ui_tests::case::Case;
use checked_async_ui_tests::mark::{Mark, marks};
use checked_async_ui_tests::recall::Recall;
use checked_async_ui_tests::{project, snapshot};
use std::path::Path;

#[test]
fn cases_say_what_their_marks_announce() {
    let mut cases = Case::all("fail");
    let passing = Case::all("pass");
    cases.extend(passing.iter().cloned());
    let found = project::check(&cases, Path::new(env!("CARGO_TARGET_TMPDIR")));
    let mut recall = Recall::default();
    let mut troubles = Vec::new();
    for case in &cases {
        let findings = &found[&case.path];
        let announced = marks(&case.source);
        let (missed, expected): (Vec<Mark>, Vec<Mark>) = announced.into_iter().partition(|mark| mark.level == "missed");
        if case.path.starts_with("fail") && expected.is_empty() && missed.is_empty() {
            troubles.push(format!("{}: no mark in a case that must fail", case.path.display()));
        }
        expected.iter().chain(&missed).for_each(|mark| recall.count(mark));
        let mut unannounced: Vec<&Mark> = findings.iter().map(|finding| &finding.mark).collect();
        for mark in &expected {
            match unannounced.iter().position(|found| agree(mark, found)) {
                Some(index) => drop(unannounced.remove(index)),
                None => troubles.push(format!("{}:{}: not found: {mark:?}", case.path.display(), mark.line)),
            }
        }
        for mark in unannounced {
            troubles.push(format!("{}:{}: not announced: {mark:?}", case.path.display(), mark.line));
        }
        troubles.extend(snapshot::compare(case, findings));
    }
    println!("{recall}");
    assert!(troubles.is_empty(), "{} in {} cases:\n{}", troubles.len(), cases.len(), troubles.join("\n"));
}

/// Is the finding what the mark announces?
fn agree(mark: &Mark, found: &Mark) -> bool {
    let text = if mark.name == "error" { found.text.starts_with(&mark.text) } else { found.text == mark.text };
    text && (mark.line, &mark.level, &mark.name) == (found.line, &found.level, &found.name)
}
