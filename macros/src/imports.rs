//! What a path means, as far as `use` declarations tell.
//!
//! Those of the function are in its tokens, those of the file in its text (`source.rs`). They are no proof, since a
//! declaration may stand in another module of the file, or be compiled under another condition: what is found only decides
//! what the compiler is asked.

use crate::source::InText;
use std::collections::{HashMap, HashSet};
use syn::Path;

/// The names that `use` declarations bring in, and those of the file's own functions and modules, each with all paths that
/// it may stand for.
#[derive(Default)]
pub(crate) struct Imports {
    by_name: HashMap<String, Vec<Vec<String>>>,
    /// The functions and variables of this crate's own: they mean themselves where nothing follows their name.
    own: HashSet<String>,
    /// Are there modules in the file, whose parent it is?
    has_modules: bool,
}

impl InText for Imports {
    /// Reads every line that begins with `use`, up to the semicolon.
    fn in_text(text: &str) -> Self {
        let mut imports = Self::default();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some(line) = without_visibility(line) else { continue };
            match defined(line) {
                Some((name, Defined::Module)) => imports.define_module(name),
                Some((name, Defined::Function)) => imports.define(name.to_owned()),
                None => {}
            }
            imports.has_modules |= line.starts_with("mod ") && line.contains('{');
            let Some(start) = line.strip_prefix("use ") else { continue };
            let mut tree = without_comment(start).to_owned();
            while !tree.contains(';')
                && let Some(line) = lines.next()
            {
                tree.push_str(without_comment(line));
                tree.push(' ');
            }
            imports.add(&tree);
        }
        imports
    }
}

impl Imports {
    /// Adds what one declaration, without its `use`, brings in.
    pub(crate) fn add(&mut self, tree: &str) {
        Tree { rest: tree, imports: self }.read(&[]);
    }

    /// Adds the name of a function or variable of this crate's own.
    pub(crate) fn define(&mut self, name: String) {
        self.own.insert(name);
    }

    fn define_module(&mut self, name: &str) {
        self.by_name.entry(name.to_owned()).or_default().push(vec!["self".to_owned(), name.to_owned()]);
    }

    /// Does the name stand for anything?
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// The paths that a name may stand for.
    fn named(&self, name: &str) -> &[Vec<String>] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }
}

/// What begins in a line.
enum Defined {
    Function,
    Module,
}

/// The name of the function or module that begins in a line: in this file it may mean that one.
fn defined(mut line: &str) -> Option<(&str, Defined)> {
    for modifier in ["const ", "async ", "unsafe "] {
        line = line.strip_prefix(modifier).unwrap_or(line);
    }
    let (rest, defined) = match line.strip_prefix("fn ") {
        Some(rest) => (rest, Defined::Function),
        None => (line.strip_prefix("mod ")?, Defined::Module),
    };
    // A method is not called by its bare name.
    if ["(&self", "(&mut self", "(self", "(mut self", "(&'"].iter().any(|receiver| rest.contains(receiver)) {
        return None;
    }
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    Some((&rest[..end], defined))
}

fn without_visibility(line: &str) -> Option<&str> {
    // Every line of a file comes by here, most of them for nothing.
    let line = line.trim_ascii_start();
    if !matches!(line.as_bytes().first(), Some(b'a' | b'c' | b'f' | b'm' | b'p' | b'u')) {
        return None;
    }
    match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => Some(rest.split_once(')')?.1.trim_start()),
        Some(rest) => Some(rest.trim_start()),
        None => Some(line),
    }
}

fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Reads `a::{b, c as d, e::*}`.
struct Tree<'a> {
    rest: &'a str,
    imports: &'a mut Imports,
}

impl Tree<'_> {
    fn read(&mut self, prefix: &[String]) {
        let mut path = prefix.to_vec();
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == ':');
            if let Some(rest) = self.rest.strip_prefix('{') {
                self.rest = rest;
                loop {
                    self.read(&path);
                    self.rest = self.rest.trim_start();
                    match self.rest.strip_prefix(',') {
                        Some(rest) => self.rest = rest,
                        None => break,
                    }
                }
                self.rest = self.rest.strip_prefix('}').unwrap_or_default();
                return;
            }
            match self.word() {
                Some("as") => {
                    if let Some(name) = self.word().map(str::to_owned) {
                        self.bring_in(name, path);
                    }
                    return;
                }
                Some(word) => path.push(word.trim_start_matches("r#").to_owned()),
                None => {
                    let name = match path.last() {
                        // `use a::b::{self}`
                        Some(last) if last == "self" && path.len() > 1 => {
                            path.pop();
                            path.last().cloned()
                        }
                        last if path.len() > prefix.len() => last.cloned(),
                        _ => None,
                    };
                    // A glob brings in names that only the compiler knows.
                    match self.rest.trim_start().strip_prefix('*') {
                        Some(rest) => self.rest = rest,
                        None => {
                            if let Some(name) = name {
                                self.bring_in(name, path);
                            }
                        }
                    }
                    return;
                }
            }
        }
    }

    fn word(&mut self) -> Option<&str> {
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '#').unwrap_or(rest.len());
        let (word, rest) = rest.split_at(end);
        self.rest = rest;
        (!word.is_empty()).then_some(word)
    }

    fn bring_in(&mut self, name: String, path: Vec<String>) {
        self.imports.by_name.entry(name).or_default().push(path);
    }
}

/// A path's segments as written, and the full paths that they may stand for.
pub(crate) struct Meaning {
    written: Vec<String>,
    imported: Vec<Vec<String>>,
}

impl Meaning {
    /// What a path means among these imports; those of the function itself come first.
    pub(crate) fn of(path: &Path, local: &Imports, file: &Imports) -> Self {
        let written: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let imported = if path.leading_colon.is_some() { Vec::new() } else { imported(&written, local, file) };
        Self { written, imported }
    }

    /// May it mean this function or type of another crate? What is imported must match from the crate's name on; what is not
    /// may come from a glob or a parent, and must match with its module at least.
    pub(crate) fn may_be(&self, path: &str) -> bool {
        if !self.has_a_name_of(path) {
            return false;
        }
        let wanted: Vec<&str> = path.split("::").collect();
        if self.imported.is_empty() {
            self.written.len() >= 2 && ends_with(&wanted, &self.written)
        } else {
            // The types tell the functions of other crates apart; one of this crate may be of the same type.
            self.imported.iter().any(|imported| *imported == wanted)
                && !self.imported.iter().any(|imported| is_relative(&imported[0]))
        }
    }

    /// Is it this function or type of another crate, by its full path or by what is imported?
    pub(crate) fn is(&self, path: &str) -> bool {
        if !self.has_a_name_of(path) {
            return false;
        }
        let wanted: Vec<&str> = path.split("::").collect();
        if self.imported.is_empty() {
            self.written == wanted
        } else {
            self.imported.iter().all(|imported| *imported == wanted)
        }
    }

    /// May it be named like what a path leads to? Most are not, and this costs less than to take the path apart.
    fn has_a_name_of(&self, path: &str) -> bool {
        self.names().any(|name| path.ends_with(name))
    }

    /// Does it belong to this module of another crate, by its full path or by what is imported?
    pub(crate) fn is_in(&self, module: &str) -> bool {
        let mut crates = self.paths().iter().filter_map(|path| path.first());
        if !crates.any(|first| module.starts_with(first.as_str())) {
            return false;
        }
        let wanted: Vec<&str> = module.split("::").collect();
        let within = |path: &[String]| path.len() > wanted.len() && path.iter().zip(&wanted).all(|(a, b)| a == b);
        if self.imported.is_empty() { within(&self.written) } else { self.imported.iter().all(|path| within(path)) }
    }

    /// Does it belong to this module of another crate, or is it unknown where it comes from?
    pub(crate) fn is_unknown_or_in(&self, module: &str) -> bool {
        (self.imported.is_empty() && self.written.len() == 1) || self.is_in(module)
    }

    /// May it mean what a project's settings name, perhaps without the first modules?
    pub(crate) fn may_be_listed_as(&self, path: &str) -> bool {
        let wanted: Vec<&str> = path.split("::").collect();
        self.paths().iter().any(|path| {
            let relative = path.iter().take_while(|segment| is_relative(segment)).count();
            let path = &path[relative..];
            let wanted = match wanted.first() {
                Some(first) if is_relative(first) => &wanted[1..],
                _ => &wanted[..],
            };
            let whole = path.len() >= 2 || wanted.len() == 1 || relative > 0;
            !path.is_empty() && whole && (ends_with(wanted, path) || ends_with(path, wanted))
        })
    }

    /// May it be defined in this crate?
    pub(crate) fn is_own(&self) -> bool {
        self.paths().iter().any(|path| path.first().is_some_and(|first| is_relative(first)))
    }

    /// The names that it may have where it is defined: the last segments.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.paths().iter().filter_map(|path| path.last()).map(String::as_str)
    }

    /// The paths that it may stand for: as it is written, if nothing is imported under that name.
    fn paths(&self) -> &[Vec<String>] {
        if self.imported.is_empty() { std::slice::from_ref(&self.written) } else { &self.imported }
    }

    /// The segments as they are written.
    pub(crate) fn written(&self) -> &[String] {
        &self.written
    }
}

/// The full paths that a path may stand for, by its first name.
fn imported(written: &[String], local: &Imports, file: &Imports) -> Vec<Vec<String>> {
    // In a module that stands in the file, `super::name` may be what the file brings in further up.
    let above = file.has_modules && written[0] == "super";
    let relative = if above { written.iter().take_while(|segment| *segment == "super").count() } else { 0 };
    let Some((first, rest)) = written[relative..].split_first() else { return Vec::new() };
    let own = || vec!["self".to_owned(), first.clone()];
    if rest.is_empty() && local.own.contains(first) {
        return vec![own()];
    }
    let candidates = [local.named(first), file.named(first)];
    let candidates = candidates.into_iter().find(|candidates| !candidates.is_empty()).unwrap_or_default();
    let mut paths: Vec<Vec<String>> = candidates.iter().map(|start| [start.as_slice(), rest].concat()).collect();
    if rest.is_empty() && file.own.contains(first) {
        paths.push(own());
    }
    if relative == 0 {
        let by_way_of_parent = paths.iter().filter(|path| path[0] == "super" && path.len() > 1);
        let mut further: Vec<_> =
            by_way_of_parent.flat_map(|path| self::imported(path, &Imports::default(), file)).collect();
        further.retain(|path| !is_relative(&path[0]));
        if !further.is_empty() {
            paths.retain(|path| !is_relative(&path[0]));
            paths.append(&mut further);
        }
    }
    paths
}

fn is_relative(segment: &str) -> bool {
    matches!(segment, "crate" | "self" | "super")
}

fn ends_with<A: AsRef<str>, B: AsRef<str>>(path: &[A], end: &[B]) -> bool {
    path.len() >= end.len() && path[path.len() - end.len()..].iter().zip(end).all(|(a, b)| a.as_ref() == b.as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
        use std::thread;
        use std::thread::sleep as pause; // not tokio's
        pub(crate) use std::{fs::{self, File}, io::*,
            net::TcpStream};
        use crate::legacy::fetch;
        fn f() { useful() }
        pub(super) async fn timeout() {}
        mod task { pub fn spawn() {} }
        mod inner {
            use super::{pause as nap, thread};
            use super::helper;
        }
    ";

    fn meaning(path: &str) -> Meaning {
        Meaning::of(&syn::parse_str(path).unwrap(), &Imports::default(), &Imports::in_text(TEXT))
    }

    #[test]
    fn what_is_imported_is_known() {
        assert!(meaning("thread::sleep").is("std::thread::sleep"));
        assert!(meaning("pause").is("std::thread::sleep"));
        assert!(meaning("fs::read").is("std::fs::read"));
        assert!(meaning("File::open").is("std::fs::File::open"));
        assert!(meaning("TcpStream::connect").is("std::net::TcpStream::connect"));
        assert!(meaning("fs::read").is_in("std::fs"));
        assert!(!meaning("read").is("std::fs::read"));
        assert!(!meaning("useful").may_be("std::useful"));
    }

    #[test]
    fn what_is_not_may_be_meant() {
        assert!(meaning("process::exit").may_be("std::process::exit"));
        assert!(meaning("std::process::exit").is("std::process::exit"));
        assert!(!meaning("exit").may_be("std::process::exit"));
        assert!(!meaning("other::thread::sleep").may_be("std::thread::sleep"));
    }

    #[test]
    fn what_the_file_defines_is_its_own() {
        assert!(!meaning("task::spawn").may_be("tokio::task::spawn"));
        assert!(!meaning("timeout").is("tokio::time::timeout"));
        assert!(meaning("timeout").is("self::timeout"));
    }

    #[test]
    fn what_a_parent_imports_is_known() {
        assert!(meaning("super::pause").is("std::thread::sleep"));
        assert!(meaning("nap").is("std::thread::sleep"));
        assert!(meaning("thread::sleep").is("std::thread::sleep"));
        assert!(meaning("helper").is("super::helper"));
        assert!(!meaning("nap").is_own() && meaning("helper").is_own());
    }

    #[test]
    fn settings_name_what_the_project_defines() {
        assert!(meaning("fetch").may_be_listed_as("legacy::fetch"));
        assert!(meaning("fetch").may_be_listed_as("crate::legacy::fetch"));
        assert!(meaning("crate::legacy::fetch").may_be_listed_as("legacy::fetch"));
        assert!(meaning("super::fetch_all").may_be_listed_as("legacy::fetch_all"));
        assert!(!meaning("fetch_all").may_be_listed_as("legacy::fetch_all"));
        assert!(!meaning("other::fetch").may_be_listed_as("legacy::fetch"));
    }

    #[test]
    fn what_the_function_imports_comes_first() {
        let mut local = Imports::default();
        local.add("tokio::time::sleep as pause ;");
        let path = syn::parse_str("pause").unwrap();
        assert!(Meaning::of(&path, &local, &Imports::in_text(TEXT)).is("tokio::time::sleep"));
    }
}
