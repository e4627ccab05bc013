//! What is compiled again, and what is not.

use super::support::Workspace;

#[test]
fn a_second_run_compiles_nothing_and_says_the_same() {
    let text = "pub async fn f() {}\n\npub async fn g() {\n    f().await;\n    let x = 1;\n}\n";
    let workspace = Workspace::package("fresh", &[("src/lib.rs", text)]);
    workspace.run(&["check"]).expect(0, &["Checking fresh", "unused variable"]);
    let second = workspace.run(&["check"]);
    second.expect(0, &["unused variable: `x`", "src/lib.rs:5:9"]);
    assert!(!second.stderr.contains("Checking"), "{}", second.all());
}

#[test]
fn a_changed_file_is_checked_again() {
    let workspace = Workspace::package("changed", &[("src/lib.rs", "mod a;\n"), ("src/a.rs", "pub async fn f() {}\n")]);
    workspace.run(&["check"]).expect(0, &["no findings"]);
    workspace.append("src/a.rs", "pub async fn g() { f(); }\n");
    workspace.run(&["check"]).expect(1, &["src/a.rs:2:20"]);
    workspace.write("src/lib.rs", "pub mod b;\n");
    std::fs::rename(workspace.root.join("src/a.rs"), workspace.root.join("src/b.rs")).unwrap();
    workspace.run(&["check"]).expect(1, &["src/b.rs:2:20"]);
    std::fs::remove_file(workspace.root.join("src/b.rs")).unwrap();
    workspace.run(&["check"]).expect(2, &["file not found for module `b`"]);
}

#[test]
fn included_files_count_as_cargo_counts_them() {
    let files = [("src/lib.rs", "pub const A: &[u8; 2] = include_bytes!(\"../data/a.txt\");\n"), ("data/a.txt", "ab")];
    let workspace = Workspace::package("included", &files);
    workspace.run(&["check"]).expect(0, &["no findings"]);
    workspace.write("data/a.txt", "abc");
    workspace.run(&["check"]).expect(2, &["mismatched types", "src/lib.rs:1:25"]);
}
