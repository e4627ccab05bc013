//! Ctrl-C: the first cancels the main task and lets the loop shut down, the second ends the process at once.
//!
//! Signals belong to the whole process, so at most one loop looks after Ctrl-C at a time. While none does, Ctrl-C does what
//! it does by default.
//!
//! | `idle` | `pressed` | what Ctrl-C does |
//! |---|---|---|
//! | true | any | ends the process by the signal |
//! | false | false | sets `pressed`, and sends a byte to the loop |
//! | false | true | ends the process with status 130 |

use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Wake, Waker};

use async_io::Async;
use signal_hook::consts::SIGINT;
use signal_hook::{flag, low_level};

use super::core::Core;

/// What a shell expects of a program that was ended by Ctrl-C.
const STATUS: i32 = 128 + SIGINT;

/// What the handler of the signal uses.
struct Handler {
    idle: Arc<AtomicBool>,
    pressed: Arc<AtomicBool>,
    /// Where the bytes arrive.
    bytes: UnixStream,
}

fn handler() -> io::Result<&'static Handler> {
    static HANDLER: OnceLock<Handler> = OnceLock::new();
    static INSTALLING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _installing = INSTALLING.lock();
    if let Some(handler) = HANDLER.get() {
        return Ok(handler);
    }
    let (bytes, sender) = UnixStream::pair()?;
    bytes.set_nonblocking(true)?;
    let idle = Arc::new(AtomicBool::new(true));
    let pressed = Arc::new(AtomicBool::new(false));
    // They are done in this order.
    flag::register_conditional_default(SIGINT, Arc::clone(&idle))?;
    flag::register_conditional_shutdown(SIGINT, STATUS, Arc::clone(&pressed))?;
    flag::register(SIGINT, Arc::clone(&pressed))?;
    low_level::pipe::register(SIGINT, sender)?;
    Ok(HANDLER.get_or_init(|| Handler { idle, pressed, bytes }))
}

/// A loop's watch for Ctrl-C, until it is dropped.
pub(super) struct Interrupt {
    handler: &'static Handler,
    bytes: Async<UnixStream>,
    /// Whom the reactor wakes, if it was asked to.
    watcher: Option<Arc<Watcher>>,
    /// Whether it was pressed.
    seen: bool,
}

/// The thread of the loop, and whether the reactor has woken it since it was asked to: it need not be asked before each sleep.
struct Watcher {
    thread: Waker,
    woken: AtomicBool,
}

impl Wake for Watcher {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, SeqCst);
        self.thread.wake_by_ref();
    }
}

impl Interrupt {
    /// Begins to watch, unless another loop does.
    pub(super) fn watch() -> io::Result<Option<Self>> {
        let handler = handler()?;
        if !handler.idle.load(SeqCst) {
            return Ok(None);
        }
        let mut bytes = handler.bytes.try_clone()?;
        // Left over from another loop.
        while bytes.read(&mut [0; 16]).is_ok_and(|read| read > 0) {}
        let bytes = Async::new(bytes)?;
        handler.pressed.store(false, SeqCst);
        if !handler.idle.swap(false, SeqCst) {
            return Ok(None);
        }
        Ok(Some(Interrupt { handler, bytes, watcher: None, seen: false }))
    }

    /// What the reactor watches for it.
    pub(super) fn fd(&self) -> Option<i32> {
        Some(self.bytes.as_raw_fd())
    }

    /// Whether Ctrl-C was pressed since this began to watch.
    pub(super) fn was_seen(&self) -> bool {
        self.seen
    }

    /// Cancels the main task if Ctrl-C was pressed.
    pub(super) fn poll(&mut self, core: &Core, cx: &mut Context<'_>) {
        if self.seen {
            return;
        }
        if self.handler.pressed.load(SeqCst) {
            self.seen = true;
            core.interrupt();
        } else if self
            .watcher
            .as_ref()
            .is_none_or(|watcher| watcher.woken.load(SeqCst) || !watcher.thread.will_wake(cx.waker()))
        {
            self.watch_on(cx.waker());
        }
    }

    /// Asks the reactor to wake the thread.
    #[cold]
    fn watch_on(&mut self, thread: &Waker) {
        let watcher = Arc::new(Watcher { thread: thread.clone(), woken: AtomicBool::new(false) });
        let waker = Waker::from(Arc::clone(&watcher));
        // It is never read, so that it stays readable. An error is no reason to stop the loop: it is asked again.
        let polled = self.bytes.poll_readable(&mut Context::from_waker(&waker));
        self.watcher = polled.is_pending().then_some(watcher);
    }

    /// Ends the process as Ctrl-C does by default.
    pub(super) fn end_process() -> ! {
        let _ = low_level::emulate_default_handler(SIGINT);
        std::process::exit(STATUS)
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.handler.idle.store(true, SeqCst);
    }
}
