//! `annotate`: in, and out again.

use super::support::Workspace;

const TEXT: &str = "//! Doc.\n\n/// One.\n#[inline]\npub async fn one() {}\n\nmod m {\n    impl super::S {\n        async fn two() {}\n    }\n}\n\nstruct S;\n";

#[test]
fn the_attribute_is_written_and_removed() {
    let files = [("src/lib.rs", TEXT), ("src/other.rs", "fn f() {}\n"), ("build.rs", "fn main() { drop(async {}) }\n")];
    let workspace = Workspace::package("annotated", &files);
    let before = workspace.snapshot();
    let dry = workspace.run(&["annotate", "--dry-run"]);
    assert!(dry.stdout.contains("src/lib.rs\n+    4: ") && dry.stdout.contains("would add 2"), "{}", dry.all());
    assert_eq!(workspace.snapshot(), before);

    let run = workspace.run(&["annotate"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.stdout.contains("src/lib.rs: 2 added\nadded 2 attributes in 1 file\n"), "{}", run.all());
    assert!(run.stdout.contains("does not depend on `checked-async`"), "{}", run.all());
    let text = std::fs::read_to_string(workspace.root.join("src/lib.rs")).unwrap();
    assert!(text.contains("/// One.\n#[checked_async::checked_async]\n#[inline]\n"), "{text}");
    assert!(text.contains("    #[checked_async::checked_async]\n    impl super::S {"), "{text}");

    let again = workspace.run(&["annotate", "src"]);
    assert!(again.stdout.contains("added 0 attributes"), "{}", again.all());
    workspace.run(&["annotate", "--remove", "src/lib.rs"]);
    assert_eq!(workspace.snapshot(), before);
}

#[test]
fn what_does_not_parse_is_named_and_left_alone() {
    let workspace = Workspace::package("unparsed", &[("src/lib.rs", "async fn f( {}\n")]);
    let before = workspace.snapshot();
    let run = workspace.run(&["annotate"]);
    assert!(run.stderr.contains("could not be parsed: `src/lib.rs`"), "{}", run.all());
    assert_eq!(workspace.snapshot(), before);
}
