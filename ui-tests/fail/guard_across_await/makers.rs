//! Guards that do not come from a method called `lock`: helpers, mapped guards, a wait that gives the guard back.

use checked_async::checked_async;
use parking_lot::{MappedMutexGuard, RwLockWriteGuard};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Default)]
struct State {
    name: String,
    open: bool,
}

struct Door {
    state: Mutex<State>,
    shared: parking_lot::Mutex<State>,
    plan: parking_lot::RwLock<State>,
    owned: Arc<Mutex<State>>,
}

impl Door {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn name(&self) -> MappedMutexGuard<'_, String> {
        parking_lot::MutexGuard::map(self.shared.lock(), |state| &mut state.name)
    }
}

async fn ring(name: &str) {
    println!("{name}");
}

#[checked_async]
impl Door {
    async fn helper(&self) {
        let mut state = self.state(); //~ warning guard_across_await: self.state()
        ring("open").await;
        state.open = true;
    }
    async fn mapped(&self) {
        let name = self.name(); //~ warning guard_across_await: self.name()
        ring(&name).await;
    }
    async fn downgraded(&self) -> bool {
        let mut plan = self.plan.write();
        plan.open = true;
        let plan = RwLockWriteGuard::downgrade(plan); //~ warning guard_across_await: RwLockWriteGuard::downgrade(plan)
        ring("reading on").await;
        plan.open
    }
    async fn recovered(&self) -> bool {
        let state = self.owned.lock().unwrap_or_else(|poisoned| poisoned.into_inner()); //~ warning guard_across_await: self.owned.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
        ring(&state.name).await;
        state.open
    }
    async fn chosen(&self, first: bool) -> bool {
        let state = if first { self.state() } else { self.owned.lock().unwrap() }; //~ warning guard_across_await: if first { self.state() } else { self.owned.lock().unwrap() }
        ring("chosen").await;
        state.open
    }
}

struct Entry<'a> {
    state: MutexGuard<'a, State>,
}

#[checked_async]
async fn in_a_struct(door: &Door) -> bool {
    let entry = Entry { state: door.state() }; //~ missed guard_across_await: door.state()
    ring(&entry.state.name).await;
    entry.state.open
}

#[checked_async]
async fn passed_on<'a>(state: MutexGuard<'a, State>) -> bool { //~ missed guard_across_await: state
    ring(&state.name).await;
    state.open
}
