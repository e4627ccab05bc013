//! The tree of tasks in a terminal, drawn as `cargo tree` draws its own.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::fmt;
use std::time::Duration;

use super::{Seen, State, TaskTree};
use crate::places::Call;

/// How deep tasks are drawn below each other. Those that are deeper begin anew at the left.
const DEPTH: usize = 64;

/// Writes all tasks.
pub(super) fn write(tree: &TaskTree, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let names = tree.tasks.iter().map(|task| (task.id, &*task.name)).collect();
    let mut awaited: BTreeMap<u64, Vec<&Seen>> = BTreeMap::new();
    for task in &tree.tasks {
        if let Some(awaiter) = task.awaiter {
            awaited.entry(awaiter).or_default().push(task);
        }
    }
    let mut drawing =
        Drawing { names, awaited, drawn: HashSet::new(), later: VecDeque::new(), depth: 0, indent: String::new(), f };
    for task in tree.tasks.iter().filter(|task| task.awaiter.is_none()) {
        drawing.tree(task, "")?;
    }
    // Tasks that await each other in a circle hang below nobody: the first of them is drawn as if it did.
    for task in &tree.tasks {
        if !drawing.drawn.contains(&task.id) {
            drawing.tree(task, "awaited in a circle by")?;
        }
    }
    Ok(())
}

struct Drawing<'a, 'f> {
    names: BTreeMap<u64, &'a str>,
    /// Those that a task awaits.
    awaited: BTreeMap<u64, Vec<&'a Seen>>,
    /// The tasks that were.
    drawn: HashSet<u64>,
    /// Those that are too deep where they belong.
    later: VecDeque<&'a Seen>,
    depth: usize,
    /// What stands before a line.
    indent: String,
    f: &'a mut fmt::Formatter<'f>,
}

/// What stands below a task.
enum Below<'a> {
    Call(&'a Call),
    LeftOut(u32),
    Task(&'a Seen),
}

impl<'a> Drawing<'a, '_> {
    /// Draws a task at the left, and then what of it is too deep.
    fn tree(&mut self, task: &'a Seen, awaited_by: &str) -> fmt::Result {
        self.root(task, awaited_by)?;
        while let Some(task) = self.later.pop_front() {
            self.root(task, "awaited by")?;
        }
        Ok(())
    }

    fn root(&mut self, task: &'a Seen, awaited_by: &str) -> fmt::Result {
        let awaiter = task.awaiter.and_then(|awaiter| self.names.get(&awaiter));
        self.task(task, &awaiter.map_or_else(String::new, |awaiter| format!(", {awaited_by} {awaiter}")))
    }

    fn task(&mut self, task: &'a Seen, note: &str) -> fmt::Result {
        self.drawn.insert(task.id);
        writeln!(self.f, "{task}{note}")?;
        let mut below: Vec<Below<'_>> = task.calls.iter().map(Below::Call).collect();
        if task.left_out > 0 {
            below.push(Below::LeftOut(task.left_out));
        }
        below.extend(self.awaited.remove(&task.id).into_iter().flatten().map(Below::Task));
        for (n, entry) in below.iter().enumerate() {
            self.branch(n + 1 == below.len(), |drawing| match entry {
                Below::Call(call) => drawing.call(call),
                Below::LeftOut(number) => writeln!(drawing.f, "and {number} more"),
                // In a circle, each is drawn once.
                Below::Task(task) if drawing.drawn.contains(&task.id) => {
                    writeln!(drawing.f, "{} (see above)", task.name)
                }
                Below::Task(task) if drawing.depth == DEPTH => {
                    drawing.later.push_back(task);
                    writeln!(drawing.f, "{} (see below)", task.name)
                }
                Below::Task(task) => drawing.task(task, ""),
            })?;
        }
        Ok(())
    }

    fn call(&mut self, call: &Call) -> fmt::Result {
        writeln!(self.f, "awaits {} at {}", call.function, call.place)?;
        for (n, inner) in call.awaits.iter().enumerate() {
            self.branch(n + 1 == call.awaits.len(), |drawing| drawing.call(inner))?;
        }
        Ok(())
    }

    /// Draws what hangs on a branch.
    fn branch(&mut self, last: bool, draw: impl FnOnce(&mut Self) -> fmt::Result) -> fmt::Result {
        let (branch, rule) = if last { ("└── ", "    ") } else { ("├── ", "│   ") };
        write!(self.f, "{}{branch}", self.indent)?;
        let length = self.indent.len();
        self.indent.push_str(rule);
        self.depth += 1;
        let drawn = draw(self);
        self.depth -= 1;
        self.indent.truncate(length);
        drawn
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.state.name())?;
        if let (State::Waiting, Some(since)) = (self.state, self.since) {
            write!(f, " for {}", Seconds(since))?;
        }
        if let Some(age) = self.age {
            write!(f, ", {} old", Seconds(age))?;
        }
        write!(f, ", spawned at {}", self.spawned)
    }
}

/// A time as a person wants to know it.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
            (0, 0, _) => write!(f, "{:.1} s", self.0.as_secs_f64()),
            (0, minutes, seconds) => write!(f, "{minutes} min {seconds} s"),
            (hours, minutes, _) => write!(f, "{hours} h {minutes} min"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{call, seen};
    use super::*;

    #[test]
    fn a_tree_reads_like_cargo_s() {
        let serve = call("shop::serve", 32, vec![call("shop::accept", 12, vec![]), call("shop::tick", 13, vec![])]);
        let mut main = Seen { calls: vec![serve], age: Some(Duration::from_secs(3)), ..seen(1, "main", None) };
        main.since = Some(Duration::from_millis(1940));
        let mut worker = Seen { left_out: 2, ..seen(2, "worker", Some(1)) };
        worker.calls = vec![call("shop::work", 40, vec![])];
        let reader = Seen { age: Some(Duration::from_secs(3725)), ..seen(3, "reader", Some(2)) };
        let late = Seen { state: State::NotBegun, age: Some(Duration::from_secs(61)), ..seen(4, "late", Some(1)) };
        let alone = Seen { state: State::Running, ..seen(5, "task 5", Some(77)) };
        let tree = TaskTree::new(vec![alone, main, worker, reader, late]);
        assert_eq!(
            tree.to_string(),
            "\
main: waiting for 1.9 s, 3.0 s old, spawned at src/main.rs:1:5
├── awaits shop::serve at src/main.rs:32:9
│   ├── awaits shop::accept at src/main.rs:12:9
│   └── awaits shop::tick at src/main.rs:13:9
├── worker: waiting, spawned at src/main.rs:2:5
│   ├── awaits shop::work at src/main.rs:40:9
│   ├── and 2 more
│   └── reader: waiting, 1 h 2 min old, spawned at src/main.rs:3:5
└── late: not begun, 1 min 1 s old, spawned at src/main.rs:4:5
task 5: running, spawned at src/main.rs:5:5
"
        );
    }

    #[test]
    fn a_circle_is_drawn_once() {
        let tree = TaskTree::new(vec![seen(1, "a", Some(2)), seen(2, "b", Some(1)), seen(3, "c", Some(2))]);
        assert_eq!(
            tree.to_string(),
            "\
a: waiting, spawned at src/main.rs:1:5, awaited in a circle by b
└── b: waiting, spawned at src/main.rs:2:5
    ├── a (see above)
    └── c: waiting, spawned at src/main.rs:3:5
"
        );
    }

    #[test]
    fn a_deep_tree_goes_on_at_the_left() {
        // So deep that a stack would not do: each awaits the next.
        let deep = 100_000;
        let name = |n| if n == DEPTH as u64 + 1 { "deep" } else { "task" };
        let task = |n| seen(n, name(n), n.checked_sub(1).filter(|&awaiter| awaiter > 0));
        let text = TaskTree::new((1..=deep).map(task).collect()).to_string();
        let see_below = format!("{}└── deep (see below)\n", "    ".repeat(DEPTH - 1));
        let anew =
            format!("\ndeep: waiting, spawned at src/main.rs:{}:5, awaited by task\n└── task: waiting", DEPTH + 1);
        assert!(text.contains(&see_below) && text.contains(&anew), "{}", &text[..20_000]);
        assert_eq!(text.matches("waiting").count() as u64, deep);
    }

    #[test]
    fn a_wide_tree_takes_no_longer_than_its_lines() {
        // Quadratic, this takes a minute.
        let wide = 200_000;
        let text = TaskTree::new((1..=wide).map(|n| seen(n, "task", (n > 1).then_some(1))).collect()).to_string();
        assert_eq!(text.lines().count() as u64, wide);
    }

    #[test]
    fn without_tasks_nothing_is_drawn() {
        assert_eq!(TaskTree::new(vec![]).to_string(), "");
    }
}
