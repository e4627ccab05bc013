//! The tasks of a loop as a user reads them: who awaits whom, since when.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, Instant};

use super::record::{Phase, Record};
use crate::event_loop::Core;
use crate::report::Place;

/// A picture of a loop's unfinished tasks: [`task_tree`].
///
/// Its [`Display`](fmt::Display) form is a tree, in which a task stands below the one that awaits it.
#[derive(Clone, Debug)]
pub struct TaskTree {
    nodes: Vec<Node>,
}

#[derive(Clone, Debug)]
struct Node {
    id: u64,
    name: Cow<'static, str>,
    created: Place,
    phase: Phase,
    /// How long it has been in this phase, where that is known.
    since: Option<Duration>,
    awaiter: Option<u64>,
}

/// The unfinished tasks of this thread's loop.
///
/// # Panics
///
/// Where no event loop is running on this thread.
///
/// # Examples
///
/// ```
/// checked_async::run(async {
///     let task = checked_async::spawn(std::future::pending::<()>()).named("reader");
///     checked_async::yield_now().await;
///     assert!(checked_async::task_tree().to_string().contains("reader: waiting"));
///     task.cancel();
/// });
/// ```
#[track_caller]
#[must_use]
pub fn task_tree() -> TaskTree {
    Core::with(TaskTree::of)
}

/// Prints [`task_tree`] to stderr.
///
/// # Panics
///
/// Where no event loop is running on this thread.
#[track_caller]
pub fn print_task_tree() {
    eprint!("{}", task_tree());
}

impl TaskTree {
    /// The unfinished tasks of a loop.
    pub(crate) fn of(core: &Core) -> Self {
        let now = core.is_debug().then(Instant::now);
        let mut nodes: Vec<Node> = core.tasks().unfinished().map(|(_, record)| Node::of(record, now)).collect();
        nodes.sort_by_key(|node| node.id);
        TaskTree { nodes }
    }

    /// How many tasks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no task.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Writes those whom this one awaits, or those whom nobody awaits.
    fn write(
        &self,
        f: &mut fmt::Formatter<'_>,
        awaiter: Option<u64>,
        indent: &str,
        path: &mut Vec<u64>,
    ) -> fmt::Result {
        let known = |id: u64| self.nodes.iter().any(|node| node.id == id);
        let below: Vec<&Node> =
            self.nodes.iter().filter(|node| node.awaiter.filter(|&awaiter| known(awaiter)) == awaiter).collect();
        for (n, node) in below.iter().enumerate() {
            let last = n + 1 == below.len();
            let (branch, rule) = match awaiter {
                None => ("", ""),
                Some(_) if last => ("└── ", "    "),
                Some(_) => ("├── ", "│   "),
            };
            writeln!(f, "{indent}{branch}{node}")?;
            path.push(node.id);
            self.write(f, Some(node.id), &format!("{indent}{rule}"), path)?;
        }
        Ok(())
    }
}

impl Node {
    fn of(record: &Record, now: Option<Instant>) -> Self {
        Node {
            id: record.id,
            name: record.name(),
            created: record.created.into(),
            phase: record.phase,
            since: now.zip(record.since).map(|(now, since)| now.saturating_duration_since(since)),
            awaiter: record
                .rare()
                .and_then(|rare| rare.awaiter)
                .map(|awaiter| awaiter.id)
                .filter(|&awaiter| awaiter != record.id),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match self.phase {
            Phase::New => "not begun",
            Phase::Running => "running",
            Phase::Waiting => "waiting",
            Phase::Finished => "finished",
        };
        write!(f, "{}: {phase}", self.name)?;
        if let (Phase::Waiting, Some(since)) = (self.phase, self.since) {
            write!(f, " for {:.1} s", since.as_secs_f64())?;
        }
        write!(f, ", spawned at {}", self.created)
    }
}

impl fmt::Display for TaskTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut path = Vec::new();
        self.write(f, None, "", &mut path)?;
        // Tasks that await each other in a circle hang below nobody.
        for node in self.nodes.iter().filter(|node| !path.contains(&node.id)) {
            let awaiter = node.awaiter.unwrap_or_default();
            writeln!(f, "{node}, awaited in a circle by task {awaiter}")?;
        }
        Ok(())
    }
}
