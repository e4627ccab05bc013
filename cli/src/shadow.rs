//! The shadow tree: a mirror of the workspace in the target directory, in which the sources carry the attribute.
//!
//! - Folders are real, the members' `.rs` files are copies with the attribute inserted, and everything else is a
//!   symbolic link, so `include_str!`, `#[path]` and their like find what they name.
//! - A file lies at `<shadow>/<its absolute path>`, so members outside the root folder and `../..` work as well.
//! - A copy is written only when its text changes: its time of modification is what cargo's freshness goes by.
//! - `state.json` remembers for each copy what it was made from, and where the attribute is in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::error::{Result, Trouble};
use crate::insert;
use crate::workspace::{Member, Workspace};

/// What is in the shadow tree, by the real path.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct State {
    /// Changes with the code that writes the tree, so that a newer command looks at every file again.
    version: String,
    pub(crate) files: BTreeMap<PathBuf, Copy>,
    links: BTreeSet<PathBuf>,
}

/// A source file's copy.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Copy {
    modified: u128,
    size: u64,
    /// The attribute's text.
    attribute: String,
    /// Where the attribute was inserted, in bytes of the original.
    pub(crate) places: Vec<usize>,
    /// Whether the file has been understood.
    parsed: bool,
    /// What it names, perhaps, with a path that begins with `../`.
    climbs: BTreeSet<PathBuf>,
}

impl Copy {
    /// How many bytes were inserted at each place: the attribute and a space.
    pub(crate) fn inserted(&self) -> usize {
        self.attribute.len() + 1
    }
}

/// The shadow tree of a workspace, up to date.
pub(crate) struct Shadow {
    pub(crate) root: PathBuf,
    pub(crate) state_file: PathBuf,
    /// The files in which nothing is checked because they could not be parsed.
    pub(crate) unparsed: Vec<PathBuf>,
}

impl Shadow {
    /// Brings the shadow tree up to date.
    pub(crate) fn update(workspace: &Workspace) -> Result<Shadow> {
        let own = workspace.own_directory();
        let root = own.join("shadow");
        fs::create_dir_all(&root).map_err(|error| Trouble::writing(&root, &error))?;
        let _lock = lock(&own.join("shadow.lock"))?;
        let state_file = root.join("state.json");
        let old: State = fs::read(&state_file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .filter(|state: &State| state.version == version())
            .unwrap_or_default();

        let mut update = Update {
            root: root.clone(),
            skipped: workspace.target_directory.clone(),
            member_roots: workspace.members.iter().map(|member| member.root.clone()).collect(),
            members: &workspace.members,
            old,
            new: State { version: version(), ..State::default() },
            changed: false,
        };
        update.directory(&workspace.root, None)?;
        for member in &workspace.members {
            if !member.root.starts_with(&workspace.root) {
                update.directory(&member.root, None)?;
            }
        }
        update.outside(&workspace.root)?;
        update.remove_stale()?;
        let Update { new, changed, .. } = update;
        if changed {
            let text = serde_json::to_vec(&new).expect("paths and numbers can be written as JSON");
            write_atomically(&state_file, &text)?;
        }
        let unparsed = new.files.iter().filter(|(_, copy)| !copy.parsed).map(|(path, _)| path.clone()).collect();
        Ok(Shadow { root, state_file, unparsed })
    }

    /// Where the copy of a real file lies.
    pub(crate) fn path(&self, real: &Path) -> PathBuf {
        below(&self.root, real)
    }
}

fn version() -> String {
    format!("{} 2", env!("CARGO_PKG_VERSION"))
}

/// `<root>/<absolute path>`, without a drive's colon.
pub(crate) fn below(root: &Path, real: &Path) -> PathBuf {
    let mut path = root.to_owned();
    for component in real.components() {
        match component {
            Component::Normal(name) => path.push(name),
            Component::Prefix(prefix) => {
                path.push(prefix.as_os_str().to_string_lossy().replace([':', '\\', '/', '?'], ""));
            }
            _ => {}
        }
    }
    path
}

struct Update<'a> {
    root: PathBuf,
    skipped: PathBuf,
    member_roots: BTreeSet<PathBuf>,
    members: &'a [Member],
    old: State,
    new: State,
    changed: bool,
}

impl Update<'_> {
    /// Mirrors a folder; `member` is the package it belongs to.
    fn directory(&mut self, real: &Path, member: Option<&Member>) -> Result<()> {
        let members = self.members;
        let member = members.iter().find(|candidate| candidate.root == real).or(member);
        let mut entries = Vec::new();
        for entry in fs::read_dir(real).map_err(|error| Trouble::reading(real, &error))? {
            entries.push(entry.map_err(|error| Trouble::reading(real, &error))?);
        }
        for entry in entries {
            let path = entry.path();
            let name = entry.file_name();
            if path == self.skipped || name == ".git" {
                continue;
            }
            let kind = entry.file_type().map_err(|error| Trouble::reading(&path, &error))?;
            let is_source = path.extension().is_some_and(|extension| extension == "rs");
            if (is_source || kind.is_dir() || kind.is_symlink()) && !name.as_encoded_bytes().starts_with(b".") {
                // What is gone by now, or is a broken link, is linked as it is.
                if let Ok(metadata) = fs::metadata(&path) {
                    if metadata.is_dir() && self.is_mirrored(real, &path, kind.is_symlink()) {
                        self.directory(&path, member)?;
                        continue;
                    }
                    if metadata.is_file() && is_source && self.source(&path, &metadata, member)? {
                        continue;
                    }
                }
            }
            self.link(&path)?;
        }
        Ok(())
    }

    /// Whether to go into a folder, or only to link it.
    fn is_mirrored(&self, parent: &Path, path: &Path, is_link: bool) -> bool {
        if path.file_name().is_some_and(|name| name == "node_modules") || path.join("CACHEDIR.TAG").exists() {
            return false;
        }
        if is_link && fs::canonicalize(path).is_ok_and(|target| parent.starts_with(target)) {
            return false;
        }
        !path.join("Cargo.toml").exists() || self.member_roots.iter().any(|root| root.starts_with(path))
    }

    /// Copies a source file with the attribute in it; `false` if it is none to be changed.
    fn source(&mut self, real: &Path, metadata: &Metadata, member: Option<&Member>) -> Result<bool> {
        let Some(member) = member.filter(|member| !member.checked.is_empty()) else {
            return Ok(false);
        };
        if member.unchecked.iter().any(|path| path == real) {
            return Ok(false);
        }
        let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let modified = modified.map_or(0, |since| since.as_nanos());
        let shadow = below(&self.root, real);
        if let Some(old) = self.old.files.get(real)
            && old.modified == modified
            && old.size == metadata.len()
            && old.attribute == member.attribute
            && fs::symlink_metadata(&shadow).is_ok_and(|metadata| metadata.is_file())
        {
            self.new.files.insert(real.to_owned(), old.clone());
            return Ok(true);
        }
        // What is not UTF-8 is rustc's to complain about.
        let Ok(text) = fs::read_to_string(real) else {
            return Ok(false);
        };
        let targets = insert::targets(&text);
        let parsed = targets.is_some();
        let annotated = insert::annotate(&text, &targets.unwrap_or_default(), &member.attribute);
        if !fs::read(&shadow).is_ok_and(|old| old == annotated.text.as_bytes())
            || fs::symlink_metadata(&shadow).is_ok_and(|metadata| metadata.is_symlink())
        {
            self.make_room(&shadow)?;
            write_atomically(&shadow, annotated.text.as_bytes())?;
        }
        self.changed = true;
        let copy = Copy {
            modified,
            size: metadata.len(),
            attribute: member.attribute.clone(),
            places: annotated.places,
            parsed,
            climbs: climbs(real, &text),
        };
        self.new.files.insert(real.to_owned(), copy);
        Ok(true)
    }

    fn link(&mut self, real: &Path) -> Result<()> {
        let is_new = self.new.links.insert(real.to_owned());
        if !is_new || self.old.links.contains(real) {
            return Ok(());
        }
        self.changed = true;
        let shadow = below(&self.root, real);
        if fs::read_link(&shadow).is_ok_and(|target| target == real) {
            return Ok(());
        }
        self.make_room(&shadow)?;
        symlink(real, &shadow).map_err(|error| Trouble::writing(&shadow, &error))
    }

    /// Links what the sources name outside of the workspace, as in `include_str!("../../README.md")`.
    fn outside(&mut self, root: &Path) -> Result<()> {
        let named: BTreeSet<PathBuf> = self.new.files.values().flat_map(|copy| copy.climbs.clone()).collect();
        let inside =
            |path: &Path| path.starts_with(root) || self.member_roots.iter().any(|member| path.starts_with(member));
        let above =
            |path: &Path| root.starts_with(path) || self.member_roots.iter().any(|member| member.starts_with(path));
        let mut links = BTreeSet::new();
        for path in named.into_iter().filter(|path| !inside(path) && !above(path) && path.exists()) {
            // A module brings those beside it.
            let folder = path.parent().filter(|folder| !above(folder));
            links.insert(folder.map_or(path.clone(), Path::to_owned));
        }
        for path in &links {
            if !path.ancestors().skip(1).any(|folder| links.contains(folder)) {
                self.link(path)?;
            }
        }
        Ok(())
    }

    /// Makes the parents of a path, and removes what is in its place.
    fn make_room(&self, shadow: &Path) -> Result<()> {
        let parent = shadow.parent().unwrap_or(&self.root);
        // A link of an earlier run may stand where a folder is now needed.
        for ancestor in parent.ancestors().take_while(|ancestor| *ancestor != self.root) {
            if fs::symlink_metadata(ancestor).is_ok_and(|metadata| !metadata.is_dir()) {
                fs::remove_file(ancestor).map_err(|error| Trouble::writing(ancestor, &error))?;
            }
        }
        fs::create_dir_all(parent).map_err(|error| Trouble::writing(parent, &error))?;
        remove(shadow)
    }

    /// Removes the copies and links of what is gone.
    fn remove_stale(&mut self) -> Result<()> {
        let old = self.old.files.keys().filter(|path| !self.new.files.contains_key(*path));
        let old = old.chain(self.old.links.difference(&self.new.links));
        let stale: Vec<&PathBuf> =
            old.filter(|path| !self.new.links.contains(*path) && !self.new.files.contains_key(*path)).collect();
        for path in stale {
            self.changed = true;
            let shadow = below(&self.root, path);
            // Never through a link, which leads to the user's files; and not where a folder has taken the place.
            let parent = shadow.parent().unwrap_or(&self.root);
            if fs::canonicalize(parent).ok()
                == fs::canonicalize(&self.root)
                    .ok()
                    .map(|root| root.join(parent.strip_prefix(&self.root).unwrap_or(Path::new(""))))
                && fs::symlink_metadata(&shadow).is_ok_and(|metadata| !metadata.is_dir())
            {
                remove(&shadow)?;
            }
        }
        Ok(())
    }
}

/// The paths in string literals that begin with `../`.
fn climbs(file: &Path, text: &str) -> BTreeSet<PathBuf> {
    let folder = file.parent().unwrap_or(file);
    let literals = text.match_indices("\"../").filter_map(|(quote, _)| text[quote + 1..].split(['"', '\n']).next());
    literals.map(|literal| normalized(&folder.join(literal))).collect()
}

/// Resolves `.` and `..` by the text alone, as the compiler names its files.
pub(crate) fn normalized(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(normal.pop()),
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    normal
}

/// Removes a file, a link or a folder of the shadow tree, if there is one.
fn remove(path: &Path) -> Result<()> {
    let removed = match fs::symlink_metadata(path) {
        Err(_) => return Ok(()),
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    removed.map_err(|error| Trouble::writing(path, &error))
}

/// Writes a file so that nobody ever sees half of it.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    fs::write(&temporary, bytes).and_then(|()| fs::rename(&temporary, path)).map_err(|error| {
        let _ = fs::remove_file(&temporary);
        Trouble::writing(path, &error)
    })
}

/// Waits until no other run holds the lock; it ends with the value.
pub(crate) fn lock(path: &Path) -> Result<File> {
    let file = File::create(path).map_err(|error| Trouble::writing(path, &error))?;
    match file.lock() {
        // Some network file systems have no locks; cargo goes on without one there, too.
        Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(Trouble::writing(path, &error)),
        _ => Ok(file),
    }
}

#[cfg(unix)]
pub(crate) fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

/// Links need a privilege on Windows: a plain copy does where there is none.
#[cfg(windows)]
pub(crate) fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    use std::os::windows::fs::{symlink_dir, symlink_file};
    if target.is_dir() {
        symlink_dir(target, link)
    } else {
        symlink_file(target, link).or_else(|_| fs::copy(target, link).map(drop))
    }
}
