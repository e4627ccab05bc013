//! The tree of tasks, or their timeline, written where the program or the environment asks for it: on a signal, and when whoever
//! runs the tasks says so.
//!
//! A signal is read from a pipe by a thread, which asks each source for its tasks and waits for a time: a loop that is busy is
//! listed as such, and that is what one wants to know then.
//!
//! Invariants:
//! - no signal is handled unless somebody has asked for it, and whoever else handles it still does;
//! - a file is replaced as a whole: nobody reads half of one.

use std::env;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::tree::{TaskTree, json};
use crate::{report, timeline};

/// How long a loop may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where to write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Target(PathBuf);

/// What to write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Text,
    Json,
    Html,
}

/// What is wanted of a loop.
#[derive(Clone, Default, Debug)]
pub(crate) struct Settings {
    pub(crate) target: Option<Target>,
    pub(crate) signal: Option<i32>,
}

impl Settings {
    /// What `CHECKED_ASYNC_DUMP` asks for.
    pub(crate) fn from_environment() -> Self {
        match env::var_os("CHECKED_ASYNC_DUMP").filter(|path| !path.is_empty()) {
            Some(path) => Settings { target: Some(Target(path.into())), signal: default_signal() },
            None => Settings::default(),
        }
    }

    /// Whether anything is wanted.
    #[cfg(feature = "event-loop")]
    pub(crate) fn is_any(&self) -> bool {
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
    #[cfg(any(feature = "event-loop", test))]
    pub(crate) fn new(path: PathBuf) -> Self {
        Target(path)
    }

    pub(crate) fn is_stderr(&self) -> bool {
        self.0 == Path::new("-")
    }

    pub(crate) fn format(&self) -> Format {
        match self.0.extension().and_then(|extension| extension.to_str()) {
            Some(extension) if extension.eq_ignore_ascii_case("json") => Format::Json,
            Some(extension) if extension.eq_ignore_ascii_case("html") => Format::Html,
            _ => Format::Text,
        }
    }

    pub(crate) fn write(&self, why: &str, pictures: &[Picture]) {
        let content = match self.format() {
            Format::Text => text(why, pictures),
            Format::Json => to_json(why, pictures),
            Format::Html => timeline::page(&text(why, pictures)),
        };
        if self.is_stderr() {
            report::print_as_it_is(content);
        } else if let Err(error) = replace(&self.0, &content) {
            self.warn(&error);
        }
    }

    /// Says that nothing is written there.
    pub(crate) fn warn(&self, error: &io::Error) {
        report::warn_of_dump(&self.0, error);
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

/// Who runs tasks.
#[derive(Clone, PartialEq, Eq, Debug)]
#[cfg_attr(not(all(feature = "event-loop", feature = "tokio")), allow(dead_code, reason = "each is of one of the two"))]
pub(crate) enum Source {
    /// The event loop of the thread with this name.
    Loop(String),
    /// All runtimes of tokio, as far as their tasks are known.
    Tokio,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Loop(thread) => write!(f, "event loop of thread `{thread}`"),
            Source::Tokio => f.write_str("tasks of tokio"),
        }
    }
}

/// The tasks of a source at one time.
pub(crate) struct Picture {
    pub(crate) source: Source,
    /// `None` if it has not answered.
    pub(crate) tree: Option<TaskTree>,
}

fn text(why: &str, pictures: &[Picture]) -> String {
    let mut text = String::new();
    for Picture { source, tree } in pictures {
        text += &match tree {
            Some(tree) => {
                let (number, s) = (tree.len(), if tree.len() == 1 { "" } else { "s" });
                format!("{source}, {why}: {number} task{s}\n{tree}")
            }
            None => {
                format!("{source}, {why}: no answer within {} s, as it is busy or not being run\n", PATIENCE.as_secs())
            }
        };
    }
    text
}

fn to_json(why: &str, pictures: &[Picture]) -> String {
    let mut text = String::from("{\"why\":");
    json::text(&mut text, why);
    text.push_str(",\"loops\":");
    let loops = pictures.iter().filter_map(|picture| match &picture.source {
        Source::Loop(thread) => Some((thread, &picture.tree)),
        Source::Tokio => None,
    });
    json::list(&mut text, loops, |text, (thread, tree)| {
        text.push_str("{\"thread\":");
        json::text(text, thread);
        text.push_str(if tree.is_some() { ",\"answered\":true,\"tasks\":" } else { ",\"answered\":false,\"tasks\":" });
        json::tasks(text, tree.as_ref());
        text.push('}');
    });
    if let Some(tokio) = pictures.iter().find(|picture| picture.source == Source::Tokio) {
        text.push_str(",\"tokio\":{\"tasks\":");
        json::tasks(&mut text, tokio.tree.as_ref());
        text.push('}');
    }
    text.push_str("}\n");
    text
}

/// A source of which dumps are wanted.
pub(crate) struct Wanted {
    /// Which, if it may be gone one day.
    #[cfg(feature = "event-loop")]
    pub(crate) number: Option<u64>,
    pub(crate) source: Source,
    pub(crate) target: Target,
    pub(crate) signal: Option<i32>,
    /// Asks for the tasks. A source that is gone drops the sender.
    pub(crate) ask: Arc<dyn Fn() -> mpsc::Receiver<TaskTree> + Send + Sync>,
}

static WANTED: Mutex<Vec<Wanted>> = Mutex::new(Vec::new());

fn wanted<R>(with: impl FnOnce(&mut Vec<Wanted>) -> R) -> R {
    with(&mut WANTED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Has the tasks of a source dumped on its signal from now on, and recorded if a page is wanted.
///
/// # Errors
///
/// If the signal cannot be handled.
pub(crate) fn begin(source: Wanted) -> io::Result<()> {
    if let Some(signal) = source.signal {
        listen(signal)?;
    }
    if source.target.format() == Format::Html {
        timeline::start();
    }
    wanted(|all| all.push(source));
    Ok(())
}

/// Ends that for a source that is gone.
#[cfg(feature = "event-loop")]
pub(crate) fn end(number: u64) {
    wanted(|all| all.retain(|wanted| wanted.number != Some(number)));
}

/// Dumps the sources that want it on this signal.
#[cfg_attr(not(unix), allow(dead_code, reason = "there are no signals"))]
fn dump_all(signal: i32) {
    let asked: Vec<_> = wanted(|all| {
        let of_signal = all.iter().filter(|wanted| wanted.signal == Some(signal));
        of_signal.map(|wanted| (wanted.source.clone(), wanted.target.clone(), Arc::clone(&wanted.ask))).collect()
    });
    let asked: Vec<_> = asked.into_iter().map(|(source, target, ask)| (source, target, ask())).collect();
    let until = Instant::now() + PATIENCE;
    let mut pictures: Vec<(Target, Vec<Picture>)> = Vec::new();
    for (source, target, answered) in asked {
        let tree = match answered.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(tree) => Some(tree),
            Err(mpsc::RecvTimeoutError::Timeout) => None,
            Err(mpsc::RecvTimeoutError::Disconnected) => continue,
        };
        let picture = Picture { source, tree };
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
            Picture { source: Source::Loop("main".into()), tree: Some(TaskTree::new(vec![])) },
            Picture { source: Source::Loop("a \"b\"".into()), tree: None },
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
