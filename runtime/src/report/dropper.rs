//! Finds out from the call stack who is dropping a future: its user by mistake, or a library that may.
//!
//! The stack is read as text, because that is all that stable Rust gives; see [`stack`](super::stack). From the future
//! outwards:
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
//! | function that cannot be told to be the user's | there is no verdict |
//! | function that asks something of a type, by its name | the future was made for its type: its right |
//! | any other function | the user |
//!
//! A function is told by its name or, where that has no path, by its file: inlined functions have no path in their names
//! where there are only line tables. Where there are no files, nothing tells a function of a dependency that is not listed
//! from the user's but the crate's name, so the user's is the crate of the function whose future it is.
//!
//! Where frames are missing there is no verdict. They are where functions were inlined and there are no line tables, and all
//! are without symbols. That is noticed by `told` in [`raw`](crate::raw), which is compiled with the user's options and inlined
//! wherever anything is: it must be on the stack.

use std::backtrace::{Backtrace, BacktraceStatus};

use super::stack::{self, Frame, crate_of};
use super::{Culprit, Place};
use crate::check::slow_poll;
use crate::future::Function;

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

/// What is known of the future, by which its user's code is told from others'.
struct Created<'a> {
    /// The file of the call that created it.
    file: &'a str,
    /// The crate of its function.
    krate: &'a str,
}

impl<'a> Created<'a> {
    fn new(function: &Function, place: &'a Place) -> Self {
        Created { file: &place.file, krate: crate_of(function.type_name()) }
    }
}

impl Dropper {
    /// Finds out who is dropping a future of this function right now.
    pub(crate) fn find(function: &Function) -> Dropper {
        let _looking = slow_poll::Blocking::begin();
        let backtrace = Backtrace::force_capture();
        if backtrace.status() != BacktraceStatus::Captured {
            return Dropper::Unknown;
        }
        judge(&backtrace.to_string(), &Created::new(function, &function.place()))
    }
}

/// The user's function that is polling a future of this function right now.
pub(super) fn find_poller(function: &Function) -> Option<Culprit> {
    let _looking = slow_poll::Blocking::begin();
    let backtrace = Backtrace::force_capture().to_string();
    let place = function.place();
    let created = Created::new(function, &place);
    let frames = stack::frames(&backtrace);
    let ours = frames.iter().position(Frame::is_poll_of_checked)?;
    let at = (ours + 1..frames.len()).find(|&at| owner(&frames[at], &created) == Owner::User)?;
    Some(stack::culprit(&frames, at, created.file))
}

/// The verdict on a stack that begins inside this crate.
fn judge(backtrace: &str, created: &Created<'_>) -> Dropper {
    let mut trusted = false;
    // Whether the frame before is the drop of a tuple.
    let mut tuple = false;
    let frames = stack::frames(backtrace);
    for (at, frame) in frames.iter().enumerate() {
        trusted |= frame.is_told();
        if let Some(dropped) = frame.dropped_type() {
            if stack::is_closure(dropped) || is_library(crate_of(dropped)) {
                return Dropper::Library;
            }
            tuple = stack::is_tuple(dropped);
            continue;
        }
        match owner(frame, created) {
            Owner::Nobody => tuple = false,
            Owner::ThreadExit => return Dropper::ThreadExit,
            Owner::Library => return Dropper::Library,
            Owner::User | Owner::Unknown if tuple => return Dropper::Library,
            Owner::User if frame.asks_of_a_type() => return Dropper::Library,
            Owner::User if trusted => return Dropper::User(Some(stack::culprit(&frames, at, created.file))),
            Owner::User | Owner::Unknown => return Dropper::Unknown,
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
    Unknown,
}

fn owner(frame: &Frame<'_>, created: &Created<'_>) -> Owner {
    if frame.is_thread_exit() {
        return Owner::ThreadExit;
    }
    if frame.is_foreign() {
        return Owner::Nobody;
    }
    let Some(krate) = frame.krate() else { return Owner::Unknown };
    // A directory of the user's may have the name of such a crate.
    let is_named_right = frame.has_path() || frame.place.is_some_and(stack::is_dependency);
    if frame.is_of_std() || frame.is_own() || is_named_right && PASSING_ON.binary_search(&&*krate).is_ok() {
        return Owner::Nobody;
    }
    if is_library(&krate) {
        return Owner::Library;
    }
    match frame.place {
        // A dependency whose own futures are checked is not a library to itself.
        Some(place) if stack::is_dependency(place) && !stack::is_dependency(created.file) => Owner::Library,
        Some(_) if frame.has_path() => Owner::User,
        Some(place) if stack::is_of_project(place, created.file) => Owner::User,
        None if frame.has_path() && krate == created.krate => Owner::User,
        _ => Owner::Unknown,
    }
}

fn is_library(name: &str) -> bool {
    LIBRARIES.binary_search(&name).is_ok()
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
   2: checked_async::raw::told
             at /home/me/runtime/src/raw.rs:415:5
   3: core::ptr::drop_in_place<checked_async::raw::Checked<app::leaf::{{closure}}>>
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/ptr/mod.rs:805:1
";

    const CREATED: Created<'_> = Created { file: "src/main.rs", krate: "app" };

    fn judged(rest: &str) -> Dropper {
        judge(&format!("{TOP}{rest}"), &CREATED)
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
        assert!(matches!(judge(&stack, &Created { file: registry, krate: "app" }), Dropper::User(Some(_))));
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
        assert_eq!(judge("   0: <unknown>\n   1: <unknown>", &CREATED), Dropper::Unknown);
        let inlined = "   0: checked_async::check::never_awaited::dropped\n   1: app::main::{{closure}}\n   2: main";
        assert_eq!(judge(inlined, &CREATED), Dropper::Unknown);
        assert_eq!(judged("   4: main\n   5: __libc_start_main"), Dropper::User(None));
    }

    /// The beginning of a stack of a build with line tables only.
    const LINE_TABLES: &str = "
   2: checked_async::raw::drop_full
             at /home/me/.cargo/registry/src/mirror-0123456789abcdef/checked-async-1.0.0/src/raw.rs:413:5
   3: checked_async::raw::told
             at /home/me/.cargo/registry/src/mirror-0123456789abcdef/checked-async-1.0.0/src/raw.rs:420:5
   4: drop<app::leaf::{async_block_env#0}>
             at /home/me/.cargo/registry/src/mirror-0123456789abcdef/checked-async-1.0.0/src/raw.rs:392:13
   5: drop_in_place<checked_async::raw::Checked<app::leaf::{async_block_env#0}>>
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/core/src/ptr/mod.rs:805:1
";

    fn judged_by_lines(rest: &str) -> Dropper {
        let created = Created { file: "/home/me/app/src/main.rs", krate: "app" };
        judge(&format!("{LINE_TABLES}{rest}"), &created)
    }

    #[test]
    fn names_without_a_path_are_told_by_their_files() {
        const POLL: &str = "   7: poll<app::handler::{async_block_env#0}>
             at /home/me/.cargo/registry/src/mirror-0123456789abcdef/checked-async-1.0.0/src/future.rs:120:22";
        let body = format!("   6: {{async_block#0}}\n             at /home/me/app/src/queue.rs:18:5\n{POLL}");
        let dropper = judged_by_lines(&body);
        assert!(
            matches!(&dropper, Dropper::User(Some(culprit)) if culprit.function == "app::handler" && culprit.place.is_some()),
            "{dropper:?}"
        );
        let function = "   6: forget<app::S>\n             at /home/me/app/src/queue.rs:18:5";
        assert!(matches!(judged_by_lines(function), Dropper::User(Some(culprit)) if culprit.function == "forget"));
        for library in [
            "race<app::S>\n at /home/me/.cargo/registry/src/mirror-0123456789abcdef/race-it-1.0.0/src/lib.rs:2:3",
            "poll<app::S>\n at /home/me/app/vendor/race-it/src/lib.rs:2:3",
            "poll<app::S>\n at /home/me/forks/tokio/src/time/timeout.rs:2:3",
            "drop_in_place<tokio::time::timeout::Timeout<app::S>>\n at /rustc/0123/library/core/src/ptr/mod.rs:805:1",
            "drop_in_place<app::handler::{async_fn_env#0}<app::S>>\n at /rustc/0123/library/core/src/ptr/mod.rs:805:1",
            "drop_in_place<(checked_async::raw::Checked<X>, app::Other)>\n at /rustc/0123/library/core/src/ptr/mod.rs:805:1",
        ] {
            let stack = format!("   6: {library}\n   7: {{async_block#0}}\n at /home/me/app/src/main.rs:2:3");
            assert_eq!(judged_by_lines(&stack), Dropper::Library, "{library}");
        }
        let thread = "   6: destroy<app::S>\n at /rustc/0123/library/std/src/sys/thread_local/native/lazy.rs:2:3";
        assert_eq!(judged_by_lines(thread), Dropper::ThreadExit);
    }

    #[test]
    fn what_is_not_of_the_project_is_not_judged() {
        for unknown in [
            "race<app::S>\n at /home/me/other/src/lib.rs:2:3",
            "race<app::S>",
            "<unknown>",
            // Without a place, any function of another crate may be of a library.
            "other::race",
        ] {
            let stack = format!("   6: {unknown}\n   7: app::main\n at /home/me/app/src/main.rs:2:3");
            assert_eq!(judged_by_lines(&stack), Dropper::Unknown, "{unknown}");
        }
        assert!(matches!(judged_by_lines("   6: app::main"), Dropper::User(Some(_))));
    }

    #[test]
    fn where_functions_may_be_missing_there_is_no_verdict() {
        // Optimised and without line tables: `told` was inlined.
        let stack = "   0: checked_async::raw::drop_full
   1: core::ptr::drop_in_place<checked_async::raw::Checked<app::leaf::{{closure}}>>
   2: app::main";
        assert_eq!(judge(stack, &CREATED), Dropper::Unknown);
    }
}
