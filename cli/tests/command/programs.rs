//! `test` and `run`: the user's own programs, checked.

use super::support::{Run, Workspace};

#[test]
fn test_runs_the_users_tests() {
    let lib = "//! Doc.\n\n/// ```\n/// assert_eq!(tested::place(), \"src/lib.rs\");\n/// drop(tested::f());\n/// ```\n\
               pub fn place() -> &'static str { file!() }\n\npub async fn f() {}\n\n\
               #[test]\nfn inner() { assert_eq!((place(), line!()), (\"src/lib.rs\", 12)); }\n";
    let outer = "#[test]\nfn outer() { println!(\"{:?}\", tested::f as fn() -> _); }\n\nasync fn g() { tested::f().await }\n\
                 #[test]\nfn polls() { let _: fn() -> _ = g; assert_eq!(std::env::var_os(\"RUSTC_WORKSPACE_WRAPPER\"), None); }\n";
    let workspace = Workspace::package("tested", &[("src/lib.rs", lib), ("tests/outer.rs", outer)]);
    let run = workspace.run(&["test"]);
    assert_eq!(run.status, 0, "{}", run.all());
    for line in
        ["test inner ... ok", "test outer ... ok", "test polls ... ok", "test src/lib.rs - place (line 3) ... ok"]
    {
        assert!(run.stdout.contains(line), "no `{line}` in {}", run.all());
    }
    let run = workspace.run(&["test", "--test", "outer", "--", "--list"]);
    assert!(run.stdout.contains("outer: test") && !run.stdout.contains("inner"), "{}", run.all());
}

#[test]
fn a_failing_test_is_a_finding() {
    let workspace = Workspace::package("failing", &[("src/lib.rs", "#[test]\nfn t() { panic!(\"here\") }\n")]);
    let run = workspace.run(&["test"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.stdout.contains("src/lib.rs:2:10"), "{}", run.all());
}

#[test]
fn run_passes_arguments_and_findings() {
    let main = "fn main() { println!(\"{:?} {}\", std::env::args().nth(1), file!()); }\n\nasync fn f() {}\n";
    let workspace = Workspace::package("runs", &[("src/main.rs", main)]);
    let run = workspace.run(&["run", "--", "--flag"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.stdout.contains("Some(\"--flag\") src/main.rs"), "{}", run.all());
    workspace.append("src/main.rs", "\npub async fn g() {\n    f();\n}\n");
    let run = workspace.run(&["run"]);
    run.expect(1, &["error[unawaited_future]: ", "src/main.rs:6:5"]);
    assert!(!run.stderr.contains("E0277"), "{}", run.all());
}

#[test]
fn release_builds_have_a_library_of_their_own() {
    let main =
        "fn main() { println!(\"{}\", cfg!(debug_assertions)); }\n\nasync fn f() {}\n\nasync fn g() { f().await }\n";
    let workspace = Workspace::package("released", &[("src/main.rs", main)]);
    workspace.append("Cargo.toml", "[profile.release]\nlto = true\npanic = \"abort\"\n");
    let run = workspace.run(&["run", "--release"]);
    assert_eq!((run.status, run.stdout.as_str()), (0, "false\n"), "{}", run.all());
}

#[test]
#[cfg(unix)]
fn the_users_wrapper_runs_inside_ours() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = Workspace::package("wrapped", &[("src/main.rs", "fn main() {}\n\nasync fn f() {}\n")]);
    let log = workspace.root.join("target/wrapper.log");
    workspace.write("target/wrapper.sh", &format!("#!/bin/sh\necho \"$*\" >> {log:?}\nexec \"$@\"\n"));
    let script = workspace.root.join("target/wrapper.sh");
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = workspace.command(&["check"]);
    command.env("RUSTC_WORKSPACE_WRAPPER", &script);
    Run::of(&mut command).expect(0, &[]);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("--extern checked_async="), "{log}");
}
