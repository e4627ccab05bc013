//! Prints how many instructions one call of a 3-deep chain of async functions costs, with each tool and without, and one
//! item of an async generator, with each library.
//!
//! `cargo run -p checked-async-benches --release --bin instructions`, on Linux with valgrind installed. It builds the
//! programs `chain` and `generator` twice, as a release build and the same with `debug_assertions`, and runs them under
//! callgrind. The cost of one call is the difference between two runs of different length, less that of an empty loop.

use checked_async_benches::{Build, instructions, output, valgrind};
use std::path::Path;
use std::process::Command;

/// How long the two runs are.
const SHORT: u64 = 1_000;
const LONG: u64 = 3_000;

/// A row of a table: a name, the program's case, whether it is built with `debug_assertions`.
type Row = (&'static str, &'static str, bool);

const CHAIN: &[Row] = &[
    ("no attribute", "plain", false),
    ("#[checked_async], release", "checked", false),
    ("#[checked_async], checks on", "checked", true),
    ("#[tracing::instrument], no subscriber", "tracing", false),
    ("#[async_backtrace::framed]", "async_backtrace", false),
    ("await-tree", "await_tree", false),
];

const GENERATOR: &[Row] = &[
    ("#[generator], release", "ours", false),
    ("#[generator] with a `defer!`, release", "defer", false),
    ("#[generator] and erased(), release", "erased", false),
    ("#[generator], checks on", "ours", true),
    ("async-gen", "async_gen", false),
    ("async-stream", "async_stream", false),
    ("genawaiter", "genawaiter", false),
    ("unfold", "unfold", false),
];

fn main() {
    table("chain", CHAIN);
    println!();
    table("generator", GENERATOR);
}

fn table(program: &str, rows: &[Row]) {
    let release = Build::RELEASE.program(program);
    let with_checks = Build::CHECKS.program(program);
    println!("| {program} | ready | suspended once | bytes |");
    println!("|---|---|---|---|");
    for &(name, case, checks) in rows {
        let program = if checks { &with_checks } else { &release };
        let ready = per_call(program, case, "ready");
        let suspended = per_call(program, case, "suspended");
        let size = output(Command::new(program).args([case, "suspended", "1"]));
        println!("| {name} | {ready} | {suspended} | {} |", size.trim());
    }
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
    instructions(&output(&mut valgrind("callgrind", program, &[case, leaf, &times.to_string()])))
}
