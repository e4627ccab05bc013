//! Tasks as a user reads them: who awaits whom, since when, and where in the source.
//!
//! | file | its part |
//! |---|---|
//! | `text` | as a terminal shows it |
//! | `json` | as a program reads it |
//! | `watched` | tasks on any thread, which others run |
//!
//! This knows nothing of how tasks are kept: whoever runs tasks describes each by a [`Seen`].

pub(crate) mod json;
mod text;
#[cfg(feature = "tokio")]
pub(crate) mod watched;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::places::Call;
use crate::report::Place;

/// A picture of unfinished tasks: [`task_tree`](crate::task_tree).
///
/// Its [`Display`](fmt::Display) form is a tree, in which a task stands below the one that awaits it, and each call of a
/// checked function below the function that awaits it:
///
/// ```text
/// main: waiting for 1.9 s, 2.0 s old, spawned at src/main.rs:31:5
/// └── awaits shop::serve at src/main.rs:32:9
///     ├── awaits shop::accept at src/main.rs:12:20
///     └── reader: waiting for 1.9 s, 2.0 s old, spawned at src/main.rs:14:9
/// ```
///
/// Times, and where a task stands, are only known where the checks of its loop are on
/// ([`Builder::debug`](crate::Builder::debug)).
#[derive(Clone, Debug)]
pub struct TaskTree {
    /// By their numbers.
    tasks: Vec<Seen>,
}

/// What is to be seen of a task.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Which task: unique in its tree.
    pub(crate) id: u64,
    pub(crate) name: Cow<'static, str>,
    /// Where it was spawned.
    pub(crate) spawned: Place,
    /// How long ago that was, where that is known.
    pub(crate) age: Option<Duration>,
    pub(crate) state: State,
    /// How long it has been in this state, where that is known.
    pub(crate) since: Option<Duration>,
    /// Where it stands: the calls that it awaits.
    pub(crate) calls: Vec<Call>,
    /// How many calls are not among them, because they were too many.
    pub(crate) left_out: u32,
    /// The task of the same tree that awaits it.
    pub(crate) awaiter: Option<u64>,
}

/// Where a task stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum State {
    /// It has not had its first step.
    NotBegun,
    Running,
    Waiting,
    /// It is finished, and dropped right now.
    Finished,
}

impl TaskTree {
    pub(crate) fn new(mut tasks: Vec<Seen>) -> Self {
        tasks.sort_by_key(|task| task.id);
        // One that is finished, or a task of another loop, is not there.
        let ids: Vec<u64> = tasks.iter().map(|task| task.id).collect();
        for task in &mut tasks {
            task.awaiter = task.awaiter.filter(|awaiter| ids.binary_search(awaiter).is_ok());
        }
        TaskTree { tasks }
    }

    /// How many tasks there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Whether there is no task.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    /// The same as JSON: an object with `tasks`, a list by `id`.
    ///
    /// A task has `id`, `name`, `state` (`not begun`, `running`, `waiting` or `finished`), `age_ms` and `since_ms` (numbers, or
    /// `null` where they are not known), `spawned_at`, `awaited_by` (the `id` of another one in the list, or `null`), and `awaits`, a list of calls: each has
    /// `function`, `at`, and `awaits` in turn. A place has `file`, `line` and `column`, which is `null` where it is not known.
    /// `left_out` says how many calls are not listed because a task awaits too many.
    ///
    /// # Examples
    ///
    /// ```
    /// checked_async::run(async {
    ///     let json = checked_async::task_tree().to_json();
    ///     assert!(json.starts_with(r#"{"tasks":[{"id":1,"name":"main","state":"running","#));
    /// });
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        json::tree(self)
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::NotBegun => "not begun",
            State::Running => "running",
            State::Waiting => "waiting",
            State::Finished => "finished",
        }
    }
}

impl fmt::Display for TaskTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        text::write(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A task that waits.
    pub(super) fn seen(id: u64, name: &'static str, awaiter: Option<u64>) -> Seen {
        Seen {
            id,
            name: name.into(),
            spawned: place(id as u32, 5),
            age: None,
            state: State::Waiting,
            since: None,
            calls: vec![],
            left_out: 0,
            awaiter,
        }
    }

    /// A call at this line.
    pub(super) fn call(function: &'static str, line: u32, awaits: Vec<Call>) -> Call {
        Call::new(function, place(line, 9), awaits)
    }

    fn place(line: u32, column: u32) -> Place {
        Place { file: "src/main.rs".into(), line, column }
    }
}
