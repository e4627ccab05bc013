//! The calls that start a task with a future: by a function of tokio's, or by a method of anyone's whose argument is an async
//! block.
//!
//! Whatever takes an async block takes any future. What a function of another name takes is not known.

use super::{Facts, How, Place, Reader};
use crate::imports::Meaning;
use crate::syntax;
use syn::Expr;

/// What becomes of the future, and of the handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// A task of which the code shows no more.
    Task,
    /// A task whose handle is dropped at once.
    Detached,
    /// A task of the event loop, or one that is supervised, whatever becomes of its handle.
    Supervised,
}

const PLAIN: &[&str] = &["tokio::spawn", "tokio::task::spawn", "tokio::task::spawn_local"];
const SUPERVISED: &[&str] =
    &["checked_async::spawn", "checked_async::tokio::spawn", "checked_async::tokio::spawn_local"];
const METHODS: &[&str] = &["spawn", "spawn_local", "spawn_local_on", "spawn_on"];

impl<'ast> Reader<'ast> {
    /// Notes a call that starts a task.
    pub(super) fn note_start(&mut self, expr: &'ast Expr) {
        let start = match expr {
            Expr::Call(call) if call.args.len() == 1 => match &*call.func {
                // Whoever writes the future's type must get a future of that type.
                Expr::Path(path) if path.path.segments.last().is_some_and(|last| last.arguments.is_none()) => {
                    function(&self.facts.names.meaning(&path.path))
                }
                _ => None,
            },
            Expr::MethodCall(call) if call.turbofish.is_none() => {
                let block = call.args.first().is_some_and(|first| matches!(syntax::peel(first), Expr::Async(_)));
                (block && METHODS.iter().any(|name| call.method == name)).then_some(Start::Task)
            }
            _ => None,
        };
        if let Some(start) = start {
            self.facts.starts.insert(Place::of(expr), start);
        }
    }
}

impl<'ast> Reader<'ast> {
    /// Notes an `.await` of what may be a task's handle: of the call that starts it, of a variable that such a call has made, or of
    /// one of a loop. The type decides.
    pub(super) fn note_join(&mut self, await_: &'ast syn::ExprAwait) {
        let base = syntax::peel(&await_.base);
        let maker = match base {
            Expr::Call(_) => Some(base),
            Expr::Path(path) => match path.path.get_ident() {
                Some(name) if self.looped.contains(name) => None,
                Some(name) => match self.makers.get(name) {
                    Some(maker) => Some(*maker),
                    None => return,
                },
                None => return,
            },
            _ => return,
        };
        let starts = |maker: &Expr| {
            matches!(maker, Expr::Call(_)) && self.facts.starts.get(&Place::of(maker)) == Some(&Start::Task)
        };
        if maker.is_none_or(starts) {
            self.facts.joins.insert(Place::of(await_));
        }
    }
}

/// May a call of something of this name start a task? Under another name, as one of an import may be, it is not looked for.
pub(crate) fn may_start(name: &str) -> bool {
    METHODS.contains(&name)
}

fn function(meaning: &Meaning) -> Option<Start> {
    if PLAIN.iter().any(|path| meaning.is(path)) {
        Some(Start::Task)
    } else if SUPERVISED.iter().any(|path| meaning.is(path) || meaning.written().join("::") == *path) {
        // The attribute, which is imported, bears the crate's name.
        Some(Start::Supervised)
    } else {
        None
    }
}

impl Facts<'_> {
    /// Finds the tasks whose handle is dropped where they are started. Methods may give something else than a handle.
    pub(super) fn note_detached(&mut self) {
        for discard in &self.discards {
            let dropped = matches!(discard.how, How::Statement | How::Underscore | How::Drop) && !discard.awaited;
            if dropped
                && matches!(discard.expr.map(syntax::peel), Some(Expr::Call(_)))
                && let Some(start) = self.starts.get_mut(&discard.place)
                && *start == Start::Task
            {
                *start = Start::Detached;
            }
        }
    }
}
