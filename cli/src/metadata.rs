//! What `cargo metadata` says, remembered for as long as nothing changes that it depends on.
//!
//! Asking cargo takes about as long as half of a `cargo check` that has nothing to do. The answer without dependencies
//! depends on the manifests, cargo's configuration, and the folders in which cargo looks for targets and members.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use cargo_metadata::Metadata;
use serde::{Deserialize, Serialize};

use crate::args::CargoArgs;
use crate::error::{Result, Trouble};
use crate::shadow::write_atomically;

/// An answer of cargo's, and what it was made from.
#[derive(Serialize, Deserialize)]
struct Remembered {
    /// The question: cargo, its options, and the folder and variables that it was asked in.
    question: u64,
    files: BTreeMap<PathBuf, u64>,
    folders: BTreeMap<PathBuf, u64>,
    answer: String,
}

/// Asks cargo about the workspace, or remembers what it said.
pub(crate) fn ask(cargo: &Path, args: &CargoArgs) -> Result<Metadata> {
    let current =
        env::current_dir().map_err(|error| Trouble::new(format!("cannot find the current folder: {error}")))?;
    let question = question(cargo, args, &current);
    for target in targets(args, &current) {
        let Ok(bytes) = fs::read(file(&target)) else { continue };
        let Ok(remembered) = serde_json::from_slice::<Remembered>(&bytes) else { continue };
        let is_same = remembered.question == question
            && remembered.files.iter().all(|(path, hash)| hash_file(path) == *hash)
            && remembered.folders.iter().all(|(path, hash)| hash_folder(path) == *hash);
        if is_same && let Ok(metadata) = serde_json::from_str(&remembered.answer) {
            return Ok(metadata);
        }
    }
    let answer = run(cargo, args)?;
    let metadata: Metadata = serde_json::from_str(&answer)
        .map_err(|error| Trouble::new(format!("cannot read what `cargo metadata` printed: {error}")))?;
    let remembered = remember(question, &metadata, &current, answer);
    if let Some(target) = targets(args, &current).into_iter().find(|target| *target == metadata.target_directory)
        && fs::create_dir_all(target.join("checked-async")).is_ok()
        && let Ok(text) = serde_json::to_vec(&remembered)
    {
        // Not being able to remember is no error: what needs the folder says so.
        let _ = write_atomically(&file(&target), &text);
    }
    Ok(metadata)
}

fn run(cargo: &Path, args: &CargoArgs) -> Result<String> {
    let mut command = Command::new(cargo);
    command.args(["metadata", "--format-version=1", "--no-deps"]).args(&args.for_metadata);
    let output = command.output().map_err(|error| {
        Trouble::new(format!("cannot run `{}`: {error}", cargo.display()))
            .help("install Rust from https://rustup.rs, or set the variable `CARGO` to the cargo to use")
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stderr = stderr.trim_end();
    let problem = stderr.strip_prefix("error: ").unwrap_or(stderr);
    Err(if problem.starts_with("could not find `Cargo.toml`") {
        Trouble::new(problem).help("run this in a package's folder, or pass `--manifest-path PATH`")
    } else {
        Trouble::new(problem)
    })
}

/// Where the target directory may be, as far as that is known without asking cargo.
fn targets(args: &CargoArgs, current: &Path) -> Vec<PathBuf> {
    let variable = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    match args.target_directory.clone().or(variable) {
        Some(directory) => vec![current.join(directory)],
        None => current.ancestors().map(|folder| folder.join("target")).collect(),
    }
}

fn file(target: &Path) -> PathBuf {
    target.join("checked-async").join("metadata.json")
}

fn question(cargo: &Path, args: &CargoArgs, current: &Path) -> u64 {
    let mut variables: Vec<_> = env::vars_os()
        .filter(|(name, _)| name.to_str().is_some_and(|name| name.starts_with("CARGO_") || name.starts_with("RUSTUP_")))
        .collect();
    variables.sort();
    hash(&(env!("CARGO_PKG_VERSION"), cargo, &args.for_metadata, current, variables))
}

fn remember(question: u64, metadata: &Metadata, current: &Path, answer: String) -> Remembered {
    let mut files = Vec::new();
    for folder in current.ancestors() {
        files.push(folder.join("Cargo.toml"));
    }
    files.extend(configurations(current));
    let mut folders = Vec::new();
    for package in metadata.workspace_packages() {
        let manifest = package.manifest_path.as_std_path();
        let Some(root) = manifest.parent() else { continue };
        files.push(manifest.to_owned());
        folders.push(root.to_owned());
        for folder in ["src", "src/bin", "tests", "examples", "benches"] {
            folders.push(root.join(folder));
        }
    }
    let root = metadata.workspace_root.as_std_path();
    let manifest = root.join("Cargo.toml");
    folders.extend(globbed(root, &fs::read_to_string(&manifest).unwrap_or_default()));
    files.push(manifest);
    Remembered {
        question,
        files: files.into_iter().map(|path| (path.clone(), hash_file(&path))).collect(),
        folders: folders.into_iter().map(|path| (path.clone(), hash_folder(&path))).collect(),
        answer,
    }
}

/// Cargo's configuration files that count in a folder, whether they exist or not.
pub(crate) fn configurations(current: &Path) -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo")));
    let folders = current.ancestors().map(|folder| folder.join(".cargo")).chain(home);
    folders.flat_map(|folder| [folder.join("config.toml"), folder.join("config")]).collect()
}

/// The folders in which a pattern such as `crates/*` finds members.
fn globbed(root: &Path, manifest: &str) -> Vec<PathBuf> {
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let members = manifest.get("workspace").and_then(|workspace| workspace.get("members"));
    let mut folders = Vec::new();
    for pattern in members.and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str) {
        let mut level = vec![root.to_owned()];
        for part in pattern.split('/') {
            if !part.contains(['*', '?', '[']) {
                level.iter_mut().for_each(|folder| folder.push(part));
                continue;
            }
            folders.extend(level.iter().cloned());
            let entries = level.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
            level = entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        }
    }
    folders
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn hash_file(path: &Path) -> u64 {
    fs::read(path).map_or(0, |bytes| hash(&bytes))
}

/// What cargo looks at in a folder: the names of sources, and folders with a `main.rs` or a `Cargo.toml`.
fn hash_folder(path: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(path) else { return 0 };
    let mut names = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_folder = entry.file_type().is_ok_and(|kind| !kind.is_file());
        if is_folder && name != "target" {
            let path = entry.path();
            names.push((name, path.join("main.rs").exists(), path.join("Cargo.toml").exists()));
        } else if name.as_encoded_bytes().ends_with(b".rs") {
            names.push((name, true, false));
        }
    }
    names.sort();
    hash(&names)
}
