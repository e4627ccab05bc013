//! The package whose examples are the cases, and the one `cargo check` that compiles it.

use crate::case::{Case, root};
use crate::finding::Finding;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Compiles the cases; answers with what was found in each, in the order of lines.
pub fn check(cases: &[Case], temporary: &Path) -> HashMap<PathBuf, Vec<Finding>> {
    run("check", cases, temporary)
}

/// Does the same with clippy.
pub fn clippy(cases: &[Case], temporary: &Path) -> HashMap<PathBuf, Vec<Finding>> {
    run("clippy", cases, temporary)
}

fn run(command: &str, cases: &[Case], temporary: &Path) -> HashMap<PathBuf, Vec<Finding>> {
    let folder = temporary.join(command);
    fs::create_dir_all(folder.join("src")).expect("the package's folder can be made");
    write_changed(&folder.join("src/lib.rs"), "");
    write_changed(&folder.join("Cargo.toml"), &manifest(cases));
    let lock = fs::read_to_string(root().join("../Cargo.lock")).expect("the workspace has a lock file");
    fs::write(folder.join("Cargo.lock"), lock).expect("the lock file can be written");
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([command, "--quiet", "--offline", "--examples", "--keep-going", "--message-format=json"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", temporary.join("target"))
        // As an editor's: some errors rustc repeats only then.
        .env("CARGO_INCREMENTAL", "1")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .stderr(Stdio::piped())
        .output()
        .expect("cargo can be run");
    let mut findings: HashMap<PathBuf, Vec<Finding>> =
        cases.iter().map(|case| (case.path.clone(), Vec::new())).collect();
    let mut compiled = 0;
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let Some(file) = message["target"]["src_path"].as_str() else { continue };
        let Some(case) = cases.iter().find(|case| case.file() == Path::new(file)) else { continue };
        compiled += 1;
        if let Some(finding) = Finding::read(&message["message"], Path::new(file), &case.source) {
            findings.entry(case.path.clone()).or_default().push(finding);
        }
    }
    assert!(compiled > 0, "cargo compiled no case:\n{}", String::from_utf8_lossy(&output.stderr));
    for findings in findings.values_mut() {
        findings.sort_by_key(|finding| {
            (finding.place.as_ref().map(|place| (place.start, place.end)), finding.mark.clone())
        });
    }
    findings
}

/// The manifest: the dependencies of this package's own, and one example for each case.
fn manifest(cases: &[Case]) -> String {
    let own = fs::read_to_string(root().join("Cargo.toml")).expect("this package has a manifest");
    let (_, after) = own.split_once("[dev-dependencies]\n").expect("it has dev-dependencies");
    let runtime = root().parent().expect("it is in a workspace").join("runtime");
    let dependencies = after.split("\n[").next().unwrap_or_default().replace(
        "checked-async = { workspace = true,",
        &format!("checked-async = {{ path = {:?},", runtime.display().to_string()),
    );
    let mut manifest = format!(
        "[package]\nname = \"ui\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
         [dependencies]\n{dependencies}\n[lints.rust]\ndead_code = \"allow\"\n"
    );
    for case in cases {
        let (name, path) = (case.name(), case.file().display().to_string());
        manifest += &format!("\n[[example]]\nname = {name:?}\npath = {path:?}\ncrate-type = [\"lib\"]\n");
    }
    manifest
}

/// Leaves a file as it is where nothing changes, so that cargo need not compile again.
fn write_changed(path: &Path, text: &str) {
    if fs::read_to_string(path).ok().as_deref() != Some(text) {
        fs::write(path, text).expect("the package can be written");
    }
}
