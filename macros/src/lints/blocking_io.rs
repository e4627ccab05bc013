//! `blocking_io`: a thread that waits for the system while it polls a future. See `docs/lints/blocking_io.md`.

use super::{Level, Lint};
use crate::facts::{Call, Facts, Place};
use crate::finding::{Finding, Text};
use crate::imports::Meaning;
use crate::probe::{Class, Probe, Question, Report};
use crate::syntax;
use syn::{Expr, ExprMethodCall};

pub(crate) const LINT: Lint = Lint { name: "blocking_io", default: Level::Warn, check };

/// What is said of functions that are passed by name, of which no type is asked.
static TEXT: Text = Text {
    lint: LINT.name,
    problem: "blocking I/O in async code",
    help: "use the runtime's counterpart, such as `tokio::fs`, or wrap the call in `spawn_blocking`",
};

/// The functions of `std::fs`, for code where the module is not imported by name.
const FS: &[&str] = &[
    "canonicalize",
    "copy",
    "create_dir",
    "create_dir_all",
    "exists",
    "hard_link",
    "metadata",
    "read",
    "read_dir",
    "read_link",
    "read_to_string",
    "remove_dir",
    "remove_dir_all",
    "remove_file",
    "rename",
    "set_permissions",
    "symlink_metadata",
    "write",
];

/// Functions of the standard library's types that wait.
const STD: &[&str] = &[
    "std::fs::File::create",
    "std::fs::File::create_new",
    "std::fs::File::open",
    "std::net::TcpStream::connect",
    "std::net::TcpStream::connect_timeout",
    "std::os::unix::net::UnixStream::connect",
];

/// Methods of the standard library's types that wait: what they return tells whether they are.
const METHODS: &[&str] =
    &["accept", "open", "output", "read_dir", "status", "to_socket_addrs", "wait", "wait_with_output"];

/// Methods that read and write: what they are called on tells whether they block.
const TRANSFERS: &[&str] = &[
    "flush",
    "peek",
    "read",
    "read_exact",
    "read_line",
    "read_to_end",
    "read_to_string",
    "read_until",
    "read_vectored",
    "recv",
    "recv_from",
    "send",
    "send_to",
    "sync_all",
    "sync_data",
    "write",
    "write_all",
    "write_fmt",
    "write_vectored",
];

/// Methods that take what they read from.
const READERS: &[&str] = &["bytes", "lines", "split"];

/// Modules of other crates in which everything blocks, from the crates' documentation.
const MODULES: &[&str] = &["attohttpc", "fs_err", "minreq", "reqwest::blocking", "ureq"];

/// Parts of those modules that do not block.
const ASYNC_MODULES: &[&str] = &["fs_err::tokio"];

/// Functions of other crates that block.
const FUNCTIONS: &[&str] = &[
    "diesel::MysqlConnection::establish",
    "diesel::PgConnection::establish",
    "diesel::SqliteConnection::establish",
    "mysql::Conn::new",
    "mysql::Pool::new",
    "postgres::Client::connect",
    "rusqlite::Connection::open",
    "rusqlite::Connection::open_with_flags",
    "sqlite::open",
];

/// Types of other crates, and their methods that block. They are known for variables whose type is written.
const TYPES: &[(&str, &[&str])] = &[
    ("mysql::Conn", &["exec", "exec_drop", "exec_first", "query", "query_drop", "query_first"]),
    (
        "postgres::Client",
        &["batch_execute", "execute", "prepare", "query", "query_one", "query_opt", "simple_query", "transaction"],
    ),
    ("postgres::Transaction", &["batch_execute", "commit", "execute", "query", "query_one", "query_opt", "rollback"]),
    ("reqwest::blocking::Client", &["execute", "send"]),
    ("reqwest::blocking::RequestBuilder", &["send"]),
    ("reqwest::blocking::Response", &["bytes", "json", "text"]),
    (
        "rusqlite::Connection",
        &["execute", "execute_batch", "prepare", "query_row", "query_row_and_then", "transaction"],
    ),
    ("rusqlite::Statement", &["execute", "insert", "query", "query_map", "query_row"]),
    ("rusqlite::Transaction", &["commit", "execute", "execute_batch", "prepare", "query_row", "rollback"]),
    ("ureq::Agent", &["call", "send", "send_json"]),
    ("ureq::Request", &["call", "send", "send_json"]),
];

/// diesel's connections, which its queries take as an argument.
const CONNECTIONS: &[&str] = &[
    "diesel::MysqlConnection",
    "diesel::PgConnection",
    "diesel::SqliteConnection",
    "diesel::mysql::MysqlConnection",
    "diesel::pg::PgConnection",
    "diesel::sqlite::SqliteConnection",
];

/// diesel's methods that run a query on a connection.
const QUERIES: &[&str] = &["execute", "first", "get_result", "get_results", "load"];

/// Does the lint look at calls of this name?
pub(super) fn looks_for(name: &str) -> bool {
    [FS, METHODS, TRANSFERS, READERS, QUERIES].iter().any(|names| names.binary_search(&name).is_ok())
        || ["connect", "create"].contains(&name)
}

fn check(facts: &Facts<'_>, report: &mut Report) {
    for call in &facts.calls {
        let level = call.levels.of(LINT.name);
        if level == Level::Allow || call.awaited || call.alone {
            continue;
        }
        let question = match (call.expr, &call.meaning) {
            (Expr::MethodCall(method), _) => of_method(facts, call, method),
            (_, Some(meaning)) => of_function(facts, meaning),
            _ => None,
        };
        if let Some(question) = question {
            report.probes.push(Probe::new(Place::of(call.expr), question, level));
        }
    }
    for passed in &facts.passed {
        let level = passed.levels.of(LINT.name);
        if level != Level::Allow && is_certain(&passed.meaning) && !facts.lists.frees(&passed.meaning) {
            let ends = syntax::ends(passed.expr);
            report.findings.push(Finding { text: &TEXT, level, ends });
        }
    }
}

fn question(class: Class) -> Question {
    Question::Class { class, finding: LINT.name }
}

fn of_function(facts: &Facts<'_>, meaning: &Meaning) -> Option<Question> {
    if facts.lists.frees(meaning) {
        return None;
    }
    let in_fs = |name: &str| FS.binary_search(&name).is_ok() && meaning.may_be(&format!("std::fs::{name}"));
    if facts.lists.blocking.iter().any(|path| meaning.may_be_listed_as(path)) || is_of_other_crate(meaning) {
        Some(question(Class::NOT_A_FUTURE))
    } else if STD.iter().any(|path| meaning.may_be(path)) {
        Some(question(Class::STD_IO))
    } else if meaning.is_in("std::fs") || meaning.names().any(in_fs) {
        Some(question(Class::IO_RESULT))
    } else {
        None
    }
}

fn is_of_other_crate(meaning: &Meaning) -> bool {
    MODULES.iter().any(|module| meaning.is_in(module)) && !ASYNC_MODULES.iter().any(|module| meaning.is_in(module))
        || FUNCTIONS.iter().any(|path| meaning.is(path))
}

/// Is it a function of the standard library that blocks, whatever it is called with?
fn is_certain(meaning: &Meaning) -> bool {
    FS.iter().any(|name| meaning.is(&format!("std::fs::{name}"))) || STD.iter().any(|path| meaning.is(path))
}

fn of_method(facts: &Facts<'_>, call: &Call<'_>, method: &ExprMethodCall) -> Option<Question> {
    let name = call.callee.name.as_str();
    if facts.lists.frees_method(name) {
        return None;
    }
    if METHODS.contains(&name) {
        return Some(question(Class::STD_IO));
    }
    if TRANSFERS.contains(&name) && (is_std_place(facts, call, &method.receiver) || is_stdin(&method.receiver))
        || READERS.contains(&name) && is_stdin(&method.receiver)
    {
        return Some(Question::Receiver { class: Class::STD_HANDLE, finding: LINT.name });
    }
    let written = |expr| variable(expr).and_then(|variable| facts.names.type_of(variable));
    let of_receiver = written(&method.receiver).is_some_and(|ty| {
        let listed =
            |path: &String| path.rsplit_once("::").is_some_and(|(of, last)| last == name && ty.may_be_listed_as(of));
        let is_direct = matches!(syntax::peel(&method.receiver), Expr::Path(_));
        TYPES.iter().any(|(of, methods)| methods.contains(&name) && ty.is(of))
            || is_direct && facts.lists.blocking.iter().any(listed)
    });
    let of_argument = QUERIES.contains(&name)
        && method.args.first().and_then(written).is_some_and(|ty| CONNECTIONS.iter().any(|path| ty.is(path)));
    (of_receiver || of_argument).then(|| question(Class::NOT_A_FUTURE))
}

/// The variable at the root of a chain of methods and fields.
fn variable(expr: &Expr) -> Option<&syn::Ident> {
    match syntax::peel(expr) {
        Expr::Path(path) => path.path.get_ident(),
        Expr::MethodCall(call) => variable(&call.receiver),
        Expr::Reference(reference) => variable(&reference.expr),
        _ => None,
    }
}

/// Is it a variable or field, which may be mentioned once more without a move? What the function opened itself was reported
/// there.
fn is_std_place(facts: &Facts<'_>, call: &Call<'_>, expr: &Expr) -> bool {
    match syntax::peel(expr) {
        // In a closure or async block the question would capture the variable itself, where the call may capture only what
        // it points to.
        Expr::Path(path) => !call.nested && path.path.get_ident().is_some_and(|name| !facts.names.is_made_here(name)),
        Expr::Field(field) => is_std_place(facts, call, &field.base) || matches!(&*field.base, Expr::Path(_)),
        _ => false,
    }
}

/// Is it `io::stdin()`, perhaps locked?
fn is_stdin(expr: &Expr) -> bool {
    match syntax::peel(expr) {
        Expr::Call(call) => {
            call.args.is_empty()
                && matches!(&*call.func, Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "stdin"))
        }
        Expr::MethodCall(call) => {
            call.method == "lock"
                && call.args.is_empty()
                && (is_stdin(&call.receiver) || matches!(&*call.receiver, Expr::Path(_)))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        for names in [FS, STD, METHODS, TRANSFERS, READERS, MODULES, FUNCTIONS, CONNECTIONS, QUERIES] {
            assert!(names.is_sorted(), "{names:?}");
        }
        assert!(TYPES.is_sorted_by_key(|(name, _)| *name));
        assert!(TYPES.iter().all(|(_, methods)| methods.is_sorted()));
    }
}
