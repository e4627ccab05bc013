//! `lints` and `explain`.

use super::support::Workspace;

#[test]
fn lints_lists_name_level_and_summary() {
    let run = Workspace::new("lints").run(&["lints"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let line = run.stdout.lines().find(|line| line.starts_with("unawaited_future ")).expect("the lint is listed");
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words[1], "deny");
    assert!(words.len() > 4, "no summary: {line}");
}

#[test]
fn explain_prints_the_page() {
    let workspace = Workspace::new("explain");
    let run = workspace.run(&["explain", "unawaited_future"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.stdout.starts_with("# unawaited_future\n"), "{}", run.all());
    assert_eq!(workspace.run(&["explain", "checked_async::unawaited-future"]).stdout, run.stdout);
}

#[test]
fn explain_proposes_the_nearest_name() {
    let run = Workspace::new("explain-wrong").run(&["explain", "unawaited_futures"]);
    run.expect(2, &["error: unknown lint `unawaited_futures`", "did you mean `unawaited_future`?"]);
}
