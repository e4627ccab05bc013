//! Runs programs: cargo, and the command built from this checkout.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Result;

/// The folder of this workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this package lies in a workspace")
}

/// `cargo-checked-async`, built from this checkout.
pub(crate) struct CheckedAsync {
    program: PathBuf,
    /// The target directory that it was built in.
    pub(crate) target_directory: PathBuf,
}

impl CheckedAsync {
    pub(crate) fn build() -> Result<CheckedAsync> {
        let mut command = cargo();
        command
            .args(["build", "--quiet", "--package=cargo-checked-async"])
            .arg("--message-format=json-render-diagnostics")
            .current_dir(root())
            .stderr(Stdio::piped());
        eprintln!("building the command");
        let output = command.output().map_err(|error| cannot_run(&command, &error))?;
        if !output.status.success() {
            return Err(format!("cannot build the command: {}", String::from_utf8_lossy(&output.stderr).trim_end()));
        }
        let program = messages(&output.stdout)
            .iter()
            .filter(|message| message["target"]["name"] == "cargo-checked-async")
            .find_map(|message| message["executable"].as_str().map(PathBuf::from))
            .ok_or("cargo did not say where the command is")?;
        let target_directory = program.ancestors().nth(2).unwrap_or(root()).to_owned();
        Ok(CheckedAsync { program, target_directory })
    }

    /// The same program in another folder, where later builds do not touch it.
    pub(crate) fn kept_in(self, directory: &Path) -> Result<CheckedAsync> {
        let kept = directory.join(self.program.file_name().unwrap_or_default());
        // A program that is running cannot be written, but replaced.
        let _ = fs::remove_file(&kept);
        fs::copy(&self.program, &kept).map_err(|error| format!("cannot write {}: {error}", kept.display()))?;
        Ok(CheckedAsync { program: kept, ..self })
    }

    /// `cargo checked-async …`, as cargo would call it.
    pub(crate) fn command(&self) -> Command {
        let mut command = outside_of_cargo(&self.program);
        command.arg("checked-async");
        command
    }
}

/// Cargo, as if called from a shell.
pub(crate) fn cargo() -> Command {
    outside_of_cargo(Path::new(&env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"))))
}

/// A command without the variables that cargo sets for the programs it runs.
fn outside_of_cargo(program: &Path) -> Command {
    const SET_BY_CARGO: [&str; 5] =
        ["CARGO_BIN_", "CARGO_CRATE_", "CARGO_MANIFEST_", "CARGO_PKG_", "CARGO_PRIMARY_PACKAGE"];
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(|name| SET_BY_CARGO.iter().any(|prefix| name.starts_with(prefix))) {
            command.env_remove(&name);
        }
    }
    command.env("RUST_BACKTRACE", "0");
    command
}

/// The lines of cargo's output that are JSON.
pub(crate) fn messages(stdout: &[u8]) -> Vec<Value> {
    String::from_utf8_lossy(stdout).lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

pub(crate) fn cannot_run(command: &Command, error: &std::io::Error) -> String {
    format!("cannot run `{}`: {error}", command.get_program().to_string_lossy())
}

/// How a program ended that had only so much time.
pub(crate) enum Ended {
    With(ExitStatus),
    TimedOut,
}

/// Runs a command with both streams in one file; ends it and its children when the time is up.
pub(crate) fn logged(command: &mut Command, log: &Path, limit: Duration) -> Result<(Ended, String)> {
    let file = File::create(log).map_err(|error| format!("cannot write {}: {error}", log.display()))?;
    let second = file.try_clone().map_err(|error| format!("cannot write {}: {error}", log.display()))?;
    command.stdin(Stdio::null()).stdout(file).stderr(second);
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }
    let mut child = command.spawn().map_err(|error| cannot_run(command, &error))?;
    let start = Instant::now();
    let ended = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Ended::With(status),
            Ok(None) if start.elapsed() < limit => thread::sleep(Duration::from_millis(50)),
            Ok(None) => {
                // The whole group: cargo would leave the test running.
                let group = format!("-{}", child.id());
                let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
                let _ = child.kill();
                let _ = child.wait();
                break Ended::TimedOut;
            }
            Err(error) => return Err(cannot_run(command, &error)),
        }
    };
    let text = fs::read(log).map_err(|error| format!("cannot read {}: {error}", log.display()))?;
    Ok((ended, String::from_utf8_lossy(&text).into_owned()))
}
