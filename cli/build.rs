//! Embeds what the command carries with it: the sources of the crates it injects, and the pages of the lints.
//!
//! The manifests are reduced to what a build of the library needs (no optional, test or bench dependencies), so that
//! the injected build resolves offline on a machine that has only this command's own dependencies.

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets CARGO_MANIFEST_DIR"));
    let root = here.parent().expect("this package lies in a workspace").to_owned();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));

    let mut files: Vec<(String, String)> = Vec::new();
    files.push(("Cargo.toml".into(), workspace_manifest(&read(&root.join("Cargo.toml")))));
    files.push(("Cargo.lock".into(), read(&root.join("Cargo.lock"))));
    for package in ["macros", "runtime"] {
        let directory = root.join(package);
        let manifest = package_manifest(&read(&directory.join("Cargo.toml")));
        files.push((format!("{package}/Cargo.toml"), manifest));
        if directory.join("build.rs").exists() {
            files.push((format!("{package}/build.rs"), read(&directory.join("build.rs"))));
        }
        collect(&directory.join("src"), &format!("{package}/src"), &mut files);
    }
    files.sort();
    let mut hasher = DefaultHasher::new();
    files.hash(&mut hasher);

    let mut pages: Vec<(String, String)> = Vec::new();
    collect(&root.join("docs/lints"), "", &mut pages);
    pages.retain(|(name, _)| name.ends_with(".md") && name != "/README.md");
    pages.sort();

    let mut code = String::new();
    writeln!(code, "pub(crate) const SOURCES_HASH: &str = \"{:016x}\";", hasher.finish()).expect("a string takes it");
    writeln!(code, "pub(crate) const SOURCES: &[(&str, &str)] = &{files:?};").expect("a string takes it");
    fs::write(out.join("sources.rs"), code).expect("OUT_DIR is writable");
    let pages: Vec<(&str, &str)> = pages
        .iter()
        .map(|(name, text)| (name.trim_start_matches('/').trim_end_matches(".md"), text.as_str()))
        .collect();
    let code = format!("pub(crate) const PAGES: &[(&str, &str)] = &{pages:?};\n");
    fs::write(out.join("pages.rs"), code).expect("OUT_DIR is writable");
    println!("cargo::rerun-if-changed=build.rs");
}

fn read(path: &Path) -> String {
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read_to_string(path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// Adds every text file below `directory`, under names that start with `prefix`.
fn collect(directory: &Path, prefix: &str, into: &mut Vec<(String, String)>) {
    println!("cargo::rerun-if-changed={}", directory.display());
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let name = format!("{prefix}/{}", entry.file_name().to_string_lossy());
        let path = entry.path();
        if path.is_dir() {
            collect(&path, &name, into);
        } else if name.ends_with(".rs") || name.ends_with(".md") {
            into.push((name, read(&path)));
        }
    }
}

/// The workspace manifest with only the injected members.
fn workspace_manifest(text: &str) -> String {
    let mut manifest: Table = text.parse().expect("the workspace manifest is valid");
    manifest.retain(|key, _| key == "workspace");
    if let Some(Value::Table(workspace)) = manifest.get_mut("workspace") {
        workspace.retain(|key, _| matches!(key, "resolver" | "package" | "dependencies" | "lints"));
        workspace.insert("members".into(), vec!["macros", "runtime"].into());
    }
    manifest.to_string()
}

/// A member's manifest with only what its library needs.
fn package_manifest(text: &str) -> String {
    let mut manifest: Table = text.parse().expect("the member's manifest is valid");
    manifest.retain(|key, _| matches!(key, "package" | "lib" | "features" | "dependencies" | "target" | "lints"));
    let mut removed = BTreeSet::new();
    if let Some(Value::Table(dependencies)) = manifest.get_mut("dependencies") {
        remove_optional(dependencies, &mut removed);
    }
    // What only some platforms need is in tables of their own.
    if let Some(Value::Table(targets)) = manifest.get_mut("target") {
        for (_, target) in targets.iter_mut() {
            if let Some(Value::Table(dependencies)) = target.get_mut("dependencies") {
                remove_optional(dependencies, &mut removed);
            }
        }
    }
    if let Some(Value::Table(features)) = manifest.get_mut("features") {
        for (_, enabled) in features.iter_mut() {
            if let Value::Array(enabled) = enabled {
                enabled.retain(|feature| {
                    let feature = feature.as_str().unwrap_or_default();
                    let dependency = feature.strip_prefix("dep:").unwrap_or(feature);
                    let dependency = dependency.split(['/', '?']).next().unwrap_or_default();
                    !(removed.contains(dependency) && (feature.starts_with("dep:") || feature.contains('/')))
                });
            }
        }
        for name in &removed {
            // Keeps `cfg(feature = "name")` known to the compiler.
            features.entry(name.clone()).or_insert_with(|| Value::Array(Vec::new()));
        }
    }
    manifest.to_string()
}

/// Takes the optional ones out of a table of dependencies, and notes their names.
fn remove_optional(dependencies: &mut Table, removed: &mut BTreeSet<String>) {
    dependencies.retain(|name, value| {
        let optional = value.get("optional").and_then(Value::as_bool).unwrap_or(false);
        if optional {
            removed.insert(name.to_owned());
        }
        !optional
    });
}
