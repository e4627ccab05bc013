//! A crate's sources: from the registry, by way of cargo, into a folder of our own.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;

use super::subjects::Subject;
use crate::Result;
use crate::command::{cannot_run, cargo};

/// Stands in the manifest of a copy above what is ours.
const OURS: &str = "\n# Added by `cargo xtask real-code`.\n";

/// Copies the crate to `<directory>/<name>-<version>`, unless it is there already, as a workspace of its own.
pub(crate) fn provide(subject: &Subject, directory: &Path) -> Result<PathBuf> {
    let copy = directory.join(format!("{}-{}", subject.name, subject.version));
    if !copy.exists() {
        let source = download(subject, &directory.join("download").join(subject.name))?;
        // Under another name first, so that an interrupted copy is not taken for a whole one.
        let partial = directory.join(format!("{}-{}.partial", subject.name, subject.version));
        let _ = fs::remove_dir_all(&partial);
        copy_folder(&source, &partial)?;
        fs::rename(&partial, &copy).map_err(|error| trouble("write", &copy, &error))?;
    }
    // The crate's repository has a file of that name, and tests of tower-http serve it.
    let readme = directory.join("README.md");
    if !readme.exists() {
        fs::write(&readme, "# Published crates\n").map_err(|error| trouble("write", &readme, &error))?;
    }
    let manifest = copy.join("Cargo.toml");
    let old = fs::read_to_string(&manifest).map_err(|error| trouble("read", &manifest, &error))?;
    let text = with_ours(&old, subject.true_findings());
    if text != old {
        fs::write(&manifest, text).map_err(|error| trouble("write", &manifest, &error))?;
    }
    Ok(copy)
}

/// A manifest that makes its package a workspace, in which some lints only warn.
fn with_ours(manifest: &str, warn: &[&str]) -> String {
    let published = manifest.split(OURS).next().unwrap_or(manifest);
    let mut text = format!("{published}{OURS}");
    if !published.lines().any(|line| line.trim_start().starts_with("[workspace")) {
        text.push_str("[workspace]\n");
    }
    if !warn.is_empty() {
        text.push_str("[workspace.metadata.checked-async.lints]\n");
    }
    for lint in warn {
        text.push_str(&format!("{lint} = \"warn\"\n"));
    }
    text
}

/// Has cargo download the crate; returns where it has put the sources.
fn download(subject: &Subject, scratch: &Path) -> Result<PathBuf> {
    let source = scratch.join("src");
    fs::create_dir_all(&source).map_err(|error| trouble("write", &source, &error))?;
    fs::write(source.join("lib.rs"), "").map_err(|error| trouble("write", &source, &error))?;
    let manifest = scratch.join("Cargo.toml");
    let text = format!(
        "[package]\nname = \"download\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         {} = {{ version = \"={}\", default-features = false }}\n\n[workspace]\n",
        subject.name, subject.version
    );
    fs::write(&manifest, text).map_err(|error| trouble("write", &manifest, &error))?;
    let mut command = cargo();
    command.args(["metadata", "--format-version=1", "--manifest-path"]).arg(&manifest);
    let output = command.output().map_err(|error| cannot_run(&command, &error))?;
    if !output.status.success() {
        return Err(format!("cannot get {}: {}", subject.name, String::from_utf8_lossy(&output.stderr).trim_end()));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages
        .iter()
        .find(|package| package["name"] == subject.name && package["version"] == subject.version)
        .and_then(|package| Path::new(package["manifest_path"].as_str()?).parent().map(Path::to_owned))
        .ok_or_else(|| format!("cargo does not say where {} is", subject.name))
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to).map_err(|error| trouble("write", to, &error))?;
    for entry in fs::read_dir(from).map_err(|error| trouble("read", from, &error))? {
        let entry = entry.map_err(|error| trouble("read", from, &error))?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_dir() {
            copy_folder(&source, &target)?;
        } else {
            fs::copy(&source, &target).map_err(|error| trouble("copy", &source, &error))?;
        }
    }
    Ok(())
}

/// How many async fns the sources have, with those in tests and in the arguments of macros.
pub(crate) fn async_fns(folder: &Path) -> usize {
    let mut count = 0;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            count += if entry.file_name() == "target" { 0 } else { async_fns(&path) };
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && let Ok(text) = fs::read_to_string(&path)
            && let Ok(tokens) = text.parse()
        {
            count += count_in(tokens);
        }
    }
    count
}

/// Counts `async fn` and `async unsafe fn`, outside of comments and strings.
fn count_in(tokens: TokenStream) -> usize {
    let mut count = 0;
    let mut is_async = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                count += count_in(group.stream());
                is_async = false;
            }
            TokenTree::Ident(ident) if ident == "async" => is_async = true,
            TokenTree::Ident(ident) if ident == "unsafe" => {}
            TokenTree::Ident(ident) if ident == "fn" => count += usize::from(std::mem::take(&mut is_async)),
            _ => is_async = false,
        }
    }
    count
}

fn trouble(verb: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {verb} {}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_to_a_manifest_is_added_once() {
        let text = with_ours("[package]\n", &[]);
        assert_eq!(text, format!("[package]\n{OURS}[workspace]\n"));
        let text = with_ours(&text, &["a"]);
        let lints = "[workspace.metadata.checked-async.lints]\na = \"warn\"\n";
        assert_eq!(text, format!("[package]\n{OURS}[workspace]\n{lints}"));
        assert_eq!(with_ours(&text, &["a"]), text);
        assert_eq!(with_ours("[workspace.lints]\n", &[]), format!("[workspace.lints]\n{OURS}"));
    }

    #[test]
    fn async_fns_are_counted_by_their_tokens() {
        let text = "async fn a() { async {} } // async fn\nmod m { unsafe fn b() {} m!(async unsafe fn c() {}); }";
        assert_eq!(count_in(text.parse().unwrap()), 2);
        assert_eq!(count_in("/// async fn\nfn f() { \"async fn\"; async || {} }".parse().unwrap()), 0);
    }
}
