//! The levels that manifests set.

use super::support::Workspace;

const FAULT: &str = "pub async fn f() {}\n\npub async fn g() {\n    f();\n}\n";

#[test]
fn a_package_and_its_workspace_set_levels() {
    let workspace = Workspace::package("levels", &[("src/lib.rs", FAULT)]);
    workspace.append("Cargo.toml", "[workspace.metadata.checked-async.lints]\nunawaited_future = \"allow\"\n");
    workspace.run(&["check"]).expect(0, &["no findings"]);
    workspace.append("Cargo.toml", "[package.metadata.checked-async.lints]\nunawaited_future = \"warn\"\n");
    workspace.run(&["check"]).expect(1, &["warning[unawaited_future]", "src/lib.rs:4:5", "1 warning in 1 crate"]);
}

#[test]
fn a_wrong_lint_or_level_is_named() {
    let workspace = Workspace::package("wrong-levels", &[("src/lib.rs", FAULT)]);
    let manifest = std::fs::read_to_string(workspace.root.join("Cargo.toml")).unwrap();
    let table = "[package.metadata.checked-async.lints]\n";
    workspace.write("Cargo.toml", &format!("{manifest}{table}unawaited_futur = \"allow\"\n"));
    workspace.run(&["check"]).expect(2, &["unknown lint `unawaited_futur`", "did you mean `unawaited_future`?"]);
    workspace.write("Cargo.toml", &format!("{manifest}{table}unawaited_future = \"forbid\"\n"));
    workspace
        .run(&["check"])
        .expect(2, &["invalid level \"forbid\"", "\"allow\", \"warn\" and \"deny\"", "Cargo.toml"]);
}

#[test]
fn a_project_lists_its_own_blocking_functions() {
    let source = "pub mod legacy {\n    pub fn fetch() -> u32 {\n        1\n    }\n}\n\n\
                  pub async fn f() -> u32 {\n    let _ = std::fs::metadata(\"a\");\n    legacy::fetch()\n}\n";
    let workspace = Workspace::package("lists", &[("src/lib.rs", source)]);
    workspace.run(&["check"]).expect(1, &["warning[blocking_io]", "src/lib.rs:8:13", "1 warning in 1 crate"]);
    workspace.append(
        "Cargo.toml",
        "[workspace.metadata.checked-async]\nblocking = [\"legacy::fetch\"]\nnon-blocking = [\"std::fs::metadata\"]\n",
    );
    workspace.run(&["check"]).expect(1, &["warning[blocking_io]", "src/lib.rs:9:5", "1 warning in 1 crate"]);
    workspace.append("Cargo.toml", "blocked = []\n");
    workspace.run(&["check"]).expect(2, &["unknown key `blocked`", "`lints`, `blocking` and `non-blocking`"]);
}
