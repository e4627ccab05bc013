//! Prints what `cargo check` of 1,000 async functions costs with each attribute on them, and without.
//!
//! `cargo run -p checked-async-benches --release --bin compile_time`, on Linux with valgrind installed. It writes crates
//! for each row of the table, all of the same functions, beside this program; has cargo build what they depend on; and
//! runs rustc on each, as `cargo check` does but without incremental compilation. The processor time is of 1,000
//! functions, the median of some runs, all rows by turns. The instructions are of 80 functions, under cachegrind, which
//! takes 50 times as long; they do not depend on what else the machine does.
//!
//! Arguments: names of rows, to measure only these; `--runs=N`, for the time, or 0 for the instructions only;
//! `--commands`, to print rustc's command lines instead.

mod functions;

use functions::Placing;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How many functions are timed.
const TIMED: usize = 1_000;
/// How many functions are compiled under cachegrind.
const COUNTED: usize = 80;
/// How often each row is timed, if nothing else is said.
const RUNS: usize = 5;

/// One row of the table.
struct Row {
    /// The crate's name, too.
    name: &'static str,
    attribute: &'static str,
    placing: Placing,
    /// What it is compared with: the same functions without an attribute.
    plain: &'static str,
}

const ROWS: &[Row] = &[
    Row { name: "plain", attribute: "", placing: Placing::Free, plain: "plain" },
    Row { name: "checked_async", attribute: "#[checked_async::checked_async]", placing: Placing::Free, plain: "plain" },
    Row {
        name: "checked_async_without_lints",
        attribute: "#[checked_async::checked_async(allow(
            blocking_io, blocking_sleep, blocking_wait, busy_wait, cancel_unsafe_select, detached_task, future_of_future,
            futurelock, guard_across_await, loop_without_await, lost_result, nested_block_on, timeout_without_await,
            unawaited_future, unawaited_in_container, unclosed_generator, unused_future_binding
        ))]",
        placing: Placing::Free,
        plain: "plain",
    },
    Row {
        name: "checked_async_on_mod",
        attribute: "#[checked_async::checked_async]",
        placing: Placing::Mod,
        plain: "plain",
    },
    Row { name: "async_backtrace", attribute: "#[async_backtrace::framed]", placing: Placing::Free, plain: "plain" },
    Row { name: "tracing", attribute: "#[tracing::instrument]", placing: Placing::Free, plain: "plain" },
    Row { name: "plain_trait", attribute: "", placing: Placing::Trait, plain: "plain_trait" },
    Row {
        name: "checked_async_trait",
        attribute: "#[checked_async::checked_async]",
        placing: Placing::Trait,
        plain: "plain_trait",
    },
    Row {
        name: "async_trait",
        attribute: "#[async_trait::async_trait]",
        placing: Placing::Trait,
        plain: "plain_trait",
    },
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runs = arguments.iter().find_map(|argument| argument.strip_prefix("--runs="));
    let runs = runs.map_or(RUNS, |runs| runs.parse().expect("the number of runs is a number"));
    let names: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    let rows: Vec<&Row> = ROWS
        .iter()
        .filter(|row| {
            let named = |name: &str| names.iter().any(|given| *given == name);
            let compared = || ROWS.iter().any(|other| other.plain == row.name && named(other.name));
            names.is_empty() || named(row.name) || compared()
        })
        .collect();

    let scratch = Scratch::prepare();
    if arguments.iter().any(|argument| argument == "--commands") {
        for row in rows {
            println!("{:?}", scratch.rustc(row, TIMED));
        }
        return;
    }
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for _ in 0..runs {
        for row in &rows {
            times.entry(row.name).or_default().push(time(&mut scratch.rustc(row, TIMED)));
        }
    }
    let counts: BTreeMap<&str, u64> = rows.iter().map(|row| (row.name, count(&scratch.rustc(row, COUNTED)))).collect();
    println!("| | instructions | ratio | time | ratio |");
    println!("|---|---|---|---|---|");
    for row in rows {
        let (instructions, plain_instructions) = (counts[row.name] as f64, counts[row.plain] as f64);
        print!(
            "| {} | {:.2} G | {:.2} |",
            row.name.replace('_', " "),
            instructions / 1e9,
            instructions / plain_instructions
        );
        if runs > 0 {
            let (seconds, plain_seconds) = (median(&times[row.name]), median(&times[row.plain]));
            print!(" {seconds:.2} s | {:.2} |", seconds / plain_seconds);
        }
        println!();
    }
}

/// The crates, and what they depend on, built.
struct Scratch {
    root: PathBuf,
    rustc: PathBuf,
    /// The arguments that name the dependencies.
    externs: Vec<String>,
}

impl Scratch {
    /// Writes the crates beside this program and builds their dependencies.
    fn prepare() -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let root = program.parent().expect("and a folder").join("compile-time-crates");
        let runtime = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").join("runtime");
        write(&root.join("Cargo.toml"), &manifest(&runtime));
        write(&root.join("src/lib.rs"), "");
        // The versions that the workspace has, which are on the machine.
        let lock = runtime.parent().expect("a workspace").join("Cargo.lock");
        std::fs::copy(lock, root.join("Cargo.lock")).expect("the workspace has a lock file");
        for row in ROWS {
            for functions in [TIMED, COUNTED] {
                write(&file(&root, row, functions), &functions::crate_of(functions, row.placing, row.attribute));
            }
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut check = Command::new(cargo);
        // Whatever the environment wants of other builds: these are for comparison.
        for name in ["RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "RUSTC_WRAPPER"] {
            check.env_remove(name);
        }
        let target = root.join("target");
        let status = check.args(["check", "--target-dir"]).arg(&target).current_dir(&root).status();
        assert!(status.expect("cargo can be run").success(), "what the crates depend on does not build");
        let deps = target.join("debug").join("deps");
        let mut externs = vec![format!("-Ldependency={}", deps.display())];
        for name in ["async_backtrace", "async_trait", "checked_async", "tokio", "tracing"] {
            externs.push(format!("--extern={name}={}", newest(&deps, name).display()));
        }
        let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]).current_dir(&root));
        // Not rustup's proxy, which valgrind would count.
        let rustc = Path::new(sysroot.trim()).join("bin").join("rustc");
        Self { root, rustc, externs }
    }

    /// The command that checks a crate of a row.
    fn rustc(&self, row: &Row, functions: usize) -> Command {
        let mut command = Command::new(&self.rustc);
        command
            .args(["--edition=2024", "--crate-type=lib", "--emit=metadata", "--cap-lints=warn", "--error-format=short"])
            .args([&format!("--crate-name={}", row.name), "--out-dir"])
            .arg(self.root.join("out"))
            .args(&self.externs)
            .arg(file(&self.root, row, functions));
        command
    }
}

fn manifest(runtime: &Path) -> String {
    let mut manifest =
        String::from("[package]\nname = \"crates\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n");
    let _ = write!(
        manifest,
        "\n[dependencies]\nasync-backtrace = \"0.2\"\nasync-trait = \"0.1\"\nchecked-async.path = {runtime:?}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt\", \"sync\", \"time\"] }}\ntracing = \"0.1\"\n"
    );
    manifest
}

/// The newest library of this name.
fn newest(deps: &Path, name: &str) -> PathBuf {
    let entries = std::fs::read_dir(deps).expect("cargo made it").map(|entry| entry.expect("it can be read"));
    let libraries = entries.filter(|entry| {
        let file = entry.file_name().to_string_lossy().into_owned();
        let hash = file.strip_prefix(&format!("lib{name}-"));
        hash.is_some_and(|hash| hash.ends_with(".rmeta") || hash.ends_with(std::env::consts::DLL_SUFFIX))
    });
    let newest = libraries.max_by_key(|entry| entry.metadata().and_then(|file| file.modified()).ok());
    newest.unwrap_or_else(|| panic!("no library `{name}` in {}", deps.display())).path()
}

/// How many seconds of processor time a command takes.
fn time(command: &mut Command) -> f64 {
    let before = time_of_children();
    output(command);
    time_of_children() - before
}

/// The processor time of all ended children of this process, in seconds.
fn time_of_children() -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").expect("this is Linux");
    // After the program's name, which may hold anything, but is in parentheses.
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |field: usize| fields[field].parse::<f64>().expect("it is a number");
    (ticks(13) + ticks(14)) / TICKS_PER_SECOND
}

/// How many instructions a command executes, under cachegrind.
fn count(command: &Command) -> u64 {
    let mut counted = Command::new("valgrind");
    counted.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    counted.arg(command.get_program()).args(command.get_args());
    let text = output(&mut counted);
    let references = text.lines().find_map(|line| line.split_once("I   refs:").or_else(|| line.split_once("I refs:")));
    let Some((_, number)) = references else { panic!("cachegrind said:\n{text}") };
    number.trim().replace(',', "").parse().expect("cachegrind counts")
}

/// What a command prints, on stdout and stderr.
fn output(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{:?} cannot be run: {error}", command.get_program()));
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}:\n{text}");
    text
}

fn median(times: &[f64]) -> f64 {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The crate of a row, which is one file.
fn file(root: &Path, row: &Row, functions: usize) -> PathBuf {
    root.join(format!("{}_{functions}.rs", row.name))
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder is writable");
    std::fs::write(path, text).expect("the folder is writable");
}
