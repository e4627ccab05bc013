//! What the benchmarks share: building the programs that are measured, and running them under callgrind.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// How a program is built: always optimised, and otherwise as release builds are.
#[derive(Clone, Copy)]
pub struct Build {
    /// Where cargo puts it, so that several can be kept.
    pub folder: &'static str,
    /// Features of this crate, separated by commas.
    pub features: &'static str,
    /// Settings of the profile, such as `debug-assertions=true`.
    pub profile: &'static [&'static str],
}

impl Build {
    /// A release build.
    pub const RELEASE: Self = Self { folder: "release", features: "", profile: &[] };
    /// The same with `debug_assertions`, hence with the checks.
    pub const CHECKS: Self = Self { folder: "checks", features: "", profile: &["debug-assertions=true"] };

    /// Builds a program of this crate and returns its path.
    ///
    /// # Panics
    ///
    /// If it does not build.
    #[must_use]
    pub fn program(self, name: &str) -> PathBuf {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let target = scratch().join(self.folder);
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(["build", "--release", "--bin", name, "--features", self.features, "--manifest-path"])
            .arg(manifest)
            .arg("--target-dir")
            .arg(&target)
            .args(self.profile.iter().flat_map(|setting| ["--config".into(), format!("profile.release.{setting}")]))
            .status()
            .expect("cargo can be run");
        assert!(status.success(), "`{name}` does not build");
        target.join("release").join(name)
    }
}

/// Where the builds go: beside this program.
fn scratch() -> PathBuf {
    let program = std::env::current_exe().expect("this program has a path");
    program.parent().expect("and a folder").join("instructions-builds")
}

/// A command that runs a program with one of valgrind's tools, which writes no file.
#[must_use]
pub fn valgrind(tool: &str, program: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("valgrind");
    command.arg(format!("--tool={tool}")).arg(format!("--{tool}-out-file=/dev/null"));
    command.arg(program).args(arguments);
    command
}

/// The number of instructions that callgrind says were executed.
///
/// # Panics
///
/// If it does not say so.
#[must_use]
pub fn instructions(text: &str) -> i64 {
    let collected = text.lines().find_map(|line| line.split_once("Collected :"));
    let Some((_, number)) = collected else { panic!("callgrind said:\n{text}") };
    number.trim().parse().expect("callgrind collects a number")
}

/// What a command prints, on stdout and stderr.
///
/// # Panics
///
/// If it fails.
#[must_use]
pub fn output(command: &mut Command) -> String {
    try_output(command).unwrap_or_else(|(status, text)| panic!("{command:?}: {status}\n{text}"))
}

/// What a command prints, on stdout and stderr.
///
/// # Errors
///
/// If it fails, how, and what it printed.
///
/// # Panics
///
/// If it cannot be started.
pub fn try_output(command: &mut Command) -> Result<String, (ExitStatus, String)> {
    let output = command.stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|error| panic!("{} cannot be run: {error}", command.get_program().display()));
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(text) } else { Err((output.status, text)) }
}
