//! What the tasks of event loops, and those of tokio that are known, have done, recorded where that is asked for, and drawn as a
//! page of HTML.
//!
//! | file | its part |
//! |---|---|
//! | `page` | the page |
//! | `page.html` | what of it does not depend on what was recorded |
//!
//! Invariants:
//! - the memory is bounded, however long a program runs: the oldest goes first, and how much that is is counted;
//! - where nothing is recorded, a step pays nothing;
//! - no code of the user's runs while the lock is held.

mod page;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

pub(crate) use page::page;

use crate::report::{Place, Violation};

/// How many tasks are kept.
const TASKS: usize = 10_000;
/// How many steps are kept.
const STEPS: usize = 200_000;
/// How many reports are kept.
const REPORTS: usize = 1_000;
/// How many bytes of a report's text are kept.
const TEXT: usize = 4_096;

static RECORDS: AtomicBool = AtomicBool::new(false);
static RECORDING: Mutex<Option<Recording>> = Mutex::new(None);

/// Whether anything is recorded.
#[inline]
pub(crate) fn is_on() -> bool {
    RECORDS.load(Relaxed)
}

/// Records from now on.
pub(crate) fn start() {
    let mut recording = RECORDING.lock().unwrap_or_else(PoisonError::into_inner);
    recording.get_or_insert_with(|| Recording::new(Instant::now()));
    RECORDS.store(true, Relaxed);
}

/// A number for one more loop.
#[cfg(feature = "event-loop")]
pub(crate) fn new_loop() -> u64 {
    use std::sync::atomic::AtomicU64;

    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Relaxed)
}

fn with(record: impl FnOnce(&mut Recording)) {
    if let Some(recording) = &mut *RECORDING.lock().unwrap_or_else(PoisonError::into_inner) {
        record(recording);
    }
}

/// A step of a task that is over.
pub(crate) struct Step<'a> {
    /// The number of its loop.
    pub(crate) of_loop: u64,
    /// The task's number in it.
    pub(crate) task: u64,
    pub(crate) name: &'a str,
    pub(crate) spawned: &'a Place,
    pub(crate) born: Option<Instant>,
    pub(crate) begin: Instant,
    pub(crate) end: Instant,
    pub(crate) is_slow: bool,
    /// Whether it was the last.
    pub(crate) is_last: bool,
}

/// Records a step.
pub(crate) fn step(step: &Step<'_>) {
    with(|recording| recording.step(step));
}

/// Records the end of a task that is dropped between two steps.
#[cfg(feature = "tokio")]
pub(crate) fn finished(of_loop: u64, task: u64, at: Instant) {
    with(|recording| recording.finished((of_loop, task), at));
}

/// Records that a task was named, which may be after its steps.
#[cfg(feature = "tokio")]
pub(crate) fn named(of_loop: u64, task: u64, name: &str) {
    with(|recording| {
        if let Some(task) = recording.task((of_loop, task)) {
            name.clone_into(&mut task.name);
        }
    });
}

/// Records a report.
pub(crate) fn report(violation: &Violation) {
    if is_on() {
        let now = Instant::now();
        // It may be long, and the user's names are in it.
        let text = violation.to_string();
        with(|recording| recording.report(violation, text, now));
    }
}

/// What is kept.
struct Recording {
    start: Instant,
    tasks: VecDeque<Task>,
    /// How many tasks are gone from the front.
    tasks_gone: u64,
    /// Which task is which, counted from the first there ever was.
    numbers: HashMap<(u64, u64), u64>,
    steps: VecDeque<Kept>,
    steps_gone: u64,
    reports: VecDeque<Report>,
    reports_gone: u64,
}

struct Task {
    of_loop: u64,
    id: u64,
    name: String,
    spawned: Place,
    /// All times are microseconds from the start.
    born: u64,
    finished: Option<u64>,
    steps: u64,
    /// How long they took in all.
    busy: u64,
}

struct Kept {
    task: u64,
    begin: u64,
    took: u64,
    is_slow: bool,
}

struct Report {
    at: u64,
    kind: &'static str,
    task: Option<String>,
    message: String,
    text: String,
}

impl Recording {
    fn new(start: Instant) -> Self {
        Recording {
            start,
            tasks: VecDeque::new(),
            tasks_gone: 0,
            numbers: HashMap::new(),
            steps: VecDeque::new(),
            steps_gone: 0,
            reports: VecDeque::new(),
            reports_gone: 0,
        }
    }

    fn time(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.start).as_micros() as u64
    }

    fn step(&mut self, step: &Step<'_>) {
        let (begin, end) = (self.time(step.begin), self.time(step.end));
        let born = step.born.map_or(begin, |born| self.time(born));
        let key = (step.of_loop, step.task);
        let number = *self.numbers.entry(key).or_insert_with(|| {
            self.tasks.push_back(Task {
                of_loop: step.of_loop,
                id: step.task,
                name: String::new(),
                spawned: step.spawned.clone(),
                born,
                finished: None,
                steps: 0,
                busy: 0,
            });
            self.tasks_gone + self.tasks.len() as u64 - 1
        });
        let task = &mut self.tasks[(number - self.tasks_gone) as usize];
        if task.name != step.name {
            step.name.clone_into(&mut task.name);
        }
        task.steps += 1;
        task.busy += end - begin;
        if step.is_last {
            task.finished = Some(end);
        }
        if self.steps.len() == STEPS {
            self.steps.pop_front();
            self.steps_gone += 1;
        }
        self.steps.push_back(Kept { task: number, begin, took: end - begin, is_slow: step.is_slow });
        if self.tasks.len() > TASKS {
            self.drop_task();
        }
    }

    #[cfg(feature = "tokio")]
    fn finished(&mut self, task: (u64, u64), at: Instant) {
        let at = self.time(at);
        if let Some(task) = self.task(task) {
            task.finished.get_or_insert(at);
        }
    }

    /// A task that is kept.
    #[cfg(feature = "tokio")]
    fn task(&mut self, task: (u64, u64)) -> Option<&mut Task> {
        let number = self.numbers.get(&task)?;
        self.tasks.get_mut((number - self.tasks_gone) as usize)
    }

    /// Drops the first task there is, with its steps as far as they are the first too.
    fn drop_task(&mut self) {
        if let Some(task) = self.tasks.pop_front() {
            self.numbers.remove(&(task.of_loop, task.id));
            self.tasks_gone += 1;
        }
        while self.steps.front().is_some_and(|step| step.task < self.tasks_gone) {
            self.steps.pop_front();
            self.steps_gone += 1;
        }
    }

    fn report(&mut self, violation: &Violation, mut text: String, now: Instant) {
        if text.len() > TEXT {
            let end = (0..=TEXT).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
            text.truncate(end);
            text.push('…');
        }
        if self.reports.len() == REPORTS {
            self.reports.pop_front();
            self.reports_gone += 1;
        }
        self.reports.push_back(Report {
            at: self.time(now),
            kind: violation.kind.name(),
            task: violation.task.clone(),
            message: violation.message.clone(),
            text,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn record(recording: &mut Recording, task: u64, at: u64) {
        let begin = recording.start + Duration::from_micros(at);
        let spawned = Place { file: "src/main.rs".into(), line: 1, column: 1 };
        recording.step(&Step {
            of_loop: 0,
            task,
            name: "task",
            spawned: &spawned,
            born: None,
            begin,
            end: begin + Duration::from_micros(1),
            is_slow: false,
            is_last: false,
        });
    }

    #[test]
    fn steps_are_bounded_and_what_is_gone_is_counted() {
        let mut recording = Recording::new(Instant::now());
        for n in 0..STEPS as u64 + 5 {
            record(&mut recording, 1, n);
        }
        assert_eq!((recording.steps.len(), recording.steps_gone), (STEPS, 5));
        assert_eq!((recording.tasks[0].steps, recording.steps[0].begin), (STEPS as u64 + 5, 5));
    }

    #[test]
    fn tasks_are_bounded_and_go_with_their_steps() {
        let mut recording = Recording::new(Instant::now());
        for n in 0..TASKS as u64 + 3 {
            record(&mut recording, n, n);
        }
        assert_eq!((recording.tasks.len(), recording.tasks_gone, recording.steps_gone), (TASKS, 3, 3));
        assert_eq!(recording.numbers.len(), TASKS);
        // One that comes back is another.
        record(&mut recording, 0, 99);
        assert_eq!((recording.tasks.len(), recording.tasks_gone), (TASKS, 4));
        assert_eq!(recording.tasks.back().unwrap().id, 0);
    }
}
