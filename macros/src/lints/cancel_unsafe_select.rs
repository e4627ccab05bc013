//! `cancel_unsafe_select`: a future that loses data when another arm of its `select!` wins.
//! See `docs/lints/cancel_unsafe_select.md`.
//!
//! A name alone does not say whose method it is, so the arguments must look like those of the documented one.

use super::{Level, Lint};
use crate::facts::{Facts, SelectFact};
use crate::finding::{Finding, Text};
use crate::probe::Report;
use crate::syntax::{self, Callee};
use syn::{Expr, ExprCall, ExprMethodCall, Ident, Member, Stmt};

pub(crate) const LINT: Lint = Lint { name: "cancel_unsafe_select", default: Level::Warn, check };

static TEXT: Text = Text {
    lint: LINT.name,
    problem: "dropping this future in the middle loses data",
    help: "make it before the loop and poll it by reference, or move it to a task of its own",
};

/// Methods without arguments that keep the bytes read so far in the future: "Cancel safety" of tokio's `AsyncReadExt`.
const NUMBERS: &[&str] = &[
    "read_f32",
    "read_f32_le",
    "read_f64",
    "read_f64_le",
    "read_i128",
    "read_i128_le",
    "read_i16",
    "read_i16_le",
    "read_i32",
    "read_i32_le",
    "read_i64",
    "read_i64_le",
    "read_u128",
    "read_u128_le",
    "read_u16",
    "read_u16_le",
    "read_u32",
    "read_u32_le",
    "read_u64",
    "read_u64_le",
];

/// Methods that read into what they are given, and begin anew when they are called again: "Cancellation safety" of
/// `tokio::select!`, and the sources of futures' methods of these names.
const READS: &[&str] = &["read_exact", "read_line", "read_to_end", "read_to_string"];

/// Functions that lose what they have read and not written yet, or how much they have written, from their documentation
/// and sources.
const FUNCTIONS: &[&str] = &[
    "async_std::io::copy",
    "futures::io::copy",
    "futures::io::copy_buf",
    "futures_util::io::copy",
    "smol::io::copy",
    "tokio::io::copy",
    "tokio::io::copy_bidirectional",
    "tokio::io::copy_bidirectional_with_sizes",
    "tokio_util::io::write_all_vectored",
];

/// Methods that wrap a future in another one.
const WRAPPERS: &[&str] = &[
    "boxed",
    "boxed_local",
    "fuse",
    "inspect",
    "instrument",
    "left_future",
    "map",
    "map_err",
    "map_ok",
    "right_future",
];

/// Parts of the names of what sends: variables and fields, and their types.
const SENDERS: &[&str] = &["chan", "framed", "send", "sink", "stream", "tx", "websocket", "ws"];

fn check(facts: &Facts<'_>, report: &mut Report) {
    for select in &facts.selects {
        for (index, future, levels) in select.futures() {
            let level = levels.of(LINT.name);
            if level != Level::Allow
                && select.begins_again_without(index)
                && let Some(call) = unsafe_call(facts, select, future)
            {
                report.findings.push(Finding { text: &TEXT, level, ends: syntax::ends(call) });
            }
        }
    }
}

/// The call in an arm's future that loses data: the future itself, or what it wraps.
fn unsafe_call<'a>(facts: &Facts<'_>, select: &SelectFact<'_>, future: &'a Expr) -> Option<&'a Expr> {
    let expr = syntax::peel(future);
    let is_unsafe = match expr {
        Expr::MethodCall(call) => is_unsafe_method(facts, select, call),
        Expr::Call(call) => is_unsafe_function(facts, call),
        _ => false,
    };
    if is_unsafe { Some(expr) } else { unsafe_call(facts, select, wrapped(expr)?) }
}

/// What a future does before it does anything else of its own.
pub(super) fn wrapped(expr: &Expr) -> Option<&Expr> {
    match syntax::peel(expr) {
        Expr::MethodCall(call) if WRAPPERS.iter().any(|name| call.method == name) => Some(&call.receiver),
        Expr::Call(call) => match (&Callee::of(expr)?.name[..], call.args.len()) {
            ("timeout" | "timeout_at", 2) => Some(&call.args[1]),
            ("fuse" | "pin", 1) => Some(&call.args[0]),
            _ => None,
        },
        // With more than one `.await`, a block has a progress of its own.
        Expr::Async(block) => match &block.block.stmts[..] {
            [Stmt::Expr(expr, _)] => awaited(expr),
            _ => None,
        },
        _ => None,
    }
}

fn awaited(expr: &Expr) -> Option<&Expr> {
    match syntax::peel(expr) {
        Expr::Await(await_) => Some(&await_.base),
        Expr::Try(try_) => awaited(&try_.expr),
        _ => None,
    }
}

fn is_unsafe_function(facts: &Facts<'_>, call: &ExprCall) -> bool {
    let Expr::Path(path) = syntax::peel(&call.func) else { return false };
    let meaning = facts.names.meaning(&path.path);
    call.args.len() >= 2 && FUNCTIONS.iter().any(|function| meaning.may_be(function))
}

fn is_unsafe_method(facts: &Facts<'_>, select: &SelectFact<'_>, call: &ExprMethodCall) -> bool {
    let name = call.method.to_string();
    let name = name.as_str();
    match call.args.iter().map(syntax::peel).collect::<Vec<_>>()[..] {
        [] => NUMBERS.contains(&name),
        [argument] if READS.contains(&name) => is_buffer(argument),
        [argument] if name == "send_all" => is_mutable_reference(argument),
        [_] if name == "write_all" => true,
        [value] if name == "send" => {
            !matches!(value, Expr::Reference(_)) && select.fresh.holds(value) && is_sender(facts, &call.receiver)
        }
        _ => false,
    }
}

/// Does it look like what bytes are read into? The methods of others take a number.
fn is_buffer(argument: &Expr) -> bool {
    match argument {
        Expr::MethodCall(call) => call.method.to_string().starts_with("as_mut"),
        Expr::Path(path) => path.path.get_ident().is_some_and(|name| name.to_string().contains("buf")),
        argument => is_mutable_reference(argument),
    }
}

fn is_mutable_reference(argument: &Expr) -> bool {
    matches!(argument, Expr::Reference(reference) if reference.mutability.is_some())
}

/// Is it a channel's sender or a sink, as far as names tell? What has the type of a parameter may be either.
fn is_sender(facts: &Facts<'_>, receiver: &Expr) -> bool {
    let Some(name) = last_name(receiver) else { return false };
    if let Expr::Path(path) = syntax::peel(receiver)
        && let Some(variable) = path.path.get_ident()
        && let Some(ty) = facts.names.type_of(variable)
    {
        return !ty.is_own() && ty.names().any(|name| is_called_as_sender(name) || is_parameter(name));
    }
    is_called_as_sender(&name.to_string())
}

fn is_called_as_sender(name: &str) -> bool {
    let name = name.to_lowercase();
    SENDERS.iter().any(|part| name.contains(part))
}

/// Is it the name of a type parameter: `S`, `TX`?
fn is_parameter(name: &str) -> bool {
    name.len() <= 2 && name.chars().all(char::is_uppercase)
}

/// The name of the variable, field or method that a value comes from.
fn last_name(expr: &Expr) -> Option<&Ident> {
    match syntax::peel(expr) {
        Expr::Path(path) => path.path.get_ident(),
        Expr::Field(field) => match &field.member {
            Member::Named(name) => Some(name),
            Member::Unnamed(_) => None,
        },
        Expr::MethodCall(call) if call.args.is_empty() && call.method == "clone" => last_name(&call.receiver),
        Expr::MethodCall(call) => Some(&call.method),
        Expr::Index(index) => last_name(&index.expr),
        Expr::Reference(reference) => last_name(&reference.expr),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::found;
    use super::*;

    #[test]
    fn the_names_are_sorted() {
        for names in [NUMBERS, READS, FUNCTIONS, WRAPPERS, SENDERS] {
            assert!(names.is_sorted(), "{names:?}");
        }
    }

    /// What is underlined if a loop's `select!` polls this next to an arm that goes on.
    fn of(future: &str) -> Vec<String> {
        let body = format!(
            "while let Some(event) = source.recv().await {{ select! {{ _ = {future} => {{}}, _ = f() => {{}} }} }}"
        );
        found(LINT.name, &body)
    }

    fn of_handler(handler: &str) -> Vec<String> {
        found(LINT.name, &format!("loop {{ select! {{ _ = s.read_u32() => {{}}, _ = f() => {handler} }} }}"))
    }

    #[test]
    fn reads_are_found() {
        assert_eq!(of("s.read_exact(&mut header)"), ["s.read_exact(&mut header)"]);
        assert_eq!(of("self.0.read_exact(&mut b[..4])"), ["self.0.read_exact(&mut b[..4])"]);
        assert_eq!(of("s.read_line(&mut line)"), ["s.read_line(&mut line)"]);
        assert_eq!(of("s.read_to_end(buf)"), ["s.read_to_end(buf)"]);
        assert_eq!(of("s.read_u64_le()"), ["s.read_u64_le()"]);
    }

    #[test]
    fn reads_that_keep_their_place_are_not() {
        assert!(of("s.read(&mut header)").is_empty());
        assert!(of("s.read_buf(&mut bytes)").is_empty());
        assert!(of("s.read_u8()").is_empty());
        assert!(of("s.read_until(b'x', &mut line)").is_empty());
    }

    #[test]
    fn methods_of_others_are_not() {
        assert!(of("s.read_exact(4)").is_empty());
        assert!(of("s.read_exact()").is_empty());
        assert!(of("s.write_all()").is_empty());
        assert!(of("s.read_u32(1)").is_empty());
        assert!(of("copy(&frames)").is_empty());
    }

    #[test]
    fn writes_are_found() {
        assert_eq!(of("s.write_all(b\"x\")"), ["s.write_all(b\"x\")"]);
        assert_eq!(of("s.write_all(&answer)"), ["s.write_all(&answer)"]);
        assert!(of("s.write_all_buf(&mut answer)").is_empty());
        assert!(of("s.write(&answer)").is_empty());
    }

    #[test]
    fn copies_are_found() {
        assert_eq!(of("tokio::io::copy(&mut a, &mut b)"), ["tokio::io::copy(&mut a, &mut b)"]);
        assert_eq!(of("io::copy_bidirectional(&mut a, &mut b)"), ["io::copy_bidirectional(&mut a, &mut b)"]);
        assert!(of("copy(&mut a, &mut b)").is_empty());
        assert!(of("tokio::io::copy_buf(&mut a, &mut b)").is_empty());
    }

    #[test]
    fn sends_of_what_the_turn_brought_are_found() {
        assert_eq!(of("tx.send(event)"), ["tx.send(event)"]);
        assert_eq!(of("self.sink.send(Some(event))"), ["self.sink.send(Some(event))"]);
        assert_eq!(of("senders[0].send(Event { event })"), ["senders[0].send(Event { event })"]);
        assert_eq!(of("tx.send(queue.pop_front().unwrap())"), ["tx.send(queue.pop_front().unwrap())"]);
        assert_eq!(of("sink.send_all(&mut batch)"), ["sink.send_all(&mut batch)"]);
    }

    #[test]
    fn sends_of_what_is_still_there_are_not() {
        assert!(of("tx.send(event.clone())").is_empty());
        assert!(of("tx.send(1)").is_empty());
        assert!(of("tx.send(())").is_empty());
        assert!(of("tx.send(Event::Ping)").is_empty());
        assert!(of("tx.send(outside)").is_empty());
        assert!(of("socket.send(&event)").is_empty());
    }

    #[test]
    fn sends_of_others_are_not() {
        assert!(of("frames.send(event)").is_empty());
        assert!(of("tx.send(event, 1)").is_empty());
        let own = "let tx = Frames::new(); loop { let v = f().await; select! { _ = tx.send(v) => {}, _ = f() => {} } }";
        assert!(found(LINT.name, own).is_empty());
    }

    #[test]
    fn wrapped_calls_are_found() {
        assert_eq!(of("timeout(d, s.read_u32())"), ["s.read_u32()"]);
        assert_eq!(of("s.read_u32().fuse()"), ["s.read_u32()"]);
        assert_eq!(of("Box::pin(s.read_u32())"), ["s.read_u32()"]);
        assert_eq!(of("async { s.read_u32().await }"), ["s.read_u32()"]);
        assert_eq!(of("async { s.read_u32().await? }"), ["s.read_u32()"]);
        assert_eq!(of("s.read_u32().map(f).fuse()"), ["s.read_u32()"]);
    }

    #[test]
    fn blocks_with_a_progress_of_their_own_are_not() {
        assert!(of("async { let n = s.read_u32().await; s.read_exact(&mut b).await }").is_empty());
        assert!(of("async { spawn(s.read_u32()) }").is_empty());
    }

    #[test]
    fn references_are_not() {
        assert!(of("&mut reading").is_empty());
        assert!(of("reading.as_mut()").is_empty());
    }

    #[test]
    fn an_arm_that_goes_on_is_needed() {
        assert_eq!(of_handler("{ g(); }").len(), 1);
        assert_eq!(of_handler("continue").len(), 1);
        assert_eq!(of_handler("{ for x in y { break } }").len(), 1);
        assert!(of_handler("break").is_empty());
        assert!(of_handler("{ g(); return; }").is_empty());
        assert!(of_handler("if a { break } else { return 1 }").is_empty());
        assert!(of_handler("None").is_empty());
    }

    #[test]
    fn a_loop_is_needed() {
        assert!(found(LINT.name, "select! { _ = s.read_u32() => {}, _ = f() => {} }").is_empty());
        assert!(
            found(LINT.name, "loop { spawn(async { select! { _ = s.read_u32() => {}, _ = f() => {} } }); }").is_empty()
        );
        assert!(found(LINT.name, "loop { select! { _ = s.read_u32() => {}, else => {} } }").is_empty());
    }

    #[test]
    fn nested_selects_are_looked_at() {
        let body = "loop { select! { Some(v) = rx.recv() => { select! { _ = tx.send(v) => {}, _ = f() => {} } } } }";
        assert_eq!(found(LINT.name, body), ["tx.send(v)"]);
    }

    #[test]
    fn it_can_be_silenced() {
        assert!(of("#[checked(allow(cancel_unsafe_select))] s.read_u32()").is_empty());
        let statement =
            "loop { #[checked(allow(cancel_unsafe_select))] select! { _ = s.read_u32() => {}, _ = f() => {} } }";
        assert!(found(LINT.name, statement).is_empty());
    }
}
