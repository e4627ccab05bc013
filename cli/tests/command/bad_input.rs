//! What goes wrong is said in one message that tells what to do, with exit status 2.

use super::support::{Run, Workspace};

#[test]
fn no_manifest() {
    let workspace = Workspace::new("no-manifest");
    let folder = std::env::temp_dir().join(format!("checked-async-empty-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = workspace.command(&["check"]);
    let run = Run::of(command.current_dir(&folder));
    std::fs::remove_dir_all(&folder).unwrap();
    run.expect(2, &["error: could not find `Cargo.toml`", "help: run this in a package's folder"]);
}

#[test]
fn a_bad_manifest() {
    let workspace = Workspace::new("bad-manifest");
    workspace.write("Cargo.toml", "[package\n");
    workspace.run(&["check"]).expect(2, &["error: ", "Cargo.toml"]);
}

#[test]
fn code_that_does_not_compile() {
    let text = "pub async fn f() { let x: u8 = \"\"; x }\n\npub async fn g() {\n    f();\n}\n";
    let workspace = Workspace::package("broken", &[("src/lib.rs", text)]);
    let before = workspace.snapshot();
    let run = workspace.run(&["check"]);
    run.expect(2, &["error[E0308]: mismatched types", "src/lib.rs:1:32", "has 2 errors of its own"]);
    let theirs = run.stderr.rfind("E0308").unwrap();
    assert!(run.stderr.find("unawaited_future").is_none_or(|ours| ours > theirs), "{}", run.all());
    let mut after = workspace.snapshot();
    after.retain(|path, _| !path.ends_with("Cargo.lock"));
    assert_eq!(after, before);
}

#[test]
fn code_that_does_not_parse() {
    let workspace = Workspace::package("unparsable", &[("src/lib.rs", "pub async fn f() { let }\n")]);
    workspace
        .run(&["check"])
        .expect(2, &["src/lib.rs:1:24", "not checked, because it could not be parsed: `src/lib.rs`"]);
}

#[test]
fn unknown_arguments() {
    let workspace = Workspace::package("unknown", &[("src/lib.rs", "")]);
    workspace.run(&["check", "--no-such-option"]).expect(2, &["unexpected argument '--no-such-option'"]);
    workspace.run(&["chekc"]).expect(2, &["unrecognized subcommand 'chekc'"]);
    workspace.run(&["check", "--message-format", "xml"]).expect(2, &["`human`, `json` and `sarif`"]);
    workspace.run(&["check", "--fix"]).expect(2, &["`--fix` is not available yet"]);
}

#[test]
fn a_target_directory_that_cannot_be_written() {
    let workspace = Workspace::package("unwritable", &[("src/lib.rs", ""), ("file", "")]);
    workspace.run(&["check", "--target-dir", "file"]).expect(2, &["error: cannot write", "help: ", "`--target-dir`"]);
}

#[test]
fn no_compiler() {
    let workspace = Workspace::package("no-compiler", &[("src/lib.rs", "")]);
    let mut command = workspace.command(&["check"]);
    command.env("RUSTC", "/nonexistent/rustc");
    Run::of(&mut command).expect(2, &["error: cannot run `/nonexistent/rustc`", "help: install Rust"]);
    let mut command = workspace.command(&["check"]);
    command.env("CARGO", "/nonexistent/cargo");
    Run::of(&mut command).expect(2, &["error: cannot run `/nonexistent/cargo`", "help: install Rust"]);
}

#[test]
fn no_network() {
    let workspace = Workspace::package("no-network", &[("src/lib.rs", "pub async fn f() {}\n")]);
    let home = workspace.root.join("target/home");
    std::fs::create_dir_all(&home).unwrap();
    let mut command = workspace.command(&["check"]);
    // An empty home has no packages, and this proxy does not answer.
    command.env("CARGO_HOME", &home).env("CARGO_HTTP_PROXY", "http://127.0.0.1:9").env("CARGO_NET_RETRY", "0");
    command.env(
        "RUSTUP_HOME",
        std::env::var_os("RUSTUP_HOME").unwrap_or_else(|| std::env::home_dir().unwrap().join(".rustup").into()),
    );
    command.env("CHECKED_ASYNC_CACHE", workspace.root.join("target/cache"));
    Run::of(&mut command).expect(2, &["cannot build the run-time library", "help: ", "network"]);
}

#[test]
#[cfg(unix)]
fn an_interrupt() {
    use std::time::{Duration, Instant};
    let build = "fn main() { std::fs::write(\"target/started\", \"\").unwrap(); std::thread::sleep(std::time::Duration::from_secs(60)) }\n";
    let workspace = Workspace::package("interrupted", &[("src/lib.rs", "pub async fn f() {}\n"), ("build.rs", build)]);
    workspace.lock();
    let before = workspace.snapshot();
    let started = Instant::now();
    let mut command = workspace.command(&["check"]);
    let child = command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let sign = workspace.root.join("target/started");
    while !sign.exists() {
        assert!(started.elapsed() < Duration::from_secs(120), "the build script never started");
        std::thread::sleep(Duration::from_millis(20));
    }
    let status = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("error: interrupted"), "{stderr}");
    assert_eq!(workspace.snapshot(), before);
}
