//! The crate that is injected: unpacks the embedded sources of `checked-async`, and builds them with the user's
//! toolchain and profile, into the user's target directory.
//!
//! The sources lie in `runtime/<hash of the sources>/`. A build is done once for each combination of toolchain, profile,
//! target and flags; what came out of it is remembered in a file beside it.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::args::CargoArgs;
use crate::error::{Result, Trouble};
use crate::metadata;
use crate::process;
use crate::shadow::{lock, write_atomically};
use crate::workspace::Workspace;

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The injected crate, built.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Runtime {
    /// What tells this build from all others.
    pub(crate) key: String,
    /// The library for each target triple; `""` is what cargo builds when no `--target` is given.
    pub(crate) libraries: BTreeMap<String, PathBuf>,
    /// Where the compiler finds the crates that the library depends on.
    pub(crate) directories: Vec<PathBuf>,
}

impl Runtime {
    /// Finds or builds the crate for the toolchain, profile and targets that the user's cargo will use.
    pub(crate) fn provide(cargo: &Path, workspace: &Workspace, args: &CargoArgs, rustc: &str) -> Result<Runtime> {
        let profiles = profiles(&workspace.root);
        let key = key(cargo, workspace, args, rustc, &profiles);
        let directory = match env::var_os("CHECKED_ASYNC_CACHE") {
            Some(cache) => PathBuf::from(cache),
            None => workspace.own_directory().join("runtime"),
        };
        let directory = directory.join(SOURCES_HASH);
        let record = directory.join("builds").join(format!("{key}.json"));
        if let Some(runtime) = remembered(&record) {
            return Ok(runtime);
        }
        fs::create_dir_all(directory.join("builds")).map_err(|error| Trouble::writing(&directory, &error))?;
        let _lock = lock(&directory.join("lock"))?;
        if let Some(runtime) = remembered(&record) {
            return Ok(runtime);
        }
        let build = directory.join(&key);
        unpack(&build, &profiles)?;
        if !args.quiet {
            eprintln!("checked-async: building the run-time library (once for each toolchain and profile)");
        }
        let mut runtime = Runtime { key, libraries: BTreeMap::new(), directories: Vec::new() };
        let targets: Vec<Option<&str>> = match args.targets.as_slice() {
            [] => vec![None],
            targets => targets.iter().map(|target| Some(target.as_str())).collect(),
        };
        for target in targets {
            runtime.build(cargo, &build, args, target)?;
        }
        write_atomically(&record, &serde_json::to_vec(&runtime).expect("paths can be written as JSON"))?;
        Ok(runtime)
    }

    /// Builds for one target and notes what came out.
    fn build(&mut self, cargo: &Path, directory: &Path, args: &CargoArgs, target: Option<&str>) -> Result<()> {
        // What is on this machine does first: with the versions of the lock file, then with any.
        let attempts: [(&[&str], bool); 3] = [(&["--offline"], true), (&["--offline"], false), (&[], true)];
        let mut failure = String::new();
        for (options, locked) in attempts {
            let lock_file = directory.join("Cargo.lock");
            match embedded("Cargo.lock").filter(|_| locked) {
                Some(text) => write_atomically(&lock_file, text.as_bytes())?,
                None => drop(fs::remove_file(&lock_file)),
            }
            let mut command = Command::new(cargo);
            // Runs in the user's folder, so that cargo reads the user's configuration.
            command
                // Of the features, `stream` could know only streams of its own copy of `futures-core`, not the user's.
                .args(["build", "--package=checked-async", "--no-default-features"])
                .arg("--message-format=json-diagnostic-rendered-ansi")
                .arg("--manifest-path")
                .arg(directory.join("Cargo.toml"))
                .arg("--target-dir")
                .arg(directory.join("target"))
                .args(options)
                .args(&args.for_runtime)
                .env_remove("RUSTC_WORKSPACE_WRAPPER");
            if let Some(profile) = &args.profile {
                command.args(["--profile", profile]);
            }
            if let Some(target) = target {
                command.args(["--target", target]);
            }
            let output = process::output(&mut command)?;
            if output.status.success() {
                return self.note(&output.stdout, target);
            }
            failure = format!("{}{}", rendered(&output.stdout), String::from_utf8_lossy(&output.stderr));
            if !is_about_packages(&failure) {
                break;
            }
        }
        let trouble = Trouble::new(format!(
            "cannot build the run-time library `checked-async`; cargo says:\n\n{}\n",
            failure.trim_end()
        ));
        Err(if is_about_packages(&failure) {
            trouble.help(
                "the library needs the crates `syn`, `quote` and `proc-macro2`: connect to the network for one run, \
                 after which it works offline",
            )
        } else {
            trouble.help("if your code compiles with this toolchain and these flags, please report this")
        })
    }

    /// Reads the paths of the libraries from cargo's messages.
    fn note(&mut self, messages: &[u8], target: Option<&str>) -> Result<()> {
        for line in String::from_utf8_lossy(messages).lines() {
            let Ok(message) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            if message["reason"] != "compiler-artifact" {
                continue;
            }
            let name = message["target"]["name"].as_str().unwrap_or_default();
            if name != "checked_async" && name != "checked_async_macros" {
                continue;
            }
            for file in message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                let file = PathBuf::from(file);
                // The library is also in `deps`, where those it depends on are; the copy above has no hash.
                let Some(parent) = file.parent() else {
                    continue;
                };
                let parent = if parent.ends_with("deps") { parent.to_owned() } else { parent.join("deps") };
                if !self.directories.contains(&parent) {
                    self.directories.push(parent);
                }
                if name == "checked_async" && file.extension().is_some_and(|extension| extension == "rlib") {
                    self.libraries.insert(target.unwrap_or_default().to_owned(), file);
                }
            }
        }
        if self.libraries.is_empty() {
            return Err(Trouble::new("cargo built the run-time library `checked-async`, but did not say where"));
        }
        Ok(())
    }
}

fn remembered(record: &Path) -> Option<Runtime> {
    let runtime: Runtime = serde_json::from_slice(&fs::read(record).ok()?).ok()?;
    runtime.libraries.values().all(|library| library.exists()).then_some(runtime)
}

fn embedded(name: &str) -> Option<&'static str> {
    SOURCES.iter().find(|(file, _)| *file == name).map(|(_, text)| *text)
}

/// Writes the sources, with the user's profiles in the manifest.
fn unpack(directory: &Path, profiles: &toml::Table) -> Result<()> {
    for (name, text) in SOURCES {
        let path = directory.join(name);
        let parent = path.parent().unwrap_or(directory);
        fs::create_dir_all(parent).map_err(|error| Trouble::writing(parent, &error))?;
        let mut text = (*text).to_owned();
        if *name == "Cargo.toml" && !profiles.is_empty() {
            let mut manifest = toml::Table::new();
            manifest.insert("profile".into(), profiles.clone().into());
            text = format!("{text}\n{manifest}");
        }
        if !fs::read_to_string(&path).is_ok_and(|old| old == text) {
            write_atomically(&path, text.as_bytes())?;
        }
    }
    Ok(())
}

/// The user's `[profile]` tables: the injected crate must agree with them about panics, link-time optimisation and checks.
fn profiles(root: &Path) -> toml::Table {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap_or_default();
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let mut profiles = match manifest.get("profile") {
        Some(toml::Value::Table(profiles)) => profiles.clone(),
        _ => toml::Table::new(),
    };
    for (_, profile) in profiles.iter_mut() {
        if let toml::Value::Table(profile) = profile {
            // Settings for single packages, which do not exist here.
            profile.remove("package");
        }
    }
    profiles
}

/// A hash of everything that the built library depends on.
fn key(cargo: &Path, workspace: &Workspace, args: &CargoArgs, rustc: &str, profiles: &toml::Table) -> String {
    let mut hasher = DefaultHasher::new();
    (SOURCES_HASH, cargo, rustc, &args.profile, &args.targets, &args.for_runtime).hash(&mut hasher);
    profiles.to_string().hash(&mut hasher);
    let prefixes =
        ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_", "CARGO_PROFILE_", "CARGO_TARGET_", "RUSTUP_"];
    let mut variables: Vec<_> = env::vars_os()
        .filter(|(name, _)| name.to_str().is_some_and(|name| prefixes.iter().any(|prefix| name.starts_with(prefix))))
        .filter(|(name, _)| name != "CARGO_TARGET_DIR" && name != "CARGO_TARGET_TMPDIR")
        .collect();
    variables.sort();
    variables.hash(&mut hasher);
    let current = env::current_dir().unwrap_or_else(|_| workspace.root.clone());
    for file in metadata::configurations(&current) {
        if let Ok(config) = fs::read(file) {
            config.hash(&mut hasher);
        }
    }
    format!("{:016x}", hasher.finish())
}

/// The diagnostics in cargo's messages, as text.
fn rendered(messages: &[u8]) -> String {
    String::from_utf8_lossy(messages)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|message| message["message"]["rendered"].as_str().map(str::to_owned))
        .collect()
}

/// Whether a build failed because packages could not be had, and not because of their code.
fn is_about_packages(failure: &str) -> bool {
    ["failed to download", "failed to get", "--offline", "failed to select a version", "no matching package", "index"]
        .iter()
        .any(|sign| failure.contains(sign))
}
