//! Prints how many instructions one call of a 3-deep chain of async functions costs, with each tool and without.
//!
//! `cargo run -p checked-async-benches --release --bin instructions`, on Linux with valgrind installed. It builds the
//! program `chain` twice, as a release build and the same with `debug_assertions`, and runs it under callgrind. The cost
//! of one call is the difference between two runs of different length, less that of an empty loop.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How long the two runs are.
const SHORT: u64 = 1_000;
const LONG: u64 = 3_000;

/// The rows of the table: a name, the case of `chain`, whether it is built with `debug_assertions`.
const ROWS: &[(&str, &str, bool)] = &[
    ("no attribute", "plain", false),
    ("#[checked_async], release", "checked", false),
    ("#[checked_async], checks on", "checked", true),
    ("#[tracing::instrument], no subscriber", "tracing", false),
    ("#[async_backtrace::framed]", "async_backtrace", false),
    ("await-tree", "await_tree", false),
];

fn main() {
    let release = build(false);
    let with_checks = build(true);
    println!("| | ready | suspended once | bytes |");
    println!("|---|---|---|---|");
    for &(name, case, checks) in ROWS {
        let program = if checks { &with_checks } else { &release };
        let ready = per_call(program, case, "ready");
        let suspended = per_call(program, case, "suspended");
        let size = output(Command::new(program).args([case, "suspended", "1"]));
        println!("| {name} | {ready} | {suspended} | {} |", size.trim());
    }
}

/// Builds `chain` and returns its path.
fn build(checks: bool) -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let target = scratch().join(if checks { "checks" } else { "release" });
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--bin", "chain", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target)
        .args(["--config", &format!("profile.release.debug-assertions={checks}")])
        .status()
        .expect("cargo can be run");
    assert!(status.success(), "`chain` does not build");
    target.join("release").join("chain")
}

/// Where the builds and the profiles go: beside this program.
fn scratch() -> PathBuf {
    let program = std::env::current_exe().expect("this program has a path");
    program.parent().expect("and a folder").join("instructions-builds")
}

/// The instructions of one call.
fn per_call(program: &Path, case: &str, leaf: &str) -> i64 {
    each(program, case, leaf) - each(program, "empty", leaf)
}

/// The instructions of one turn of the loop, rounded.
fn each(program: &Path, case: &str, leaf: &str) -> i64 {
    let turns = (LONG - SHORT) as i64;
    let more = count(program, case, leaf, LONG) - count(program, case, leaf, SHORT);
    (more + turns / 2) / turns
}

/// The instructions of a run.
fn count(program: &Path, case: &str, leaf: &str, times: u64) -> i64 {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program).args([
        case,
        leaf,
        &times.to_string(),
    ]);
    let text = output(&mut command);
    let collected = text.lines().find_map(|line| line.split_once("Collected :"));
    let Some((_, number)) = collected else { panic!("callgrind said:\n{text}") };
    number.trim().parse().expect("callgrind collects a number")
}

/// What a program prints, on stdout and stderr.
fn output(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("valgrind is installed");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
