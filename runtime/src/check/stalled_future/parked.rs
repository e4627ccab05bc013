//! The table of the parked futures.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

use super::Stalled;
use crate::check::looks;

/// How long a future has to stall.
const STALLED_AFTER: Duration = Duration::from_secs(1);

/// Whether a watched future was woken since it was polled, and its task's waker if so.
#[derive(Default)]
pub(super) struct State {
    woken: AtomicBool,
    task: Mutex<Option<Waker>>,
}

impl State {
    pub(super) fn is_woken(&self) -> bool {
        self.woken.load(SeqCst)
    }

    /// Takes note of a wake-up, before the task is told.
    pub(super) fn wake(&self, task: Waker) {
        let old = self.task.lock().unwrap_or_else(PoisonError::into_inner).replace(task);
        self.woken.store(true, SeqCst);
        drop(old);
    }

    /// Takes note of a poll.
    pub(super) fn reset(&self) {
        if self.woken.swap(false, SeqCst) {
            drop(self.take_task());
        }
    }

    fn take_task(&self) -> Option<Waker> {
        self.task.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

struct Parked {
    /// The address of its head.
    child: usize,
    stalled: Stalled,
    state: Arc<State>,
    stage: Stage,
}

enum Stage {
    Parked,
    /// Until this look.
    Counting(u64),
    Due,
    Reported,
}

#[derive(Default)]
struct Table {
    /// The futures that each parent has parked, by the address of its head.
    parents: HashMap<usize, Vec<Parked>>,
    /// The parent of each.
    children: HashMap<usize, usize>,
    /// The futures that are counting, and some that were.
    counting: Vec<usize>,
}

static TABLE: Mutex<Option<Table>> = Mutex::new(None);

/// How many are parked. Who asks about a future has seen it parked, or was handed it by who has.
static PARKED: AtomicUsize = AtomicUsize::new(0);

/// Runs `run` with the table. What it returns is dropped outside.
fn with_table<R>(run: impl FnOnce(&mut Table) -> R) -> R {
    let mut table: MutexGuard<'_, _> = TABLE.lock().unwrap_or_else(PoisonError::into_inner);
    run(table.get_or_insert_default())
}

/// Parks a future.
pub(super) fn park(child: usize, parent: usize, stalled: Stalled, state: Arc<State>) {
    let old = with_table(|table| {
        let old = table.take_child(child);
        table.parents.entry(parent).or_default().push(Parked { child, stalled, state, stage: Stage::Parked });
        table.children.insert(child, parent);
        table.count();
        old
    });
    drop(old);
}

/// Takes note that a future was polled or dropped.
pub(super) fn forget_child(child: usize) {
    if PARKED.load(Relaxed) != 0 {
        drop(with_table(|table| {
            let old = table.take_child(child);
            table.count();
            old
        }));
    }
}

/// Takes note that a parent is gone.
pub(super) fn forget_parent(parent: usize) {
    if PARKED.load(Relaxed) != 0 {
        drop(with_table(|table| {
            let old = table.parents.remove(&parent);
            for parked in old.iter().flatten() {
                table.children.remove(&parked.child);
            }
            table.count();
            old
        }));
    }
}

/// Whether any future of this parent was woken; `None` if it has parked none.
pub(super) fn is_woken(parent: usize) -> Option<bool> {
    if PARKED.load(Relaxed) == 0 {
        return None;
    }
    with_table(|table| Some(table.parents.get(&parent)?.iter().any(|parked| parked.state.is_woken())))
}

/// Takes note that a poll of a parent has ended without one of the futures that it has parked. Returns those that are due.
pub(super) fn left(parent: usize) -> Vec<Stalled> {
    with_table(|table| {
        let mut due = Vec::new();
        let Some(all) = table.parents.get_mut(&parent) else { return due };
        for parked in all.iter_mut().filter(|parked| parked.state.is_woken()) {
            match parked.stage {
                Stage::Parked => {
                    parked.stage = Stage::Counting(looks::now() + looks::in_time(STALLED_AFTER));
                    table.counting.push(parked.child);
                    looks::keep_on();
                }
                Stage::Due => {
                    parked.stage = Stage::Reported;
                    due.push(parked.stalled);
                }
                Stage::Counting(_) | Stage::Reported => {}
            }
        }
        due
    })
}

impl Table {
    fn take_child(&mut self, child: usize) -> Option<Parked> {
        let parent = self.children.remove(&child)?;
        let all = self.parents.get_mut(&parent)?;
        let at = all.iter().position(|parked| parked.child == child)?;
        let parked = all.swap_remove(at);
        if all.is_empty() {
            self.parents.remove(&parent);
        }
        Some(parked)
    }

    fn count(&self) {
        PARKED.store(self.children.len(), Relaxed);
    }
}

/// Looks at the futures that are counting, and adds the wakers of the tasks that are due. Whether there are any left.
pub(in crate::check) fn look(look: u64, wakers: &mut Vec<Waker>) -> bool {
    with_table(|table| {
        let Table { parents, children, counting } = table;
        counting.retain(|child| {
            let parked = children.get(child).and_then(|parent| parents.get_mut(parent));
            let Some(parked) = parked.and_then(|all| all.iter_mut().find(|parked| parked.child == *child)) else {
                return false;
            };
            let Stage::Counting(until) = parked.stage else { return false };
            if look < until {
                return true;
            }
            parked.stage = Stage::Due;
            wakers.extend(parked.state.take_task());
            false
        });
        !counting.is_empty()
    })
}
