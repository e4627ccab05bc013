//! When a loop's tasks are dumped: on its signal, when it stands still, when a run has ended, and when it has.

use std::io;
use std::sync::{Arc, mpsc};
use std::thread;

use super::core::Core;
use crate::dump::{self, Format, Picture, Settings, Source, Target, Wanted};
use crate::task::tree;
use crate::tree::TaskTree;

/// Has a loop's tasks dumped until this is dropped.
pub(super) struct Dumps {
    number: u64,
    source: Source,
    target: Target,
}

impl Dumps {
    /// Begins to, if it is wanted, on the thread of the loop.
    pub(super) fn begin(core: &Core, settings: Settings) -> io::Result<Option<Self>> {
        if !settings.is_any() {
            return Ok(None);
        }
        let target = settings.target.unwrap_or_else(|| Target::new("-".into()));
        let current = thread::current();
        let thread = current.name().map_or_else(|| format!("{:?}", current.id()), str::to_owned);
        let dumps = Dumps { number: core.serial, source: Source::Loop(thread), target };
        let shared = Arc::clone(core.shared());
        let ask = move || {
            let (answer, answered) = mpsc::channel();
            // A loop that is closed has nothing to say.
            shared.call(move || drop(answer.send(Core::with(tree::of))));
            answered
        };
        dump::begin(Wanted {
            number: Some(core.serial),
            source: dumps.source.clone(),
            target: dumps.target.clone(),
            signal: settings.signal,
            ask: Arc::new(ask),
        })?;
        Ok(Some(dumps))
    }

    fn write(&self, why: &str, tree: TaskTree) {
        self.target.write(why, &[Picture { source: self.source.clone(), tree: Some(tree) }]);
    }

    /// The future that was run has ended, its tasks may be left.
    pub(super) fn run_ended(&self, core: &Core) {
        let tree = tree::of(core);
        let tells = !self.target.is_stderr() || !tree.is_empty();
        if self.target.format() != Format::Html && tells {
            self.write("at the end of a run", tree);
        }
    }

    /// The loop has ended.
    pub(super) fn loop_ended(&self, core: &Core) {
        if self.target.format() == Format::Html {
            self.write("at the end of the loop", tree::of(core));
        }
    }

    /// The loop stands still. The report of that shows its tasks.
    pub(super) fn stalled(&self, tree: &TaskTree) {
        if !self.target.is_stderr() {
            self.write("as nothing has run for long", tree.clone());
        }
    }
}

impl Drop for Dumps {
    fn drop(&mut self) {
        dump::end(self.number);
    }
}
