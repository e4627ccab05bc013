//! What `check`, `test` and `run` have in common: a cargo that compiles the shadow tree; and the latter two commands.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::thread;

use crate::args::CargoArgs;
use crate::error::{Result, Trouble};
use crate::inject::Runtime;
use crate::process;
use crate::shadow::Shadow;
use crate::workspace::Workspace;
use crate::wrapper;

/// Everything that a cargo needs to compile the checked code.
pub(crate) struct Build {
    pub(crate) workspace: Workspace,
    pub(crate) shadow: Shadow,
    pub(crate) args: CargoArgs,
    /// Cargo, with the options that make it ours; the subcommand comes first, its own options are to follow.
    pub(crate) command: Command,
}

impl Build {
    /// Brings the shadow tree and the run-time library up to date.
    pub(crate) fn prepare(subcommand: &str, args: CargoArgs) -> Result<Build> {
        let cargo = PathBuf::from(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let (workspace, rustc) = thread::scope(|scope| {
            let rustc = scope.spawn(|| compiler(&cargo));
            let workspace = Workspace::load(&cargo, &args);
            (workspace, rustc.join().unwrap_or_else(|_| Err(Trouble::new("cannot run rustc"))))
        });
        let (workspace, rustc) = (workspace?, rustc?);
        let shadow = Shadow::update(&workspace)?;
        let runtime = Runtime::provide(&cargo, &workspace, &args, &rustc)?;
        let options = wrapper::prepare(&workspace, &shadow, runtime, &cargo)?;
        let mut command = Command::new(&cargo);
        command
            .arg(subcommand)
            .args(options)
            .arg("--target-dir")
            .arg(workspace.own_directory())
            // Ours calls the user's (see `wrapper`); the variables would win over our options.
            .env_remove("RUSTC_WORKSPACE_WRAPPER")
            .env_remove("RUSTDOC");
        Ok(Build { workspace, shadow, args, command })
    }

    /// Says which files could not be understood; to be called when all else has been printed.
    pub(crate) fn warn_of_unparsed(&self) {
        if self.shadow.unparsed.is_empty() {
            return;
        }
        let root = &self.workspace.root;
        let names: Vec<String> = self
            .shadow
            .unparsed
            .iter()
            .map(|path| format!("`{}`", path.strip_prefix(root).unwrap_or(path).display()))
            .collect();
        eprintln!("checked-async: not checked, because it could not be parsed: {}", names.join(", "));
    }
}

/// `cargo checked-async test` and `run`.
pub(crate) fn run(subcommand: &str, cargo_args: Vec<String>) -> Result<ExitCode> {
    let args = CargoArgs::parse(cargo_args)?;
    let mut build = Build::prepare(subcommand, args)?;
    if let Some(format) = &build.args.message_format {
        build.command.arg("--message-format").arg(format);
    }
    build.command.args(&build.args.passed);
    let status = process::status(&mut build.command)?;
    build.warn_of_unparsed();
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// What tells the compiler from any other: its file if that is known, else what `rustc -vV` prints.
fn compiler(cargo: &Path) -> Result<String> {
    let variable = env::var_os("RUSTC");
    // Under rustup, cargo and rustc are those of one toolchain, and asking takes longer than looking at the file.
    let beside = cargo.with_file_name(format!("rustc{}", env::consts::EXE_SUFFIX));
    if variable.is_none()
        && env::var_os("RUSTUP_TOOLCHAIN").is_some()
        && let Ok(metadata) = fs::metadata(&beside)
        && let Ok(modified) = metadata.modified()
    {
        return Ok(format!("{} {} {modified:?}", beside.display(), metadata.len()));
    }
    let rustc = variable.unwrap_or_else(|| "rustc".into());
    let output = Command::new(&rustc).arg("-vV").output().map_err(|error| {
        Trouble::new(format!("cannot run `{}`: {error}", Path::new(&rustc).display()))
            .help("install Rust from https://rustup.rs, or correct the variable `RUSTC`")
    })?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let stderr = String::from_utf8_lossy(&output.stderr);
        Err(Trouble::new(format!("`{} -vV` failed: {}", Path::new(&rustc).display(), stderr.trim())))
    }
}
