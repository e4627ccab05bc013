//! What a task and its handle share. The output is judged where it is made, and reported where it is lost.
//!
//! ```text
//!             the task ends                 the handle gives the output
//! RUNNING ──────────────────▶ FINISHED ──────────────────────────────────▶ RETRIEVED
//!    │ handle dropped            │ handle dropped: it reports
//!    ▼                           ▼
//! DETACHED ──────────────▶ FINISHED (nobody looks any more)
//!            the task ends: it reports
//! ```
//! Both changes are swaps of one word, so that just one of the two sees the other, and reports.

use std::borrow::Cow;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering::AcqRel, Ordering::Relaxed, Ordering::Release};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::error_text::ErrorText;
use crate::report::{self, Collector, Panicked};
use crate::tree::watched::{Watch, Watched};

const RUNNING: u8 = 0;
const DETACHED: u8 = 1;
const FINISHED: u8 = 2;
const RETRIEVED: u8 = 3;

/// What is lost with an output that nobody reads.
#[derive(Debug)]
pub(crate) enum Fault {
    /// An error.
    Error(ErrorText),
    /// A panic.
    Panic(Box<Panicked>),
}

/// What is known of a task.
#[derive(Debug)]
pub(crate) struct Record {
    name: Mutex<Option<Cow<'static, str>>>,
    state: AtomicU8,
    /// Set before the state is `FINISHED`.
    fault: OnceLock<Fault>,
    /// Whether it was aborted.
    aborted: AtomicBool,
    /// Whether someone may have aborted it unseen.
    may_be_aborted: AtomicBool,
    /// Who collects the reports of those that started it.
    pub(crate) collector: Option<Collector>,
    /// Where it stands.
    pub(crate) watched: Watched,
}

impl Watch for Record {
    fn name(&self) -> Cow<'static, str> {
        self.name()
    }

    fn watched(&self) -> &Watched {
        &self.watched
    }
}

impl Record {
    #[track_caller]
    pub(crate) fn new() -> Self {
        Record {
            name: Mutex::default(),
            state: AtomicU8::new(RUNNING),
            fault: OnceLock::new(),
            aborted: AtomicBool::new(false),
            may_be_aborted: AtomicBool::new(false),
            collector: Collector::current(),
            watched: Watched::new(Location::caller()),
        }
    }

    /// The task's name, or else its number.
    pub(crate) fn name(&self) -> Cow<'static, str> {
        let name = self.name.lock().unwrap_or_else(PoisonError::into_inner).clone();
        name.unwrap_or_else(|| self.watched.name_by_id())
    }

    pub(crate) fn set_name(&self, name: Cow<'static, str>) {
        *self.name.lock().unwrap_or_else(PoisonError::into_inner) = Some(name);
    }

    pub(crate) fn set_aborted(&self) {
        self.aborted.store(true, Relaxed);
    }

    pub(crate) fn set_may_be_aborted(&self) {
        self.may_be_aborted.store(true, Relaxed);
    }

    /// Whether it is the runtime's fault alone if the task is dropped pending.
    pub(crate) fn is_missed(&self) -> bool {
        !self.aborted.load(Relaxed) && !self.may_be_aborted.load(Relaxed)
    }

    /// The task has ended: reports what is lost, if the handle is gone.
    pub(crate) fn finish(&self, fault: Option<Fault>) {
        // Who has aborted it is not interested any more.
        if let Some(fault) = fault.filter(|_| !self.aborted.load(Relaxed)) {
            let _ = self.fault.set(fault);
        }
        if self.state.swap(FINISHED, AcqRel) == DETACHED {
            self.report();
        }
    }

    /// The handle has given the output.
    pub(crate) fn retrieved(&self) {
        self.state.store(RETRIEVED, Release);
    }

    /// The handle is dropped: reports what is lost, if the task has ended and nobody has read it.
    pub(crate) fn detached(&self) {
        if self.state.load(Relaxed) == RETRIEVED {
            return;
        }
        if self.state.swap(DETACHED, AcqRel) == FINISHED {
            self.report();
        }
    }

    #[cold]
    fn report(&self) {
        if let Some(fault) = self.fault.get() {
            let name = self.name();
            report::raise(match fault {
                Fault::Error(text) => report::task_error_lost(Some(&name), self.watched.created(), text),
                Fault::Panic(panicked) => report::task_panic(Some(&name), self.watched.created(), panicked),
            });
        }
    }
}
