//! The thread that writes to stderr for those that run tasks, so that a slow or blocked stderr never blocks a loop or a worker of
//! another executor's.
//!
//! ```text
//! loop, worker ──▶ queue ──▶ writer ──▶ stderr
//!   └── waits until it is written, but no longer than PATIENCE; not at all while the writer is behind
//! ```
//! As a rule a report is written when the thread goes on, so that its place among the program's own output is right, and none is
//! lost if the process ends. Where stderr takes nothing, the thread has waited once; then reports are queued, and when the queue
//! is full they are counted, which is said as soon as stderr takes something again. A thread that ends, and a process that
//! does by its hand, waits once more for what it has queued: so the short wait loses nothing where the machine is merely busy.
//!
//! A thread runs tasks if a loop runs on it, if it has ever polled a checked future, or if it belongs to a runtime of tokio's. All
//! others write themselves, and may be blocked: they hold nobody up, and what they write is never lost. Panics never come this way:
//! they are the standard library's.
//!
//! Invariants:
//! - what one thread writes keeps its order, and nothing is written twice;
//! - the lock is not held while anything is written.

use std::cell::Cell;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::process;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::check::slow_poll;
#[cfg(feature = "event-loop")]
use crate::event_loop::Core;

/// How long a thread waits for stderr at most, and only if it was not behind before: half of what is slow by default.
const PATIENCE: Duration = Duration::from_millis(50);
/// How long the end of a run, or of a thread, waits for it at most.
const AT_THE_END: Duration = Duration::from_secs(1);
/// How many texts are queued.
const QUEUED: usize = 1_000;

/// Writes a text to stderr; on a thread that runs tasks by the writer.
pub(super) fn write(text: String) {
    if runs_tasks()
        && let Some(writer) = writer()
    {
        if !writer.write(text) {
            // Where the thread's locals are being destroyed, it has waited enough.
            let _ = OWES.try_with(|owes| owes.0.set(true));
        }
    } else {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

/// Waits until all is written, but not for ever.
pub(crate) fn flush() {
    if let Some(Some(writer)) = WRITER.get()
        && writer.process == process::id()
    {
        writer.wait_until_written(u64::MAX, AT_THE_END);
    }
}

/// Whether others wait while this thread is blocked.
fn runs_tasks() -> bool {
    #[cfg(feature = "event-loop")]
    if Core::try_with(|core| core.is_some()) {
        return true;
    }
    #[cfg(feature = "tokio")]
    if ::tokio::runtime::Handle::try_current().is_ok() {
        return true;
    }
    slow_poll::has_polled()
}

thread_local! {
    static OWES: Owes = const { Owes(Cell::new(false)) };
}

/// Whether this thread has ever gone on before what it had to say was written.
struct Owes(Cell<bool>);

impl Drop for Owes {
    fn drop(&mut self) {
        // Elsewhere a process that ends has stopped its other threads by now, wherever they were.
        if cfg!(unix) && self.0.get() {
            flush();
        }
    }
}

static WRITER: OnceLock<Option<Arc<Writer>>> = OnceLock::new();

/// The writer, started with the first text. In the child of a `fork` it is not there.
fn writer() -> Option<&'static Writer> {
    let writer = WRITER.get_or_init(|| Writer::start(io::stderr()).ok()).as_deref()?;
    (writer.process == process::id()).then_some(writer)
}

struct Writer {
    process: u32,
    state: Mutex<State>,
    /// Told when there is something to write.
    pushed: Condvar,
    /// Told when something was written.
    written: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<String>,
    /// How many were put into the queue, and how many of them were written, ever.
    pushed: u64,
    written: u64,
    /// How many were not put into the queue since that was said last.
    lost: u64,
    /// Whether stderr has kept somebody waiting, and the queue was not empty since.
    is_behind: bool,
}

impl Writer {
    fn start(sink: impl Write + Send + 'static) -> io::Result<Arc<Self>> {
        let writer = Arc::new(Writer {
            process: process::id(),
            state: Mutex::default(),
            pushed: Condvar::new(),
            written: Condvar::new(),
        });
        let runs = Arc::clone(&writer);
        let thread = thread::Builder::new().name("checked-async-log".into()).stack_size(256 * 1024);
        thread.spawn(move || runs.run(sink))?;
        Ok(writer)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a text, and waits for a while until it is written. Whether it is.
    fn write(&self, text: String) -> bool {
        let mut state = self.lock();
        if state.queue.len() >= QUEUED {
            state.lost += 1;
            return false;
        }
        state.queue.push_back(text);
        state.pushed += 1;
        let (number, is_behind) = (state.pushed, state.is_behind);
        drop(state);
        self.pushed.notify_one();
        !is_behind && self.wait_until_written(number, PATIENCE)
    }

    /// Waits until so many are written, or all there are; whether they were.
    fn wait_until_written(&self, number: u64, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let mut state = self.lock();
        loop {
            if state.written >= number.min(state.pushed) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.is_behind = true;
                return false;
            }
            state = self.written.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// What the thread does, for ever.
    fn run(&self, mut sink: impl Write) {
        let mut state = self.lock();
        loop {
            let Some(text) = state.queue.pop_front() else {
                state.is_behind = false;
                state = self.pushed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            drop(state);
            // A stderr that cannot be written to is nobody's fault here.
            let _ = sink.write_all(text.as_bytes()).and_then(|()| sink.flush());
            state = self.lock();
            state.written += 1;
            // They came when the queue was full, so after all that are left in it.
            if state.queue.is_empty() && state.lost > 0 {
                let lost = std::mem::take(&mut state.lost);
                let s = if lost == 1 { " was" } else { "s were" };
                let said = format!("warning: checked-async: {lost} report{s} not shown, as stderr was blocked\n");
                state.queue.push_back(said);
                state.pushed += 1;
            }
            self.written.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;

    /// A sink that takes one text each time it may, and shows what it took.
    struct Sink {
        may: Receiver<()>,
        takes: Sender<String>,
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.may.recv().map_err(io::Error::other)?;
            self.takes.send(String::from_utf8_lossy(bytes).into()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn writer() -> (Arc<Writer>, Sender<()>, Receiver<String>) {
        let (lets, may) = channel();
        let (takes, taken) = channel();
        (Writer::start(Sink { may, takes }).unwrap(), lets, taken)
    }

    #[test]
    fn what_is_written_is_there_when_the_call_returns() {
        let (writer, lets, taken) = writer();
        for n in 0..3 {
            lets.send(()).unwrap();
            writer.write(format!("{n}\n"));
            // Unless the machine was too busy for that, in which case it comes.
            assert_eq!(taken.recv().unwrap(), format!("{n}\n"));
        }
    }

    #[test]
    fn a_blocked_sink_blocks_nobody_and_what_is_lost_is_said() {
        let (writer, lets, taken) = writer();
        // The first is in the sink's hands, or will be; it may stand in the queue.
        writer.write("first\n".into());
        assert!(writer.lock().is_behind);
        while !writer.lock().queue.is_empty() {
            thread::yield_now();
        }
        for n in 0..QUEUED + 7 {
            writer.write(format!("{n}\n"));
        }
        let state = writer.lock();
        assert_eq!((state.queue.len(), state.lost), (QUEUED, 7));
        drop(state);
        for _ in 0..QUEUED + 3 {
            lets.send(()).unwrap();
        }
        assert_eq!(taken.recv().unwrap(), "first\n");
        for n in 0..QUEUED {
            assert_eq!(taken.recv().unwrap(), format!("{n}\n"));
        }
        assert_eq!(taken.recv().unwrap(), "warning: checked-async: 7 reports were not shown, as stderr was blocked\n");
        // It waits again.
        while writer.lock().is_behind {
            thread::yield_now();
        }
        writer.write("last\n".into());
        assert_eq!(taken.recv().unwrap(), "last\n");
    }

    #[test]
    fn a_sink_that_fails_is_ignored() {
        struct Fails;
        impl Write for Fails {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let writer = Writer::start(Fails).unwrap();
        writer.write("one".into());
        writer.write("two".into());
        assert!(writer.wait_until_written(2, Duration::from_secs(60)));
    }
}
