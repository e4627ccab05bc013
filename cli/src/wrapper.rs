//! What runs in place of rustc and rustdoc while the user's cargo builds: this program, under another name.
//!
//! A run prepares a folder with two links to this program and a `plan.json`, and names the links to cargo with
//! `--config`. No environment variable is set, so nothing leaks into the tests and programs that cargo starts. The
//! folder's name is the key of the run-time library: cargo builds the members anew when the library changes.

use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use serde::{Deserialize, Serialize};

use crate::diagnostics::translate::Translator;
use crate::error::{Result, Trouble};
use crate::inject::Runtime;
use crate::shadow::{self, Shadow};
use crate::workspace::Workspace;

const RUSTC: &str = "checked-async-rustc";
const RUSTDOC: &str = "checked-async-rustdoc";
/// For the crates outside of the workspace, which may depend on one of its members.
const DEPENDENCY: &str = "checked-async-dependency";

/// What the wrapper has to know.
#[derive(Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) state_file: PathBuf,
    pub(crate) shadow_root: PathBuf,
    /// The root file of each crate that is to be checked, and its copy.
    sources: BTreeMap<PathBuf, PathBuf>,
    runtime: Runtime,
    /// The wrapper that the user has set, which runs inside ours.
    inner: Option<PathBuf>,
    rustdoc: PathBuf,
}

/// Writes the folder with the links and the plan; returns the options for cargo.
pub(crate) fn prepare(workspace: &Workspace, shadow: &Shadow, runtime: Runtime, cargo: &Path) -> Result<Vec<OsString>> {
    let directory = workspace.own_directory().join("wrapper").join(&runtime.key);
    fs::create_dir_all(&directory).map_err(|error| Trouble::writing(&directory, &error))?;
    let program =
        env::current_exe().map_err(|error| Trouble::new(format!("cannot find the file of this program: {error}")))?;
    for name in [RUSTC, RUSTDOC, DEPENDENCY] {
        let link = executable(&directory, name);
        if !fs::read_link(&link).is_ok_and(|target| target == program) {
            let _ = fs::remove_file(&link);
            shadow::symlink(&program, &link).map_err(|error| Trouble::writing(&link, &error))?;
        }
    }
    let sources = workspace.members.iter().flat_map(|member| &member.checked);
    let beside = cargo.parent().map(|folder| executable(folder, "rustdoc")).filter(|rustdoc| rustdoc.is_file());
    let plan = Plan {
        state_file: shadow.state_file.clone(),
        shadow_root: shadow.root.clone(),
        sources: sources.map(|source| (source.clone(), shadow.path(source))).collect(),
        runtime,
        inner: env::var_os("RUSTC_WORKSPACE_WRAPPER").filter(|path| !path.is_empty()).map(PathBuf::from),
        rustdoc: env::var_os("RUSTDOC").map(PathBuf::from).or(beside).unwrap_or_else(|| "rustdoc".into()),
    };
    let plan = serde_json::to_vec(&plan).expect("paths can be written as JSON");
    let file = directory.join("plan.json");
    if !fs::read(&file).is_ok_and(|old| old == plan) {
        shadow::write_atomically(&file, &plan)?;
    }
    let mut options = vec![
        config("build.rustc-workspace-wrapper", &executable(&directory, RUSTC)),
        config("build.rustdoc", &executable(&directory, RUSTDOC)),
    ];
    if env::var_os("RUSTC_WRAPPER").is_none() && patches_members(workspace) {
        options.push(config("build.rustc-wrapper", &executable(&directory, DEPENDENCY)));
    }
    Ok(options.into_iter().flat_map(|value| ["--config".into(), value]).collect())
}

fn executable(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// `key="path"`, as TOML.
fn config(key: &str, path: &Path) -> OsString {
    format!("{key}={}", toml::Value::from(path.to_string_lossy().into_owned())).into()
}

/// Whether a crate from outside may depend on a member: only by way of a `[patch]`.
fn patches_members(workspace: &Workspace) -> bool {
    let manifest = fs::read_to_string(workspace.root.join("Cargo.toml")).unwrap_or_default();
    manifest.lines().any(|line| line.trim_start().starts_with("[patch"))
}

/// Runs as the wrapper, if this program has been called by one of its names.
pub(crate) fn run() -> Option<ExitCode> {
    let mut args = env::args_os();
    let link = PathBuf::from(args.next()?);
    let name = link.file_stem()?.to_str()?.to_owned();
    if ![RUSTC, RUSTDOC, DEPENDENCY].contains(&name.as_str()) {
        return None;
    }
    let plan = link.with_file_name("plan.json");
    let plan = fs::read(&plan).map_err(|error| Trouble::reading(&plan, &error)).and_then(|bytes| {
        serde_json::from_slice::<Plan>(&bytes)
            .map_err(|error| Trouble::new(format!("cannot read `{}`: {error}", plan.display())))
    });
    let result = plan.and_then(|plan| match name.as_str() {
        RUSTC => rustc(&plan, args.collect()),
        DEPENDENCY => dependency(&plan, args.collect()),
        _ => rustdoc(&plan, args),
    });
    Some(result.unwrap_or_else(|trouble| {
        eprintln!("{trouble}");
        ExitCode::from(2)
    }))
}

/// `rustdoc …`: the crates that it documents and tests refer to the run-time library.
fn rustdoc(plan: &Plan, args: impl Iterator<Item = OsString>) -> Result<ExitCode> {
    let mut command = Command::new(&plan.rustdoc);
    command.args(args).args(directories(plan));
    become_command(command)
}

/// `rustc …` for a crate outside of the workspace.
fn dependency(plan: &Plan, args: Vec<OsString>) -> Result<ExitCode> {
    let mut args = args.into_iter();
    let mut command = Command::new(args.next().unwrap_or_else(|| "rustc".into()));
    command.args(args);
    // Queries of cargo's own, such as `-vV`, come without any crate.
    if command.get_args().any(|arg| arg == "--crate-name") {
        command.args(directories(plan));
    }
    become_command(command)
}

fn directories(plan: &Plan) -> Vec<OsString> {
    let directories = plan.runtime.directories.iter();
    directories.flat_map(|path| ["-L".into(), joined("dependency=", path)]).collect()
}

fn joined(prefix: &str, path: &Path) -> OsString {
    let mut text = OsString::from(prefix);
    text.push(path);
    text
}

/// `rustc …` for a crate of the workspace: compiles its copy, and says everything in terms of the original.
fn rustc(plan: &Plan, args: Vec<OsString>) -> Result<ExitCode> {
    let mut args = args.into_iter();
    let rustc = args.next().unwrap_or_else(|| "rustc".into());
    let mut args = expand(args.collect());
    let mut command = match &plan.inner {
        Some(inner) => {
            let mut command = Command::new(inner);
            command.arg(&rustc);
            command
        }
        None => Command::new(&rustc),
    };
    let directory =
        env::current_dir().map_err(|error| Trouble::new(format!("cannot find the current folder: {error}")))?;
    let library = library(plan, &args);
    let root = args.iter().position(|arg| source(plan, &directory, arg).is_some());
    let (Some(library), Some(root)) = (library, root) else {
        command.args(args);
        return become_command(command);
    };

    let (original, copy) = source(plan, &directory, &args[root]).expect("it was found just now");
    // The paths in messages and in `file!()` are what they would be without us: relative where cargo has them so.
    let mut remap = OsString::from("--remap-path-prefix=");
    if Path::new(&args[root]).is_absolute() {
        // All but the first folder: what lies above has no counterpart in the shadow tree.
        let depth = original.components().filter(|part| matches!(part, Component::Normal(_))).count() - 1;
        remap.push(ancestor(copy, depth));
        remap.push("=");
        remap.push(ancestor(original, depth));
    } else {
        let depth = Path::new(&args[root]).components().count();
        remap.push(ancestor(copy, depth));
        remap.push("=");
    }
    args[root] = copy.into();
    let depends = args.windows(2).any(|pair| {
        pair[0] == "--extern"
            && pair[1].to_str().is_some_and(|value| {
                let name = value.split('=').next().unwrap_or(value);
                name.rsplit(':').next() == Some("checked_async")
            })
    });
    command.args(&args).arg(remap);
    if !depends {
        command.arg("--extern").arg(joined("checked_async=", library));
    }
    command.args(directories(plan));
    translate(command, Translator::new(plan, directory, &args))
}

/// Runs the compiler and rewrites its messages.
fn translate(mut command: Command, mut translator: Translator) -> Result<ExitCode> {
    let mut child = command.stderr(Stdio::piped()).spawn().map_err(|error| missing(&command, &error))?;
    if let Some(stderr) = child.stderr.take() {
        let mut reader = BufReader::new(stderr);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end_matches(['\r', '\n']);
            if let Some(text) = translator.line(text) {
                // One write for each line: cargo reads this pipe line by line. When nobody reads, nobody misses it.
                let _ = io::stderr().write_all(format!("{text}\n").as_bytes());
            }
            line.clear();
        }
    }
    let status = child.wait().map_err(|error| missing(&command, &error))?;
    Ok(exit_code(status.code()))
}

/// The copy of a crate's root file, if the argument is one, with the original's full path.
fn source<'a>(plan: &'a Plan, directory: &Path, arg: &OsStr) -> Option<(&'a Path, &'a Path)> {
    if Path::new(arg).extension().is_none_or(|extension| extension != "rs") {
        return None;
    }
    let path = directory.join(arg);
    let (original, copy) = plan.sources.get_key_value(&path).or_else(|| {
        let real = fs::canonicalize(&path).ok()?;
        plan.sources.iter().find(|(source, _)| fs::canonicalize(source).is_ok_and(|source| source == real))
    })?;
    Some((original, copy))
}

/// The run-time library for the target of this crate.
fn library<'a>(plan: &'a Plan, args: &[OsString]) -> Option<&'a Path> {
    let mut target = "";
    let mut rest = args.iter();
    while let Some(arg) = rest.next().and_then(|arg| arg.to_str()) {
        if arg == "--target" {
            target = rest.next().and_then(|arg| arg.to_str()).unwrap_or_default();
        } else if let Some(value) = arg.strip_prefix("--target=") {
            target = value;
        }
    }
    // Without an option, a target may come from the user's configuration: the library was built under the same.
    plan.runtime.libraries.get(target).or_else(|| plan.runtime.libraries.get("")).map(PathBuf::as_path)
}

/// The `count`-th folder above a path.
fn ancestor(path: &Path, count: usize) -> &Path {
    path.ancestors().nth(count).unwrap_or(path)
}

/// Replaces `@file`, which cargo uses where a command line is too long.
fn expand(args: Vec<OsString>) -> Vec<OsString> {
    let file = match args.as_slice() {
        [arg] => arg.to_str().and_then(|arg| arg.strip_prefix('@')).map(str::to_owned),
        _ => None,
    };
    match file.and_then(|file| fs::read_to_string(file).ok()) {
        Some(text) => text.lines().map(OsString::from).collect(),
        None => args,
    }
}

/// Runs a command in place of this program.
fn become_command(mut command: Command) -> Result<ExitCode> {
    #[cfg(unix)]
    {
        use std::os::unix::process::CommandExt;
        let error = command.exec();
        Err(missing(&command, &error))
    }
    #[cfg(not(unix))]
    {
        let status = command.status().map_err(|error| missing(&command, &error))?;
        Ok(exit_code(status.code()))
    }
}

fn missing(command: &Command, error: &io::Error) -> Trouble {
    Trouble::new(format!("cannot run `{}`: {error}", command.get_program().to_string_lossy()))
}

fn exit_code(code: Option<i32>) -> ExitCode {
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(101))
}
