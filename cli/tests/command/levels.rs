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
