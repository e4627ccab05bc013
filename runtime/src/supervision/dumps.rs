//! Dumps of the tasks of tokio that are known, where `CHECKED_ASYNC_DUMP` asks for them: on the signal, and a page at the end too.
//!
//! Tokio does not say when the last runtime has ended. But the thread that has started the first task outlives its runtime, as
//! that of `main` does, or ends with it: what a destructor of that thread sees is all there was.

use std::cell::Cell;
use std::sync::{Arc, Once, mpsc};
use std::time::Instant;

use crate::check::slow_poll;
use crate::dump::{self, Format, Picture, Settings, Source, Target, Wanted};
use crate::timeline;
use crate::tree::TaskTree;
use crate::tree::watched::{self, Watch};

/// Which loop all tasks of tokio are of, for the timeline: the numbers of loops begin with 0.
const TOKIO: u64 = u64::MAX;

/// Sees to it that there are dumps, with the first task.
#[inline]
pub(super) fn begin() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let Settings { target, signal } = Settings::from_environment();
        let Some(target) = target else { return };
        if target.format() == Format::Html {
            AT_THE_END.with(|page| page.0.set(Some(target.clone())));
        }
        let ask = || {
            let (answer, answered) = mpsc::channel();
            let _ = answer.send(tree());
            answered
        };
        let wanted = Wanted {
            #[cfg(feature = "event-loop")]
            number: None,
            source: Source::Tokio,
            target: target.clone(),
            signal,
            ask: Arc::new(ask),
        };
        if let Err(error) = dump::begin(wanted) {
            target.warn(&error);
        }
    });
}

fn tree() -> TaskTree {
    watched::tree()
}

thread_local! {
    static AT_THE_END: Page = const { Page(Cell::new(None)) };
}

/// A page that is written when its thread ends.
struct Page(Cell<Option<Target>>);

impl Drop for Page {
    fn drop(&mut self) {
        if let Some(target) = self.0.take() {
            target.write("at the end", &[Picture { source: Source::Tokio, tree: Some(tree()) }]);
        }
    }
}

/// Part of a task's work, for the timeline.
#[derive(Clone, Copy)]
pub(super) struct Step(Option<Instant>);

impl Step {
    /// It begins.
    #[inline]
    pub(super) fn begin() -> Self {
        Step(timeline::is_on().then(Instant::now))
    }

    /// It was a poll, the last or not.
    #[inline]
    pub(super) fn end_of_poll(self, task: &impl Watch, is_last: bool) {
        if let Some(begin) = self.0 {
            let end = Instant::now();
            note(task, begin, end, end - begin >= slow_poll::slow_after_by_default(), is_last);
        }
    }

    /// It was a closure on a thread of its own, which may take as long as it likes.
    #[inline]
    pub(super) fn end_of_closure(self, task: &impl Watch) {
        if let Some(begin) = self.0 {
            note(task, begin, Instant::now(), false, true);
        }
    }
}

#[cold]
fn note(task: &impl Watch, begin: Instant, end: Instant, is_slow: bool, is_last: bool) {
    timeline::step(&timeline::Step {
        of_loop: TOKIO,
        task: task.watched().id(),
        name: &task.name(),
        spawned: &task.watched().created().into(),
        born: Some(task.watched().born()),
        begin,
        end,
        is_slow,
        is_last,
    });
}

/// A task has got its name.
#[inline]
pub(super) fn named(task: &impl Watch) {
    if timeline::is_on() {
        timeline::named(TOKIO, task.watched().id(), &task.name());
    }
}

/// A task is dropped.
#[inline]
pub(super) fn dropped(task: &impl Watch) {
    if timeline::is_on() {
        timeline::finished(TOKIO, task.watched().id(), Instant::now());
    }
}
