//! Tasks that others run, on any thread, and that are seen from any thread.
//!
//! Whoever supervises such a task keeps a [`Watched`] beside it, enters it, and polls the task by it. The event loop does not:
//! its tasks stay on its thread, where nothing of this costs them anything.
//!
//! Invariants:
//! - no code of the user's runs while a lock is held;
//! - a task leaves the list when it is finished, or at the latest when nobody has it any more.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
use std::time::Instant;

use super::{Seen, State, TaskTree};
use crate::places::{self, Places};
use crate::report::Place;

/// A task that is watched.
pub(crate) trait Watch: Send + Sync {
    fn name(&self) -> Cow<'static, str>;
    fn spawned(&self) -> Place;
    fn watched(&self) -> &Watched;
}

/// What is known of it.
#[derive(Debug)]
pub(crate) struct Watched {
    id: u64,
    born: Instant,
    /// The task that awaits it, or 0.
    awaiter: AtomicU64,
    now: Mutex<Now>,
}

/// Where it stands.
struct Now {
    state: State,
    since: Instant,
    places: Option<Box<Places>>,
}

impl std::fmt::Debug for Now {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.state.fmt(f)
    }
}

static ALL: Mutex<BTreeMap<u64, Weak<dyn Watch>>> = Mutex::new(BTreeMap::new());

fn all() -> MutexGuard<'static, BTreeMap<u64, Weak<dyn Watch>>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watched {
    pub(crate) fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let born = Instant::now();
        let now = Now { state: State::NotBegun, since: born, places: None };
        Watched { id: LAST.fetch_add(1, Relaxed) + 1, born, awaiter: AtomicU64::new(0), now: Mutex::new(now) }
    }

    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// When it was started.
    pub(crate) fn born(&self) -> Instant {
        self.born
    }

    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It runs from now on.
    pub(crate) fn begins(&self) {
        self.now().state = State::Running;
    }

    /// Polls the task.
    pub(crate) fn poll<T>(&self, poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
        let before = {
            let mut now = self.now();
            now.state = State::Running;
            now.places.take()
        };
        let noting = places::Poll::begin(before);
        let polled = poll();
        if polled.is_pending() {
            let mut now = self.now();
            now.state = State::Waiting;
            now.since = Instant::now();
            now.places = noting.end();
        }
        polled
    }

    /// It is finished.
    pub(crate) fn ends(&self) {
        self.now().state = State::Finished;
        let gone = all().remove(&self.id);
        drop(gone);
    }

    /// That task awaits it.
    pub(crate) fn awaited_by(&self, awaiter: Option<&Watched>) {
        self.awaiter.store(awaiter.map_or(0, |awaiter| awaiter.id), Relaxed);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let gone = all().remove(&self.id);
        drop(gone);
    }
}

/// Has a task seen from now on.
pub(crate) fn enter(task: &Arc<impl Watch + 'static>) {
    let weak = Arc::downgrade(task);
    all().insert(task.watched().id, weak);
}

/// All that are watched and not finished. The one that runs here is known, to see where it stands.
pub(crate) fn tree(current: Option<&Watched>) -> TaskTree {
    // Whoever turns out to be the last owner of one drops it outside of the lock.
    let tasks: Vec<Arc<dyn Watch>> = all().values().filter_map(Weak::upgrade).collect();
    let time = Instant::now();
    let seen = tasks.iter().map(|task| {
        let (name, spawned, watched) = (task.name(), task.spawned(), task.watched());
        let is_current = current.is_some_and(|current| current.id == watched.id);
        let now = watched.now();
        let (calls, left_out) = match &now.places {
            _ if is_current => (places::here(), 0),
            Some(places) if now.state == State::Waiting => (places.calls(), places.left_out()),
            _ => Default::default(),
        };
        Seen {
            id: watched.id,
            name,
            spawned,
            age: Some(time.saturating_duration_since(watched.born)),
            state: now.state,
            since: (now.state == State::Waiting).then(|| time.saturating_duration_since(now.since)),
            calls,
            left_out,
            awaiter: Some(watched.awaiter.load(Relaxed)).filter(|&awaiter| awaiter != 0),
        }
    });
    TaskTree::new(seen.filter(|task| task.state != State::Finished).collect())
}
