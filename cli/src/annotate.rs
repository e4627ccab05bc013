//! `cargo checked-async annotate`: writes the attribute into the sources, and takes it out again.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::args::CargoArgs;
use crate::error::{Result, Trouble};
use crate::insert;
use crate::shadow::write_atomically;
use crate::workspace::Workspace;

const ATTRIBUTE: &str = "#[checked_async::checked_async]";

/// Changes the files below `paths`, or all members of the workspace.
pub(crate) fn run(paths: &[PathBuf], remove: bool, dry_run: bool) -> Result<()> {
    let cargo = PathBuf::from(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let workspace = Workspace::load(&cargo, &CargoArgs::default())?;
    let current = env::current_dir().unwrap_or_else(|_| workspace.root.clone());
    let mut files = Vec::new();
    if paths.is_empty() {
        for member in &workspace.members {
            sources(&member.root, &workspace, &mut files)?;
        }
    }
    for path in paths {
        let path = current.join(path);
        let path = fs::canonicalize(&path).map_err(|error| Trouble::reading(&path, &error))?;
        if path.is_dir() {
            sources(&path, &workspace, &mut files)?;
        } else {
            files.push(path);
        }
    }
    files.sort();
    files.dedup();

    let (mut changed, mut total) = (0, 0);
    for file in &files {
        let text = fs::read_to_string(file).map_err(|error| Trouble::reading(file, &error))?;
        let shown = file.strip_prefix(&current).unwrap_or(file).display();
        let edit = if remove { without_attributes(&text) } else { with_attributes(&text) };
        let Some(edit) = edit else {
            eprintln!("checked-async: left alone, because it could not be parsed: `{shown}`");
            continue;
        };
        if edit.lines.is_empty() {
            continue;
        }
        changed += 1;
        total += edit.lines.len();
        if dry_run {
            println!("{shown}");
            for (line, item) in &edit.lines {
                println!("{}{line:>5}: {ATTRIBUTE} on `{item}`", if remove { '-' } else { '+' });
            }
        } else {
            write_atomically(file, edit.text.as_bytes())?;
            println!("{shown}: {} {}", edit.lines.len(), if remove { "removed" } else { "added" });
        }
    }
    let verb = match (dry_run, remove) {
        (true, true) => "would remove",
        (true, false) => "would add",
        (false, true) => "removed",
        (false, false) => "added",
    };
    println!("{verb} {total} attribute{} in {changed} file{}", plural(total), plural(changed));
    if !remove && total > 0 {
        for member in workspace.members.iter().filter(|member| !member.has_runtime) {
            if files.iter().any(|file| file.starts_with(&member.root)) {
                println!("`{}` does not depend on `checked-async` yet: add it with `cargo add`", member.name);
            }
        }
    }
    Ok(())
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// Collects the source files below a folder that belong to crates which can be checked.
fn sources(directory: &Path, workspace: &Workspace, into: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(directory).map_err(|error| Trouble::reading(directory, &error))? {
        let entry = entry.map_err(|error| Trouble::reading(directory, &error))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|error| Trouble::reading(&path, &error))?;
        if entry.file_name().as_encoded_bytes().starts_with(b".") || path == workspace.target_directory {
            continue;
        }
        if kind.is_dir() {
            let is_other_package = path.join("Cargo.toml").exists()
                && !workspace.members.iter().any(|member| member.root.starts_with(&path));
            if !is_other_package && !path.join("CACHEDIR.TAG").exists() {
                sources(&path, workspace, into)?;
            }
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "rs") {
            let owner = workspace
                .members
                .iter()
                .filter(|member| path.starts_with(&member.root))
                .max_by_key(|member| member.root.components().count());
            if owner.is_some_and(|owner| !owner.checked.is_empty() && !owner.unchecked.contains(&path)) {
                into.push(path);
            }
        }
    }
    Ok(())
}

/// A changed text, and what changed in it: the line of the original, and the item's first line.
struct Edit {
    text: String,
    lines: Vec<(usize, String)>,
}

fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_end_matches(['{', ' ']).to_owned()
}

/// Puts the attribute above each item that is to be checked, below its doc comments.
fn with_attributes(text: &str) -> Option<Edit> {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut edit = Edit { text: String::with_capacity(text.len() * 2), lines: Vec::new() };
    let mut copied = 0;
    for target in insert::targets(text)? {
        let place = target.undocumented;
        let start = text[..place].rfind('\n').map_or(0, |newline| newline + 1);
        let indentation = &text[start..place];
        edit.text.push_str(&text[copied..place]);
        edit.text.push_str(ATTRIBUTE);
        if indentation.chars().all(|character| character == ' ' || character == '\t') {
            edit.text.push_str(newline);
            edit.text.push_str(indentation);
        } else {
            // The item shares its line with something else.
            edit.text.push(' ');
        }
        copied = place;
        edit.lines.push((line_of(text, place), first_line(&text[place..])));
    }
    edit.text.push_str(&text[copied..]);
    Some(edit)
}

/// Takes out what `with_attributes` puts in.
fn without_attributes(text: &str) -> Option<Edit> {
    let mut edit = Edit { text: String::with_capacity(text.len()), lines: Vec::new() };
    if !text.contains(ATTRIBUTE) {
        return Some(edit);
    }
    insert::targets(text)?;
    let skipped = insert::skip_preamble(text);
    let mut places = Vec::new();
    find_attributes(text[skipped..].parse().ok()?, &mut places);
    let mut copied = 0;
    for place in places.into_iter().map(|place| place + skipped) {
        if !text[place..].starts_with(ATTRIBUTE) {
            continue;
        }
        let start = text[..place].rfind('\n').map_or(0, |newline| newline + 1);
        let indentation = &text[start..place];
        let end = place + ATTRIBUTE.len();
        let rest = &text[end..];
        edit.text.push_str(&text[copied..place]);
        let rest_of_line = if rest.starts_with("\r\n") { Some(2) } else { rest.starts_with('\n').then_some(1) };
        copied = match rest_of_line {
            // The next line has the same indentation.
            Some(newline) if rest[newline..].starts_with(indentation) => end + newline + indentation.len(),
            Some(newline) => end + newline,
            None => end + usize::from(rest.starts_with(' ')),
        };
        edit.lines.push((line_of(text, place), first_line(&text[copied..])));
    }
    edit.text.push_str(&text[copied..]);
    Some(edit)
}

/// Collects where `#` is followed by the attribute's brackets, so that strings and comments are left alone.
fn find_attributes(tokens: TokenStream, into: &mut Vec<usize>) {
    let mut previous = None;
    for token in tokens {
        if let TokenTree::Group(group) = &token {
            match previous {
                Some(TokenTree::Punct(punct)) if group.delimiter() == Delimiter::Bracket && is_path(group.stream()) => {
                    into.push(TokenTree::Punct(punct).span().byte_range().start);
                }
                _ => find_attributes(group.stream(), into),
            }
        }
        previous = Some(token);
    }
}

fn is_path(tokens: TokenStream) -> bool {
    tokens.to_string().replace(' ', "") == "checked_async::checked_async"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attribute_goes_in_and_out_again() {
        for text in [
            "async fn f() {}\n",
            "/// Doc.\n/// More.\n#[inline]\npub async fn f() {}\n",
            "mod m {\n    use a;\n\n    /// Doc.\n    impl T for S {\n        async fn f() {}\n    }\n}\n",
            "mod m { async fn f() {} }",
            "use a;\r\n\r\n\tasync fn f() {}\r\n",
            "\u{feff}async fn f() {}",
            "const A: &str = \"#[checked_async::checked_async]\";\nasync fn f() {}\n",
        ] {
            let added = with_attributes(text).unwrap();
            assert_eq!(added.lines.len(), 1, "{text}");
            assert_eq!(with_attributes(&added.text).unwrap().lines.len(), 0, "twice is as once: {text}");
            let removed = without_attributes(&added.text).unwrap();
            assert_eq!(removed.text, text);
        }
    }

    #[test]
    fn the_attribute_is_below_the_documentation() {
        let text = "mod m {\n    /// Doc.\n    #[inline]\n    pub async fn f() {}\n}\n";
        let expected =
            "mod m {\n    /// Doc.\n    #[checked_async::checked_async]\n    #[inline]\n    pub async fn f() {}\n}\n";
        assert_eq!(with_attributes(text).unwrap().text, expected);
    }
}
