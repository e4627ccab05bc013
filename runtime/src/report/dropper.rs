//! Finds out from the call stack who is dropping a future: its user by mistake, or a library that may.
//!
//! The stack is read as text, because that is all that stable Rust gives; the parts relied upon are the names of
//! functions, and `core::ptr::drop_in_place<T>` for the drop of a `T`. From the future outwards:
//!
//! | frame | verdict |
//! |---|---|
//! | this crate, std, wrappers that only pass a drop on | look further out |
//! | drop of a type, or a function, of a runtime or combinator library | the library's right |
//! | function of any other dependency, by its path | the library's right |
//! | drop of a tuple that is a local variable | the losers of a `tokio::select!` are dropped like this: its right |
//! | drop of a closure or of an unchecked async block | a cancellation |
//! | drop of any other type | its owner is further out |
//! | destructor of a thread-local | the thread's end |
//! | any other function | the user |
//!
//! Without symbols, or with inlining and no line tables, there is no verdict. That is noticed by the drop of
//! `Checked` itself, which is compiled with the user's options and must be on the stack.

use std::backtrace::{Backtrace, BacktraceStatus};

use super::{Culprit, Place};
use crate::check::slow_poll;

/// The crates whose types and functions may drop futures unpolled: runtimes, combinators, servers. Sorted.
const LIBRARIES: &[&str] = &[
    "actix_rt",
    "actix_server",
    "actix_service",
    "actix_web",
    "async_channel",
    "async_compat",
    "async_executor",
    "async_global_executor",
    "async_io",
    "async_lock",
    "async_std",
    "async_stream",
    "async_task",
    "axum",
    "backon",
    "bb8",
    "blocking",
    "compio",
    "compio_runtime",
    "deadpool",
    "embassy_executor",
    "embassy_futures",
    "embassy_time",
    "futures",
    "futures_buffered",
    "futures_channel",
    "futures_concurrency",
    "futures_executor",
    "futures_lite",
    "futures_micro",
    "futures_time",
    "futures_timer",
    "futures_util",
    "glommio",
    "h2",
    "hyper",
    "hyper_util",
    "maitake",
    "mobc",
    "monoio",
    "moro",
    "pollster",
    "quinn",
    "reqwest",
    "smol",
    "tokio",
    "tokio_stream",
    "tokio_util",
    "tonic",
    "tower",
    "tower_http",
    "unicycle",
    "warp",
    "wasm_bindgen_futures",
];

/// The crates that only pass a drop on: this one, std, containers and wrappers. Sorted.
const PASSING_ON: &[&str] = &[
    "alloc",
    "arrayvec",
    "checked_async",
    "core",
    "either",
    "hashbrown",
    "indexmap",
    "pin_project",
    "pin_project_lite",
    "slab",
    "smallvec",
    "std",
    "tracing",
    "tracing_futures",
];

/// Where cargo keeps the sources of dependencies.
const DEPENDENCIES: &[&str] = &["/registry/src/", "\\registry\\src\\", "/git/checkouts/", "\\git\\checkouts\\"];

/// Who is dropping a future.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Dropper {
    /// The user, in this function if that is known.
    User(Option<Culprit>),
    /// Someone who may.
    Library,
    /// A thread-local whose thread ends.
    ThreadExit,
    /// There is no telling.
    Unknown,
}

impl Dropper {
    /// Finds out who is dropping a future right now that was created at this place.
    pub(crate) fn find(created: &Place) -> Dropper {
        let _looking = slow_poll::Blocking::begin();
        let backtrace = Backtrace::force_capture();
        if backtrace.status() != BacktraceStatus::Captured {
            return Dropper::Unknown;
        }
        judge(&backtrace.to_string(), &created.file)
    }
}

/// The user's function that is polling a future right now that was created at this place.
pub(super) fn find_poller(created: &Place) -> Option<Culprit> {
    let _looking = slow_poll::Blocking::begin();
    let backtrace = Backtrace::force_capture().to_string();
    let mut frames = frames(&backtrace);
    let ours = frames.rfind_ours()?;
    frames.0.drain(..=ours);
    frames.0.iter().find(|frame| owner(frame, &created.file) == Owner::User).map(|frame| frame.culprit(&created.file))
}

/// One line of a backtrace and the place below it.
#[derive(Clone, Copy, Debug)]
struct Frame<'a> {
    function: &'a str,
    place: Option<&'a str>,
}

struct Frames<'a>(Vec<Frame<'a>>);

impl Frames<'_> {
    /// The outermost frame of the uninterrupted run of this crate's frames that has a poll in it.
    fn rfind_ours(&self) -> Option<usize> {
        self.0.iter().position(|frame| {
            frame.function.contains("checked_async::raw::Checked<") && frame.function.ends_with("::poll")
        })
    }
}

/// Splits the text of a backtrace.
fn frames(backtrace: &str) -> Frames<'_> {
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
    Frames(frames)
}

impl Frame<'_> {
    fn culprit(&self, created_in: &str) -> Culprit {
        let mut function = self.function;
        while let Some((outer, inner)) = function.rsplit_once("::") {
            if !inner.starts_with('{') {
                break;
            }
            function = outer;
        }
        Culprit { function: function.to_owned(), place: self.place.and_then(|text| place(text, created_in)) }
    }
}

/// Parses `file:line:column`.
fn place(text: &str, created_in: &str) -> Option<Place> {
    let (rest, column) = text.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some(Place { file: as_compiled(file, created_in).into(), line: line.parse().ok()?, column: column.parse().ok()? })
}

/// A file as `file!()` names it. Backtraces name it by an absolute path, or one from the current directory; the compiler
/// was told another file's path as `created_in`, from the root of the workspace.
fn as_compiled(file: &str, created_in: &str) -> String {
    let short = file.strip_prefix("./").unwrap_or(file);
    let Ok(here) = std::env::current_dir() else {
        return short.to_owned();
    };
    let absolute = here.join(short);
    let mut roots = here.ancestors().chain(absolute.ancestors());
    match roots.find(|root| root.join(created_in).is_file()).and_then(|root| absolute.strip_prefix(root).ok()) {
        Some(path) => path.display().to_string(),
        None => short.to_owned(),
    }
}

/// The verdict on a stack that begins inside this crate; `created_in` is the file in which the future was created.
fn judge(backtrace: &str, created_in: &str) -> Dropper {
    let mut trusted = false;
    // Whether the frame before is the drop of a tuple.
    let mut tuple = false;
    for frame in frames(backtrace).0 {
        if let Some(dropped) = dropped_type(frame.function) {
            trusted |= dropped.contains("checked_async::raw::Checked<");
            if is_closure(dropped) || is_library(crate_of(dropped)) {
                return Dropper::Library;
            }
            tuple = dropped.starts_with('(');
            continue;
        }
        match owner(&frame, created_in) {
            Owner::Nobody => tuple = false,
            Owner::ThreadExit => return Dropper::ThreadExit,
            Owner::Library => return Dropper::Library,
            Owner::User if tuple => return Dropper::Library,
            Owner::User if trusted => return Dropper::User(Some(frame.culprit(created_in))),
            Owner::User => return Dropper::Unknown,
        }
    }
    if trusted { Dropper::User(None) } else { Dropper::Unknown }
}

/// Whose a function is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Owner {
    /// It only passes on what another one does.
    Nobody,
    Library,
    ThreadExit,
    User,
}

fn owner(frame: &Frame<'_>, created_in: &str) -> Owner {
    let name = crate_of(frame.function);
    if name == "std" && frame.function.contains("::thread_local::") {
        return Owner::ThreadExit;
    }
    if !frame.function.contains("::") || PASSING_ON.binary_search(&name).is_ok() {
        return Owner::Nobody;
    }
    // A dependency whose own futures are checked is not a library to itself.
    let elsewhere = |place: &str| is_dependency(place) && !is_dependency(created_in);
    if is_library(name) || frame.place.is_some_and(elsewhere) { Owner::Library } else { Owner::User }
}

fn is_library(name: &str) -> bool {
    LIBRARIES.binary_search(&name).is_ok()
}

fn is_dependency(path: &str) -> bool {
    DEPENDENCIES.iter().any(|part| path.contains(part))
}

/// The type whose drop a function is.
fn dropped_type(function: &str) -> Option<&str> {
    let rest = function.strip_prefix("core::ptr::drop_in_place")?;
    let rest = rest.strip_prefix("::").unwrap_or(rest);
    rest.strip_prefix('<')?.strip_suffix('>')
}

/// Whether a type is that of a closure or of an async block.
fn is_closure(name: &str) -> bool {
    name.ends_with('}')
}

/// The crate that a function or type belongs to, by its name. For `<A as B>::c` it is that of `A`, or if that is a type
/// parameter, that of `B`.
fn crate_of(name: &str) -> &str {
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

    const TOP: &str = "
   0: checked_async::check::never_awaited::dropped
             at /home/me/runtime/src/check/never_awaited.rs:13:27
   1: <checked_async::raw::Checked<F> as core::ops::drop::Drop>::drop
             at /home/me/runtime/src/future.rs:196:17
   2: checked_async::raw::drop_full
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/ptr/mod.rs:805:1
   3: core::ptr::drop_in_place<checked_async::raw::Checked<app::leaf::{{closure}}>>
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/ptr/mod.rs:805:1
";

    fn judged(rest: &str) -> Dropper {
        judge(&format!("{TOP}{rest}"), "src/main.rs")
    }

    fn user(function: &str, line: u32, column: u32) -> Dropper {
        let place = Some(Place { file: "src/main.rs".into(), line, column });
        Dropper::User(Some(Culprit { function: function.into(), place }))
    }

    #[test]
    fn lists_are_sorted() {
        assert!(PASSING_ON.is_sorted());
        assert!(LIBRARIES.is_sorted(), "{:?}", LIBRARIES.windows(2).find(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn the_first_function_of_the_user_is_the_culprit() {
        let stack = "   4: core::mem::drop\n   5: app::handler::{{closure}}\n             at ./src/main.rs:18:5\n   6: app::main";
        assert_eq!(judged(stack), user("app::handler", 18, 5));
        let v0 = "   4: app::handler::<u32>::{closure#0}::{closure#1}\n             at ./src/main.rs:18:5";
        assert_eq!(judged(v0), user("app::handler::<u32>", 18, 5));
        let tuple_in_map =
            "   4: core::ptr::drop_in_place<(u32,X)>\n   5: hashbrown::raw::drop\n   6: app::main\n at src/main.rs:2:3";
        assert_eq!(judged(tuple_in_map), user("app::main", 2, 3));
        let within = "   4: core::ptr::drop_in_place<app::Holder<alloc::vec::Vec<checked_async::raw::Checked<X>>>>\n   5: app::main\n at src/main.rs:2:3";
        assert_eq!(judged(within), user("app::main", 2, 3));
    }

    #[test]
    fn libraries_may_drop() {
        for frame in [
            "core::ptr::drop_in_place<tokio::time::timeout::Timeout<checked_async::raw::Checked<X>>>",
            "core::ptr::drop_in_place::<futures_util::future::either::Either<(), X>>",
            "tokio::runtime::task::core::Core<T,S>::set_stage",
            "<futures_util::stream::futures_unordered::FuturesUnordered<Fut> as core::ops::drop::Drop>::drop",
            "<F as futures_util::future::FutureExt>::now_or_never",
            "<async_task::raw::RawTask<F, T, S, M>>::drop_future",
            "core::ptr::drop_in_place<(checked_async::raw::Checked<X>,app::Other)>\n   5: app::main",
            "core::ptr::drop_in_place<app::unchecked::{{closure}}>",
            "race_it::race\n      at /home/me/.cargo/registry/src/mirror-0123456789abcdef/race-it-1.0.0/src/lib.rs:2:3",
        ] {
            assert_eq!(judged(&format!("   4: {frame}\n   5: app::main")), Dropper::Library, "{frame}");
        }
    }

    #[test]
    fn a_dependency_is_judged_by_its_own_code() {
        let registry = "/home/me/.cargo/registry/src/mirror-0123456789abcdef/app-1.0.0/src/lib.rs";
        let stack = format!("{TOP}   4: app::run\n             at {registry}:2:3");
        assert!(matches!(judge(&stack, registry), Dropper::User(Some(_))));
    }

    #[test]
    fn wrappers_pass_a_drop_on() {
        let stack = "   4: <tracing::instrument::Instrumented<T> as core::ops::drop::Drop>::drop\n   5: app::main\n at src/main.rs:2:3";
        assert_eq!(judged(stack), user("app::main", 2, 3));
    }

    #[test]
    fn a_thread_s_end_is_seen() {
        let stack = "   4: std::sys::thread_local::native::lazy::destroy::{{closure}}\n   5: app::main";
        assert_eq!(judged(stack), Dropper::ThreadExit);
    }

    #[test]
    fn without_symbols_there_is_no_verdict() {
        assert_eq!(judge("   0: <unknown>\n   1: <unknown>", "src/main.rs"), Dropper::Unknown);
        let inlined = "   0: checked_async::check::never_awaited::dropped\n   1: app::main::{{closure}}\n   2: main";
        assert_eq!(judge(inlined, "src/main.rs"), Dropper::Unknown);
        assert_eq!(judged("   4: main\n   5: __libc_start_main"), Dropper::User(None));
    }

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
}
