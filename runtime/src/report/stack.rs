//! A call stack as text: its frames, and what their names and places tell.
//!
//! A name comes from one of three sources, which differ in form:
//!
//! | source | function | async block's drop |
//! |---|---|---|
//! | the symbol | `app::f::{{closure}}` | `core::ptr::drop_in_place<app::f::{{closure}}>` |
//! | full debug information | the same | the same |
//! | line tables, where something is inlined into the function or it is inlined | `{async_fn#0}` | `drop_in_place<app::f::{async_fn_env#0}>` |
//!
//! The last says no more than the function's own name, without a path, and with its type arguments; those have theirs.

use std::borrow::Cow;
use std::path::Path;

use super::{Culprit, Place};

/// Where dependencies have their sources, as cargo keeps them or `cargo vendor` puts them.
const DEPENDENCIES: &[&str] = &["/registry/src/", "/git/checkouts/", "/vendor/"];

/// Where std has its sources, as the compiler was built and as `rust-src` puts them, and those of what it consists of.
const STD: &[&str] = &["/rustc/", "/rustlib/src/rust/library/", "/rust/deps/"];

/// How the names of functions begin that ask something of a type.
const TYPE_QUESTIONS: &[&str] = &["are", "assert", "is", "must", "needs", "require", "requires"];

/// What such a function asks.
const TYPE_PROPERTIES: &[&str] = &["send", "static", "sync", "unpin"];

/// This file.
const THIS: &str = file!();

/// One line of a backtrace and the place below it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) function: &'a str,
    pub(super) place: Option<&'a str>,
}

/// Splits the text of a backtrace.
pub(super) fn frames(backtrace: &str) -> Vec<Frame<'_>> {
    let mut frames = Vec::<Frame<'_>>::new();
    for line in backtrace.lines().map(str::trim) {
        if let Some(place) = line.strip_prefix("at ") {
            if let Some(frame) = frames.last_mut() {
                frame.place = Some(place);
            }
        } else if !line.is_empty() {
            let function = match line.split_once(": ") {
                Some((number, function)) if number.bytes().all(|byte| byte.is_ascii_digit()) => function,
                _ => line,
            };
            frames.push(Frame { function, place: None });
        }
    }
    frames
}

impl<'a> Frame<'a> {
    /// Whether the name tells where the function is.
    pub(super) fn has_path(&self) -> bool {
        let end = self.function.find(['<', '{']).unwrap_or(self.function.len());
        end == 0 && self.function.starts_with('<') && self.function.contains(">::")
            || self.function[..end].contains("::")
    }

    /// The crate that the function is of, if that can be told; by its file, that is the name of the package.
    pub(super) fn krate(&self) -> Option<Cow<'a, str>> {
        if self.has_path() { Some(crate_of(self.function).into()) } else { Some(package_of(self.place?).into()) }
    }

    /// Whether it is not of Rust.
    pub(super) fn is_foreign(&self) -> bool {
        let plain = !self.function.contains(['<', '{', ':']);
        plain && self.file().is_none_or(|file| !file.ends_with(".rs"))
    }

    /// Whether it is of std, by its file.
    pub(super) fn is_of_std(&self) -> bool {
        self.file().is_some_and(|file| {
            let file = slashed(file);
            STD.iter().any(|part| file.contains(part))
        })
    }

    /// Whether it is of this crate.
    pub(super) fn is_own(&self) -> bool {
        if self.has_path() {
            return crate_of(self.function) == "checked_async";
        }
        let Some(file) = self.file() else { return false };
        let root =
            slashed(THIS.strip_suffix("report/stack.rs").or(THIS.strip_suffix("report\\stack.rs")).unwrap_or(THIS));
        format!("/{}", slashed(&absolute(file))).contains(&format!("/{root}"))
    }

    /// Whether it is the destructor of a thread-local, or around it.
    pub(super) fn is_thread_exit(&self) -> bool {
        if self.has_path() {
            crate_of(self.function) == "std" && self.function.contains("::thread_local::")
        } else {
            self.is_of_std() && self.place.is_some_and(|place| slashed(place).contains("/sys/thread_local/"))
        }
    }

    /// Whether it is the function that is inlined wherever anything is.
    pub(super) fn is_told(&self) -> bool {
        self.name() == "told" && self.is_own()
    }

    /// Whether it is the poll of a checked future.
    pub(super) fn is_poll_of_checked(&self) -> bool {
        let named = self.function.contains("checked_async::raw::Checked<") && self.function.ends_with("::poll");
        named || !self.has_path() && self.name() == "poll" && self.is_own()
    }

    /// Whether it is there to ask something of its argument's type, by its name: as `fn is_send(_: impl Send) {}`, it has
    /// nothing to poll.
    pub(super) fn asks_of_a_type(&self) -> bool {
        let mut words = self.name().split('_');
        let asks = words.next().is_some_and(|word| TYPE_QUESTIONS.contains(&word));
        asks && words.any(|word| TYPE_PROPERTIES.contains(&word))
    }

    /// The type whose drop it is.
    pub(super) fn dropped_type(&self) -> Option<&'a str> {
        let path = self.function.strip_prefix("core::ptr::drop_in_place");
        let own_name = || self.function.strip_prefix("drop_in_place").filter(|_| self.is_of_std());
        let rest = path.or_else(own_name)?;
        let rest = rest.strip_prefix("::").unwrap_or(rest);
        rest.strip_prefix('<')?.strip_suffix('>')
    }

    /// The function's own name.
    fn name(&self) -> &'a str {
        let end = self.function.find('<').filter(|&at| at != 0).unwrap_or(self.function.len());
        let path = self.function[..end].trim_end_matches("::");
        path.rsplit_once("::").map_or(path, |(_, name)| name)
    }

    fn file(&self) -> Option<&'a str> {
        self.place.map(|place| split_place(place).map_or(place, |(file, _, _)| file))
    }
}

/// The function of this frame as a report shows it.
pub(super) fn culprit(frames: &[Frame<'_>], at: usize, created_in: &str) -> Culprit {
    let frame = &frames[at];
    let mut function = frame.function;
    if !frame.has_path() {
        // The body of an async function has its path in the type of what is polled around it.
        let around = || arguments(frames.get(at + 1)?.function).filter(|polled| is_closure(polled));
        let own = || &function[..function.find('<').filter(|&at| at != 0).unwrap_or(function.len())];
        function = if function.starts_with("{async_") { around().unwrap_or(function) } else { own() };
    }
    while let Some((outer, inner)) = function.rsplit_once("::") {
        if !inner.starts_with('{') {
            break;
        }
        function = outer;
    }
    Culprit { function: function.to_owned(), place: frame.place.and_then(|text| place(text, created_in)) }
}

/// The type arguments in a name.
fn arguments(name: &str) -> Option<&str> {
    name.split_once('<')?.1.strip_suffix('>')
}

fn split_place(text: &str) -> Option<(&str, u32, u32)> {
    let (rest, column) = text.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((file, line.parse().ok()?, column.parse().ok()?))
}

/// Parses `file:line:column`.
fn place(text: &str, created_in: &str) -> Option<Place> {
    let (file, line, column) = split_place(text)?;
    let compiled = as_compiled(file, created_in);
    let short = || file.strip_prefix("./").unwrap_or(file).to_owned();
    Some(Place { file: compiled.unwrap_or_else(short).into(), line, column })
}

/// A file by its absolute path. Backtraces name it by that, or by one from the current directory.
fn absolute(file: &str) -> String {
    let short = file.strip_prefix("./").unwrap_or(file);
    std::env::current_dir().map_or_else(|_| short.to_owned(), |here| here.join(short).display().to_string())
}

/// A file as `file!()` names it, if that can be told: the compiler was told another file's path as `created_in`, from the
/// root of the workspace.
fn as_compiled(file: &str, created_in: &str) -> Option<String> {
    let here = std::env::current_dir().ok()?;
    let absolute = here.join(file.strip_prefix("./").unwrap_or(file));
    let mut roots = here.ancestors().chain(absolute.ancestors());
    let root = roots.find(|root| root.join(created_in).is_file())?;
    Some(absolute.strip_prefix(root).ok()?.display().to_string())
}

/// Whether a place is in the workspace of the file `created_in`, or in its package where that is outside of it.
pub(super) fn is_of_project(place: &str, created_in: &str) -> bool {
    let Some((file, _, _)) = split_place(place).filter(|(file, _, _)| file.ends_with(".rs")) else { return false };
    if Path::new(created_in).is_absolute() {
        let (file, created_in) = (absolute(file), slashed(created_in));
        return sources_of(&created_in).is_some_and(|at| slashed(&file).starts_with(&created_in[..=at]));
    }
    as_compiled(file, created_in).is_some()
}

pub(super) fn is_dependency(path: &str) -> bool {
    let path = format!("/{}", slashed(path));
    DEPENDENCIES.iter().any(|part| path.contains(part))
}

/// The name, as a crate's, of the directory in which a file's package is: `a_b` for `…/a-b-1.0.0/src/lib.rs`.
fn package_of(place: &str) -> String {
    let place = slashed(place);
    let Some(sources) = sources_of(&place) else { return String::new() };
    let package = place[..sources].rsplit('/').next().unwrap_or_default();
    let is_version = |(at, _): &(usize, &str)| package[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    let end = package.match_indices('-').find(is_version).map_or(package.len(), |(at, _)| at);
    package[..end].replace('-', "_")
}

/// Where in a path the package's directory ends.
fn sources_of(path: &str) -> Option<usize> {
    ["/src/", "/tests/", "/examples/", "/benches/"].iter().find_map(|part| path.rfind(part))
}

fn slashed(path: &str) -> Cow<'_, str> {
    if path.contains('\\') { path.replace('\\', "/").into() } else { path.into() }
}

/// Whether a type is that of a closure or of an async block.
pub(super) fn is_closure(name: &str) -> bool {
    without_arguments(name).ends_with('}')
}

/// A type without its own type arguments at its end.
fn without_arguments(name: &str) -> &str {
    if !name.ends_with('>') {
        return name;
    }
    let mut open = 0;
    let bytes = name.as_bytes();
    let begin = (0..bytes.len()).rev().find(|&at| {
        match bytes[at] {
            b'>' if at == 0 || bytes[at - 1] != b'-' => open += 1,
            b'<' => open -= 1,
            _ => {}
        }
        open == 0
    });
    name[..begin.unwrap_or(name.len())].trim_end_matches("::")
}

pub(super) fn is_tuple(name: &str) -> bool {
    name.starts_with('(') || name.starts_with("tuple$<")
}

/// The crate that a function or type belongs to, by its name. For `<A as B>::c` it is that of `A`, or if that is a type
/// parameter, that of `B`.
pub(super) fn crate_of(name: &str) -> &str {
    let mut name = name;
    loop {
        let rest = name.trim_start_matches(['<', '&', '*', '[', '(', ' ']);
        let rest = ["mut ", "const ", "dyn "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
        if rest.len() == name.len() {
            break;
        }
        name = rest;
    }
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    let (first, rest) = name.split_at(end);
    match rest.strip_prefix(" as ") {
        Some(of_trait) => crate_of(of_trait),
        None => first,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_crate() {
        for (name, expected) in [
            ("app::main", "app"),
            ("<app::S as tower::Service<R>>::call", "app"),
            ("<T as tower::Service<R>>::call", "tower"),
            ("<&mut app::S>::f", "app"),
            ("&'a app", ""),
            ("dyn core::future::future::Future", "core"),
            ("main", "main"),
        ] {
            assert_eq!(crate_of(name), expected, "{name}");
        }
    }

    #[test]
    fn names_without_a_path_are_told_from_others() {
        let has_path = |function| Frame { function, place: None }.has_path();
        for name in ["app::f", "app::f::<u32>", "app::f::{{closure}}", "<A as app::B>::c", "app::<impl A for B>::c"] {
            assert!(has_path(name), "{name}");
        }
        for name in ["f", "main", "f<app::S>", "{async_fn#0}", "{closure#0}<app::S>", "<unknown>"] {
            assert!(!has_path(name), "{name}");
        }
    }

    #[test]
    fn names_tell_what_asks_of_a_type() {
        let asks = |function| Frame { function, place: None }.asks_of_a_type();
        for name in
            ["app::is_send", "app::t::assert_send_sync::<app::f::{{closure}}>", "must_be_static<app::S>", "needs_unpin"]
        {
            assert!(asks(name), "{name}");
        }
        for name in
            ["app::send", "app::is_sent", "app::is_ready", "app::resend", "app::is_send::{{closure}}", "app::assert"]
        {
            assert!(!asks(name), "{name}");
        }
    }

    #[test]
    fn directories_tell_the_crate() {
        for (place, expected) in [
            ("/home/me/.cargo/registry/src/mirror-0123/race-it-1.0.0/src/lib.rs:1:2", "race_it"),
            ("C:\\cargo\\registry\\src\\mirror-0123\\h2-0.4.1\\src\\a\\b.rs:1:2", "h2"),
            ("./vendor/tokio/src/runtime/tests/mod.rs:1:2", "tokio"),
            ("app/tests/it.rs:1:2", "app"),
            ("src/main.rs:1:2", ""),
            ("main.rs:1:2", ""),
        ] {
            assert_eq!(package_of(place), expected, "{place}");
        }
    }

    #[test]
    fn closures_may_have_type_arguments() {
        for name in [
            "app::f::{{closure}}",
            "app::f::{async_fn_env#0}<app::g::{closure_env#0}<fn() -> u8>>",
            "a::{closure#0}::<T>",
        ] {
            assert!(is_closure(name), "{name}");
        }
        for name in
            ["app::S", "app::S<app::f::{{closure}}>", "checked_async::raw::Checked<app::f::{async_fn_env#0}<u8>>"]
        {
            assert!(!is_closure(name), "{name}");
        }
    }

    #[test]
    fn other_places_are_not_the_project_s() {
        let elsewhere = "/somewhere/else/app/src/lib.rs";
        assert!(is_of_project("/somewhere/else/app/src/a/b.rs:1:2", elsewhere));
        assert!(!is_of_project("/somewhere/else/app2/src/lib.rs:1:2", elsewhere));
        // Tests run in the directory of their package.
        assert!(is_of_project("./src/lib.rs:1:2", THIS));
        assert!(!is_of_project("/somewhere/else/src/lib.rs:1:2", THIS));
    }

    #[test]
    fn this_crate_is_known_by_its_files() {
        let own = |function, place| Frame { function, place: Some(place) }.is_own();
        assert!(own("poll<app::f::{async_block_env#0}>", "./src/future.rs:1:2"));
        assert!(!own("poll<app::f::{async_block_env#0}>", "/somewhere/else/src/future.rs:1:2"));
        assert!(own("checked_async::future::poll", "/somewhere/else/src/future.rs:1:2"));
    }
}
