//! Tasks that others run, on any thread, and that are seen from any thread.
//!
//! Whoever supervises such a task keeps a [`Watched`] beside it, enters it, and polls the task by it. The event loop does not:
//! its tasks stay on its thread, where nothing of this costs them anything.
//!
//! Invariants:
//! - no code of the user's runs while a lock is held;
//! - a task leaves the list when it is finished, or at the latest when nobody has it any more.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::panic::Location;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::task::Poll;
use std::time::{Duration, Instant};

use ::tokio::task::Id;

use super::{Seen, State, TaskTree};
use crate::places::{self, Kept};
use crate::watch;

/// A task that is watched.
pub(crate) trait Watch: Send + Sync {
    fn name(&self) -> Cow<'static, str>;
    fn watched(&self) -> &Watched;
}

/// What is known of it.
#[derive(Debug)]
pub(crate) struct Watched {
    id: u64,
    born: Instant,
    created: &'static Location<'static>,
    /// Its id at tokio, once that is known.
    task_id: OnceLock<Id>,
    /// The task that awaits it, or 0.
    awaiter: AtomicU64,
    /// One of the constants below.
    state: AtomicU8,
    waits: Mutex<Waits>,
}

/// Nobody sees it yet.
const NEW: u8 = 0;
const NOT_BEGUN: u8 = 1;
const RUNNING: u8 = 2;
const WAITING: u8 = 3;
const FINISHED: u8 = 4;

/// Where it stood when it was last polled, if it was pending then.
#[derive(Debug)]
struct Waits {
    /// By the clock of the [`watch`].
    since: u64,
    places: Kept,
    /// The task whose handle it has begun to await last, if that is one of plain tokio.
    joins: Option<Id>,
}

static ALL: Mutex<BTreeMap<u64, Weak<dyn Watch>>> = Mutex::new(BTreeMap::new());

fn all() -> MutexGuard<'static, BTreeMap<u64, Weak<dyn Watch>>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

thread_local! {
    /// The task that runs on this thread, or 0.
    static CURRENT: Cell<u64> = const { Cell::new(0) };
}

/// The task that runs on this thread, by its number.
pub(crate) fn current() -> Option<u64> {
    Some(CURRENT.get()).filter(|&current| current != 0)
}

/// The task of this number, unless it is finished.
pub(crate) fn find(id: u64) -> Option<Arc<dyn Watch>> {
    all().get(&id)?.upgrade()
}

/// Makes a task the current one of this thread, until it is dropped.
pub(crate) struct Current(u64);

impl Drop for Current {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

impl Watched {
    /// Of a task that is started at this place.
    pub(crate) fn new(created: &'static Location<'static>) -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Watched {
            id: LAST.fetch_add(1, Relaxed) + 1,
            born: Instant::now(),
            created,
            task_id: OnceLock::new(),
            awaiter: AtomicU64::new(0),
            state: AtomicU8::new(NEW),
            waits: Mutex::new(Waits { since: 0, places: Kept::default(), joins: None }),
        }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// When it was started.
    pub(crate) fn born(&self) -> Instant {
        self.born
    }

    /// Where it was started.
    pub(crate) fn created(&self) -> &'static Location<'static> {
        self.created
    }

    pub(crate) fn task_id(&self) -> Option<Id> {
        self.task_id.get().copied()
    }

    /// Takes note of its id at tokio, which never changes. Whether it was not known yet.
    pub(crate) fn set_task_id(&self, id: Id) -> bool {
        self.task_id.set(id).is_ok()
    }

    /// What it is called by its id, as far as that is known.
    pub(crate) fn name_by_id(&self) -> Cow<'static, str> {
        self.task_id().map_or("task".into(), |id| format!("task {id}").into())
    }

    fn waits(&self) -> MutexGuard<'_, Waits> {
        self.waits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes it the current one of this thread.
    #[inline]
    pub(crate) fn enter(&self) -> Current {
        Current(CURRENT.replace(self.id))
    }

    /// It runs from now on.
    #[inline]
    pub(crate) fn begins(&self) {
        self.state.store(RUNNING, Relaxed);
    }

    /// Polls the task.
    #[inline]
    pub(crate) fn poll<T>(&self, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        self.begins();
        let noting = places::Poll::begin();
        let polled = poll();
        if polled.is_pending() {
            self.pends(noting);
        }
        polled
    }

    fn pends(&self, noting: places::Poll) {
        let mut waits = self.waits();
        waits.since = watch::recent_time();
        noting.end(&mut waits.places);
        // Whoever sees this, sees the rest under the lock.
        self.state.store(WAITING, Relaxed);
    }

    /// Whether it was [entered](enter).
    pub(crate) fn is_entered(&self) -> bool {
        self.state.load(Relaxed) != NEW
    }

    /// It is finished.
    pub(crate) fn ends(&self) {
        if self.state.swap(FINISHED, Relaxed) == NEW {
            return;
        }
        let gone = all().remove(&self.id);
        drop(gone);
    }

    /// The task that runs on this thread awaits it.
    pub(crate) fn awaited(&self) {
        self.awaiter.store(CURRENT.get(), Relaxed);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if *self.state.get_mut() != FINISHED {
            self.ends();
        }
    }
}

/// Has a task seen from now on.
pub(crate) fn enter(task: &Arc<impl Watch + 'static>) {
    task.watched().state.store(NOT_BEGUN, Relaxed);
    let weak = Arc::downgrade(task);
    all().insert(task.watched().id, weak);
}

/// The task that runs on this thread begins to await this one.
pub(crate) fn joins(id: Id) {
    if let Some(awaiter) = current().and_then(find) {
        awaiter.watched().waits().joins = Some(id);
    }
}

/// All that are watched and not finished. Of the one that runs here it is known where it stands.
pub(crate) fn tree() -> TaskTree {
    // Whoever turns out to be the last owner of one drops it outside of the lock.
    let tasks: Vec<Arc<dyn Watch>> = all().values().filter_map(Weak::upgrade).collect();
    let awaiter = |task: &Arc<dyn Watch>| Some((task.watched().waits().joins?, task.watched().id));
    let awaiters: HashMap<Id, u64> = tasks.iter().filter_map(awaiter).collect();
    let (time, machine_time) = (Instant::now(), watch::machine_time());
    let seen = tasks.iter().map(|task| {
        let (name, watched) = (task.name(), task.watched());
        let state = match watched.state.load(Relaxed) {
            NEW | NOT_BEGUN => State::NotBegun,
            RUNNING => State::Running,
            WAITING => State::Waiting,
            _ => State::Finished,
        };
        let age = time.saturating_duration_since(watched.born);
        let mut since = None;
        let (calls, left_out) = if current() == Some(watched.id) {
            (places::here(), 0)
        } else if state == State::Waiting {
            let waits = watched.waits();
            // The last tick may have been before the task was there.
            since = Some(Duration::from_nanos(machine_time.saturating_sub(waits.since)).min(age));
            (waits.places.calls(), waits.places.left_out())
        } else {
            Default::default()
        };
        Seen {
            id: watched.id,
            name,
            spawned: watched.created.into(),
            age: Some(age),
            state,
            since,
            calls,
            left_out,
            awaiter: match watched.awaiter.load(Relaxed) {
                0 => watched.task_id().and_then(|id| awaiters.get(&id).copied()),
                awaiter => Some(awaiter),
            },
        }
    });
    TaskTree::new(seen.filter(|task| task.state != State::Finished).collect())
}
