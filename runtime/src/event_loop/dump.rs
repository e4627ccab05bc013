//! The tree of tasks, or their timeline, written where the program or the environment asks for it: on a signal, when a loop
//! stands still, and when it ends.
//!
//! A signal is read from a pipe by a thread, which asks each loop for its tasks and waits for a time: one that is busy is
//! listed as such, and that is what one wants to know then.
//!
//! Invariants:
//! - no signal is handled unless somebody has asked for it, and whoever else handles it still does;
//! - a file is replaced as a whole: nobody reads half of one.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::core::Core;
use super::remote::Shared;
use crate::task::tree;
use crate::tree::{TaskTree, json};
use crate::{report, timeline};

/// How long a loop may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Target(PathBuf);

/// What to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Text,
    Json,
    Html,
}

/// What is wanted of a loop.
#[derive(Clone, Default, Debug)]
pub(super) struct Settings {
    pub(super) target: Option<Target>,
    pub(super) signal: Option<i32>,
}

impl Settings {
    /// What `CHECKED_ASYNC_DUMP` asks for.
    pub(super) fn from_environment() -> Self {
        match env::var_os("CHECKED_ASYNC_DUMP").filter(|path| !path.is_empty()) {
            Some(path) => Settings { target: Some(Target::new(path.into())), signal: default_signal() },
            None => Settings::default(),
        }
    }

    /// Whether anything is wanted.
    pub(super) fn is_any(&self) -> bool {
        self.target.is_some() || self.signal.is_some()
    }
}

/// The signal that the environment variable stands for.
fn default_signal() -> Option<i32> {
    #[cfg(unix)]
    return Some(signal_hook::consts::SIGUSR1);
    #[cfg(not(unix))]
    None
}

impl Target {
    pub(super) fn new(path: PathBuf) -> Self {
        Target(path)
    }

    fn is_stderr(&self) -> bool {
        self.0 == Path::new("-")
    }

    fn format(&self) -> Format {
        match self.0.extension().and_then(|extension| extension.to_str()) {
            Some(extension) if extension.eq_ignore_ascii_case("json") => Format::Json,
            Some(extension) if extension.eq_ignore_ascii_case("html") => Format::Html,
            _ => Format::Text,
        }
    }

    fn write(&self, why: &str, loops: &[Picture]) {
        let content = match self.format() {
            Format::Text => text(why, loops),
            Format::Json => to_json(why, loops),
            Format::Html => timeline::page(&text(why, loops)),
        };
        if self.is_stderr() {
            report::print_as_it_is(content);
        } else if let Err(error) = replace(&self.0, &content) {
            report::warn_of_dump(&self.0, &error);
        }
    }
}

/// Replaces a file.
fn replace(path: &Path, content: &str) -> io::Result<()> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".{}-{}", std::process::id(), NUMBER.fetch_add(1, Relaxed)));
    let new = path.with_file_name(name);
    let written = fs::write(&new, content).and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// A loop at one time.
struct Picture {
    thread: String,
    /// `None` if it has not answered.
    tree: Option<TaskTree>,
}

fn text(why: &str, loops: &[Picture]) -> String {
    let mut text = String::new();
    for Picture { thread, tree } in loops {
        text += &match tree {
            Some(tree) => {
                let (number, s) = (tree.len(), if tree.len() == 1 { "" } else { "s" });
                format!("event loop of thread `{thread}`, {why}: {number} task{s}\n{tree}")
            }
            None => format!(
                "event loop of thread `{thread}`, {why}: no answer within {} s, as it is busy or not being run\n",
                PATIENCE.as_secs()
            ),
        };
    }
    text
}

fn to_json(why: &str, loops: &[Picture]) -> String {
    let mut text = String::from("{\"why\":");
    json::text(&mut text, why);
    text.push_str(",\"loops\":");
    json::list(&mut text, loops, |text, Picture { thread, tree }| {
        text.push_str("{\"thread\":");
        json::text(text, thread);
        text.push_str(if tree.is_some() { ",\"answered\":true,\"tasks\":" } else { ",\"answered\":false,\"tasks\":" });
        json::tasks(text, tree.as_ref());
        text.push('}');
    });
    text.push_str("}\n");
    text
}

/// A loop of which dumps are wanted.
struct Wanted {
    number: u64,
    thread: String,
    shared: Arc<Shared>,
    target: Target,
    signal: Option<i32>,
}

static WANTED: Mutex<Vec<Wanted>> = Mutex::new(Vec::new());

fn wanted<R>(with: impl FnOnce(&mut Vec<Wanted>) -> R) -> R {
    with(&mut WANTED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Has a loop's tasks dumped until this is dropped.
pub(super) struct Dumps {
    number: u64,
    thread: String,
    target: Target,
}

impl Dumps {
    /// Begins to, if it is wanted, on the thread of the loop.
    pub(super) fn begin(core: &Core, settings: Settings) -> io::Result<Option<Self>> {
        if !settings.is_any() {
            return Ok(None);
        }
        let target = settings.target.unwrap_or_else(|| Target::new("-".into()));
        if let Some(signal) = settings.signal {
            listen(signal)?;
        }
        if target.format() == Format::Html {
            timeline::start();
        }
        let current = thread::current();
        let thread = current.name().map_or_else(|| format!("{:?}", current.id()), str::to_owned);
        let dumps = Dumps { number: core.serial, thread, target };
        let wanted = Wanted {
            number: core.serial,
            thread: dumps.thread.clone(),
            shared: Arc::clone(core.shared()),
            target: dumps.target.clone(),
            signal: settings.signal,
        };
        self::wanted(|all| all.push(wanted));
        Ok(Some(dumps))
    }

    fn write(&self, why: &str, tree: TaskTree) {
        self.target.write(why, &[Picture { thread: self.thread.clone(), tree: Some(tree) }]);
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
        wanted(|all| all.retain(|wanted| wanted.number != self.number));
    }
}

/// Dumps the loops that want it on this signal.
#[cfg_attr(not(unix), allow(dead_code, reason = "there are no signals"))]
fn dump_all(signal: i32) {
    let asked: Vec<_> = wanted(|all| {
        let of_signal = all.iter().filter(|wanted| wanted.signal == Some(signal));
        of_signal.map(|wanted| (wanted.thread.clone(), wanted.target.clone(), Arc::clone(&wanted.shared))).collect()
    });
    let asked: Vec<_> = asked
        .into_iter()
        .map(|(thread, target, shared)| {
            let (answer, answered) = mpsc::channel();
            let ask = move || drop(answer.send(Core::with(tree::of)));
            // A loop that is closed has nothing to say.
            shared.call(ask);
            (thread, target, answered)
        })
        .collect();
    let until = Instant::now() + PATIENCE;
    let mut pictures: Vec<(Target, Vec<Picture>)> = Vec::new();
    for (thread, target, answered) in asked {
        let tree = match answered.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(tree) => Some(tree),
            Err(mpsc::RecvTimeoutError::Timeout) => None,
            Err(mpsc::RecvTimeoutError::Disconnected) => continue,
        };
        let picture = Picture { thread, tree };
        match pictures.iter_mut().find(|(other, _)| *other == target) {
            Some((_, pictures)) => pictures.push(picture),
            None => pictures.push((target, vec![picture])),
        }
    }
    for (target, pictures) in pictures {
        target.write("on request", &pictures);
    }
}

/// Has a signal heard from now on.
#[cfg(unix)]
fn listen(signal: i32) -> io::Result<()> {
    use std::io::Read as _;
    use std::os::unix::net::UnixStream;

    static HEARD: Mutex<Vec<i32>> = Mutex::new(Vec::new());
    let mut heard = HEARD.lock().unwrap_or_else(PoisonError::into_inner);
    if heard.contains(&signal) {
        return Ok(());
    }
    if signal_hook::consts::FORBIDDEN.contains(&signal) {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("signal {signal} cannot be handled")));
    }
    let (mut reader, writer) = UnixStream::pair()?;
    thread::Builder::new().name("checked-async-dump".into()).stack_size(512 * 1024).spawn(move || {
        let mut bytes = [0; 64];
        // Several signals in a row are one.
        while reader.read(&mut bytes).is_ok_and(|read| read > 0) {
            dump_all(signal);
        }
    })?;
    signal_hook::low_level::pipe::register(signal, writer)?;
    heard.push(signal);
    Ok(())
}

/// There is none.
#[cfg(not(unix))]
fn listen(_signal: i32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_says_what_is_written() {
        let format = |path: &str| Target::new(path.into()).format();
        assert_eq!(
            ["a.json", "b.JSON", "c.html", "d.txt", "e", "-", "json"].map(format),
            [Format::Json, Format::Json, Format::Html, Format::Text, Format::Text, Format::Text, Format::Text]
        );
    }

    #[test]
    fn a_busy_loop_is_listed() {
        let pictures = [
            Picture { thread: "main".into(), tree: Some(TaskTree::new(vec![])) },
            Picture { thread: "a \"b\"".into(), tree: None },
        ];
        assert_eq!(
            text("on request", &pictures),
            "event loop of thread `main`, on request: 0 tasks\nevent loop of thread `a \"b\"`, on request: no answer within \
             1 s, as it is busy or not being run\n"
        );
        assert_eq!(
            to_json("on request", &pictures),
            "{\"why\":\"on request\",\"loops\":[{\"thread\":\"main\",\"answered\":true,\"tasks\":[]},{\"thread\":\"a \
             \\\"b\\\"\",\"answered\":false,\"tasks\":[]}]}\n"
        );
    }
}
