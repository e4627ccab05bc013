//! Tasks of plain tokio that a checked function starts: they are seen in the tree and the timeline, and else left alone.
//!
//! What wraps a task's future cannot tell who it is handed to: tokio, another executor, a group within a task, or a set of
//! supervised tasks. That shows when it is polled first:
//!
//! ```text
//!          started on a runtime                 polled first, by a task of its own
//! UNKNOWN ──────────────────────▶ NOT BEGUN ────────────────────────────────────────▶ LISTED
//!    │                                │ polled first, as part of a task that is listed, or by no task of tokio
//!    └────────────────────────────────┴──────────────────────────────────────────────▶ UNLISTED
//! ```
//!
//! Invariants:
//! - a task is listed once, whatever is wrapped in what;
//! - one that is not listed costs nothing after its first poll.

use std::any::type_name;
use std::borrow::Cow;
use std::panic::Location;
use std::sync::Arc;
use std::task::Poll;

use ::tokio::runtime::Handle;
use ::tokio::task::{Id, try_id};

use super::dumps::{self, Step};
use crate::places::without_arguments;
use crate::raw::Checked;
use crate::tree::watched::{self, Watch, Watched};

/// What is known of a task.
#[derive(Debug)]
struct Plain {
    type_name: fn() -> &'static str,
    /// Its id is set when it is polled first.
    watched: Watched,
}

impl Watch for Plain {
    fn name(&self) -> Cow<'static, str> {
        match (function((self.type_name)()), self.watched.task_id()) {
            (Some(function), Some(id)) => format!("{} (task {id})", without_arguments(function)).into(),
            (Some(function), None) => without_arguments(function).into(),
            (None, _) => self.watched.name_by_id(),
        }
    }

    fn watched(&self) -> &Watched {
        &self.watched
    }
}

/// The function that made a future of this type; none for an async block in an async function, or what has no name.
fn function(future: &'static str) -> Option<&'static str> {
    let wrapper = type_name::<Checked<()>>().trim_end_matches("()>");
    let checked = future.strip_prefix(wrapper).and_then(|checked| checked.strip_suffix('>'));
    let function = checked.unwrap_or(future).strip_suffix("::{{closure}}")?;
    (!function.ends_with("{{closure}}")).then_some(function)
}

/// A task's place in the tree, as long as its future is there and unfinished.
#[derive(Debug)]
pub(crate) struct Listing(Option<Arc<Plain>>);

impl Listing {
    /// For the task that is started with an `F` at this place.
    pub(crate) fn new<F>(created: &'static Location<'static>) -> Self {
        let plain = Plain { type_name: type_name::<F>, watched: Watched::new(created) };
        let plain = Arc::new(plain);
        if !is_on_event_loop() && Handle::try_current().is_ok() {
            enter(&plain);
        }
        Listing(Some(plain))
    }

    /// Polls the task.
    #[inline]
    pub(crate) fn poll<T>(&mut self, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        if self.0.as_ref().is_some_and(|plain| plain.watched.task_id().is_none()) {
            self.begin();
        }
        let Some(plain) = &self.0 else { return poll() };
        let current = plain.watched.enter();
        let mut polling = Polling { plain, step: Step::begin(), is_last: true };
        let polled = plain.watched.poll(poll);
        polling.is_last = polled.is_ready();
        drop(polling);
        drop(current);
        if polled.is_ready() {
            self.end();
        }
        polled
    }

    /// Finds out whether it is a task.
    #[cold]
    fn begin(&mut self) {
        let Some(plain) = &self.0 else { return };
        match own_id() {
            Some(id) => {
                let is_new = plain.watched.set_task_id(id);
                if is_new && !plain.watched.is_entered() {
                    enter(plain);
                }
            }
            None => self.0 = None,
        }
    }

    #[inline]
    fn end(&mut self) {
        if let Some(plain) = self.0.take() {
            plain.watched.ends();
            dumps::dropped(&*plain);
        }
    }
}

impl Drop for Listing {
    #[inline]
    fn drop(&mut self) {
        self.end();
    }
}

/// A poll, which a panic may end.
struct Polling<'a> {
    plain: &'a Plain,
    step: Step,
    is_last: bool,
}

impl Drop for Polling<'_> {
    #[inline]
    fn drop(&mut self) {
        self.step.end_of_poll(self.plain, self.is_last);
    }
}

fn enter(plain: &Arc<Plain>) {
    dumps::begin();
    watched::enter(plain);
}

/// The id of the task of tokio's that is the future which is polled first now; `None` if that is none, or part of one that
/// is listed.
fn own_id() -> Option<Id> {
    let id = try_id()?;
    // Its tasks are its own, even on a thread on which a task of tokio's runs it.
    if is_on_event_loop() {
        return None;
    }
    let outer = watched::current().and_then(watched::find);
    outer.is_none_or(|outer| outer.watched().task_id() != Some(id)).then_some(id)
}

fn is_on_event_loop() -> bool {
    #[cfg(feature = "event-loop")]
    return crate::event_loop::Core::identity().is_some();
    #[cfg(not(feature = "event-loop"))]
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn serve<T>(_: T) {}

    fn type_name_of<F>(_: &F) -> &'static str {
        type_name::<F>()
    }

    #[test]
    fn a_future_is_named_after_its_function() {
        let task = crate::root::root(serve(1_u8));
        let own = concat!(module_path!(), "::serve<u8>");
        for (future, name) in [
            (type_name_of(&serve(1_u8)), Some(own)),
            (type_name_of(&task), Some(own)),
            (
                type_name_of(&async { serve(1_u8).await }),
                Some(concat!(module_path!(), "::a_future_is_named_after_its_function")),
            ),
            ("shop::Till<T>::serve<F>::{{closure}}", Some("shop::Till<T>::serve<F>")),
            ("shop::serve::{{closure}}::{{closure}}", None),
            ("core::pin::Pin<alloc::boxed::Box<dyn core::future::future::Future<Output = ()>>>", None),
            ("core::future::ready::Ready<u32>", None),
        ] {
            assert_eq!(function(future), name);
        }
    }
}
