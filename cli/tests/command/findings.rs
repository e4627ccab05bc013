//! What `check` reports, and where.

use super::support::Workspace;

const FAULT: &str = "pub async fn f() {}\n\npub async fn g() {\n    f();\n}\n";

#[test]
fn a_clean_workspace_has_none() {
    let workspace = Workspace::package("clean", &[("src/lib.rs", "pub async fn f() {}\n")]);
    workspace.run(&["check"]).expect(0, &["checked-async: no findings"]);
}

#[test]
fn a_finding_reads_like_rustc() {
    let workspace = Workspace::package("finding", &[("src/lib.rs", FAULT)]);
    let run = workspace.run(&["check"]);
    run.expect(
        1,
        &[
            "error[unawaited_future]: future is never awaited\n --> src/lib.rs:4:5\n  |\n4 |     f();\n  |     ^^^ ",
            "\n  = help: append `.await`",
            "#[checked(allow(unawaited_future))]",
            "checked-async: 1 error in 1 crate\n",
            "cargo checked-async explain unawaited_future",
        ],
    );
    assert!(!run.stderr.contains("E0277") && !run.stderr.contains("required by"), "{}", run.all());
}

#[test]
fn columns_on_the_attributes_line_are_the_users() {
    let text = "pub async fn f() {} pub async fn é() { f(); }\n";
    let workspace = Workspace::package("columns", &[("src/lib.rs", text)]);
    workspace.run(&["check"]).expect(1, &["src/lib.rs:1:40\n  |\n1 | pub async fn f() {} pub async fn é() { f(); }\n"]);
}

#[test]
fn line_ends_and_byte_order_marks_do_not_matter() {
    let text = "\u{feff}// First.\r\npub async fn f() {}\r\n\r\npub async fn g() {\r\n    f();\r\n}\r\n";
    let workspace = Workspace::package("line-ends", &[("src/lib.rs", text)]);
    workspace.run(&["check"]).expect(1, &[" --> src/lib.rs:5:5\n"]);
}

#[test]
fn the_compilers_own_messages_are_the_users_too() {
    let text = "pub async fn f() { let unused = 1; }\n";
    let workspace = Workspace::package("own-messages", &[("src/lib.rs", text)]);
    let run = workspace.run(&["check"]);
    run.expect(0, &["unused variable: `unused`", "src/lib.rs:1:24", "1 | pub async fn f() { let unused = 1; }"]);
}

#[test]
fn a_file_of_two_crates_is_reported_once() {
    let workspace = Workspace::package("twice", &[("src/lib.rs", FAULT)]);
    let run = workspace.run(&["check", "--all-targets"]);
    run.expect(1, &["1 error in 1 crate"]);
    assert_eq!(run.stderr.matches("--> src/lib.rs:4:5").count(), 1, "{}", run.all());
}

#[test]
fn all_members_and_targets_and_features_are_checked() {
    let workspace = Workspace::new("members");
    workspace.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"a\", \"b\", \"deep/c\"]\n");
    for (folder, name) in [("a", "a"), ("b", "b"), ("deep/c", "c")] {
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[features]\nextra = []\n");
        workspace.write(&format!("{folder}/Cargo.toml"), &manifest);
    }
    workspace.write("a/src/lib.rs", "pub mod inner;\n");
    workspace.write("a/src/inner.rs", FAULT);
    workspace.write("b/src/lib.rs", &format!("#[cfg(feature = \"extra\")]\npub mod extra {{\n{FAULT}}}\n"));
    workspace.write("deep/c/src/main.rs", "fn main() {}\n");
    workspace.write("deep/c/tests/t.rs", &format!("{FAULT}\n#[test]\nfn t() {{}}\n"));
    workspace.write("deep/c/examples/e.rs", &format!("{FAULT}\nfn main() {{}}\n"));
    workspace.run(&["check"]).expect(1, &["a/src/inner.rs:4:5", "1 error in 1 crate"]);
    workspace.run(&["check", "-p", "b"]).expect(0, &["no findings"]);
    let all = ["a/src/inner.rs:4:5", "b/src/lib.rs:6:5", "deep/c/tests/t.rs:4:5", "deep/c/examples/e.rs:4:5"];
    let run = workspace.run(&["check", "--workspace", "--all-targets", "--all-features"]);
    run.expect(1, &all).expect(1, &["4 errors in 3 crates"]);
    // From a member's folder, cargo's paths are still the workspace's.
    let mut command = workspace.command(&["check", "--all-targets"]);
    command.current_dir(workspace.root.join("deep/c"));
    super::support::Run::of(&mut command).expect(1, &["deep/c/tests/t.rs:4:5"]);
}

#[test]
fn what_errors_keep_from_being_checked_is_named() {
    let workspace = Workspace::new("stopped");
    workspace.write("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"a\", \"b\", \"c\"]\n");
    let manifest = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
    workspace.write("a/Cargo.toml", &manifest("a"));
    workspace.write("a/src/lib.rs", FAULT);
    workspace.write("a/src/main.rs", "fn main() {}\n");
    workspace.write("b/Cargo.toml", &(manifest("b") + "[dependencies]\na = { path = \"../a\" }\n"));
    workspace.write("b/src/lib.rs", FAULT);
    workspace.write("c/Cargo.toml", &manifest("c"));
    workspace.write("c/src/lib.rs", FAULT);
    let run = workspace.run(&["check"]);
    run.expect(
        1,
        &["2 errors in 2 crates", "not checked, because of errors in what they depend on: `b`, `a` (bin `a`)"],
    );
}

#[test]
fn a_member_outside_of_the_root_folder_is_checked() {
    let workspace = Workspace::new("outside");
    let manifest = "[package]\nname = \"x\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    workspace.write("root/Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"../beside\"]\n");
    workspace.write("beside/Cargo.toml", &(manifest.to_owned() + "workspace = \"../root\"\n"));
    workspace.write("beside/src/lib.rs", FAULT);
    let mut command = workspace.command(&["check"]);
    command.current_dir(workspace.root.join("root"));
    super::support::Run::of(&mut command).expect(1, &["outside/beside/src/lib.rs:4:5"]);
}

#[test]
fn a_crate_that_has_the_attribute_itself_is_checked_once() {
    let runtime = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime");
    let text = format!("use checked_async::checked_async;\n\n#[checked_async]\n{FAULT}\npub mod m {{\n{FAULT}}}\n");
    let workspace = Workspace::package("dependent", &[("src/lib.rs", &text)]);
    workspace.append("Cargo.toml", &format!("[dependencies]\nchecked-async = {{ path = {runtime:?} }}\n"));
    workspace.run(&["check", "--offline"]).expect(1, &["src/lib.rs:7:5", "src/lib.rs:14:5", "2 errors in 1 crate"]);
}

#[test]
fn a_crate_from_outside_may_depend_on_a_member() {
    let workspace = Workspace::new("patched");
    let manifest = |name: &str, version: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\n")
    };
    workspace.write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"ident\", \"b\"]\n\
         [patch.crates-io]\nunicode-ident = { path = \"ident\" }\n",
    );
    workspace.write("ident/Cargo.toml", &manifest("unicode-ident", "1.0.999"));
    workspace.write(
        "ident/src/lib.rs",
        "pub fn is_xid_start(c: char) -> bool { c.is_alphabetic() }\n\
         pub fn is_xid_continue(c: char) -> bool { c.is_alphanumeric() }\n\npub async fn f() {}\n",
    );
    // One of this command's own dependencies, and so on this machine.
    workspace.write("b/Cargo.toml", &(manifest("b", "0.1.0") + "[dependencies]\nproc-macro2 = \"1\"\n"));
    workspace.write("b/src/lib.rs", FAULT);
    workspace.run(&["check", "--offline"]).expect(1, &["b/src/lib.rs:4:5", "1 error in 1 crate"]);
}
