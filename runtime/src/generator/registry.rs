//! The generators that began on a loop: by them `shutdown_generators` finds those that are alive.
//!
//! Only bodies with a `defer!` that own what they hold are registered; all others have nothing to close, or cannot be reached
//! safely. A handle is not asked: the registry takes a body that waits at a `yield_!`, and has it until it is out.
//!
//! Invariants:
//! - what is in `live` is a body whose allocation is there: it is taken out, under the lock, before that is freed;
//! - a body that is held is polled by the registry alone, on the thread of its loop; one that is not `Send` is on no other;
//! - a body whose handle is dropped while it is held is the registry's to free;
//! - the lock is not held while code of the user's runs.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::Exchange;
use crate::check::chosen::Origin;
use crate::raw::{Owned, Reached};
use crate::report::{self, Panicked};

/// The generators of one loop.
#[derive(Default)]
pub(crate) struct Registry(Mutex<Generators>);

#[derive(Default)]
struct Generators {
    /// By the order in which they began.
    live: BTreeMap<u64, Live>,
    next: u64,
    /// Whether they were shut down on demand.
    shut: bool,
}

struct Live {
    body: Reached,
    origin: Origin,
    held: bool,
    /// Whether its handle was dropped while it was held.
    orphaned: bool,
    /// The operation that waits until it is not.
    waiter: Option<Waker>,
}

/// A generator's place in a registry.
pub(crate) struct Registration {
    registry: Arc<Registry>,
    number: u64,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.retire();
    }
}

impl Registration {
    /// Waits until the body is not held any more.
    pub(super) fn wait(&self, cx: &mut Context<'_>) -> Poll<()> {
        match self.registry.lock().live.get_mut(&self.number) {
            Some(live) if live.held => {
                live.waiter = Some(cx.waker().clone());
                Poll::Pending
            }
            _ => Poll::Ready(()),
        }
    }

    /// Leaves a body that is held to the registry; whether it still was.
    pub(super) fn orphan(&self) -> bool {
        match self.registry.lock().live.get_mut(&self.number) {
            Some(live) if live.held => {
                live.orphaned = true;
                true
            }
            _ => false,
        }
    }

    /// Takes the body out, whose handle is given up.
    pub(super) fn retire(&self) {
        let live = self.registry.lock().live.remove(&self.number);
        // Its waker, without the lock.
        drop(live);
    }
}

/// Takes note that a body with a `defer!` is about to begin.
#[cold]
#[inline(never)]
pub(super) fn begins<T, R, B: ?Sized>(body: &mut Owned<Exchange<T, R>, B>) {
    let origin = body.shared().origin();
    let Some(registry) = current() else {
        if !crate::adopt::is_supervised() {
            origin.outside_loop();
        }
        return;
    };
    if registry.lock().shut {
        // At level `panic` this does not return.
        origin.after_shutdown();
    }
    let Some(reached) = body.reached() else { return };
    let number = {
        let mut generators = registry.lock();
        let number = generators.next;
        generators.next += 1;
        let live = Live { body: reached, origin, held: false, orphaned: false, waiter: None };
        generators.live.insert(number, live);
        number
    };
    body.shared().set_registration(Registration { registry, number });
}

#[cfg(feature = "event-loop")]
fn current() -> Option<Arc<Registry>> {
    crate::event_loop::Core::try_with(|core| core.map(|core| Arc::clone(&core.generators)))
}

#[cfg(not(feature = "event-loop"))]
fn current() -> Option<Arc<Registry>> {
    None
}

impl Registry {
    fn lock(&self) -> MutexGuard<'_, Generators> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(feature = "event-loop")]
impl Registry {
    pub(crate) fn is_empty(&self) -> bool {
        self.lock().live.is_empty()
    }

    /// Takes note that no generator is to begin any more.
    pub(crate) fn shut(&self) {
        self.lock().shut = true;
    }

    /// Closes all that are alive now, newest first. A panic in one is reported, and the rest goes on.
    ///
    /// Must be polled on the loop's thread.
    pub(crate) async fn close_all(self: Arc<Self>) {
        let numbers: Vec<u64> = self.lock().live.keys().rev().copied().collect();
        for number in numbers {
            let mut closing = Closing { registry: &self, number, held: false };
            poll_fn(|cx| closing.poll(cx)).await;
        }
    }
}

/// The closing of one generator; dropped before its end, it gives the body back.
struct Closing<'r> {
    registry: &'r Registry,
    number: u64,
    held: bool,
}

#[cfg(feature = "event-loop")]
impl Closing<'_> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let body = {
            let mut generators = self.registry.lock();
            let Some(live) = generators.live.get_mut(&self.number) else { return Poll::Ready(()) };
            if !self.held {
                if !live.body.hold() {
                    let origin = live.origin;
                    drop(generators);
                    // An operation is under way, or was given up on its way.
                    origin.reentered();
                    return Poll::Ready(());
                }
                live.held = true;
                self.held = true;
            }
            live.body
        };
        let polled = catch_unwind(AssertUnwindSafe(|| body.poll(cx)));
        if let Ok(Poll::Pending) = polled {
            return Poll::Pending;
        }
        self.give_back(true);
        if let Err(panic) = polled {
            crate::event_loop::raise(report::cleanup_panicked(&Panicked::new(&*panic)));
            report::drop_panic(panic);
        }
        Poll::Ready(())
    }
}

impl Closing<'_> {
    /// Lets go of the body.
    fn give_back(&mut self, finished: bool) {
        self.held = false;
        let mut generators = self.registry.lock();
        let Some(live) = generators.live.get_mut(&self.number) else { return };
        live.held = false;
        let (body, orphaned, waiter) = (live.body, live.orphaned, live.waiter.take());
        body.release(finished);
        if orphaned || finished {
            generators.live.remove(&self.number);
        }
        drop(generators);
        if orphaned {
            body.free();
        }
        if let Some(waiter) = waiter {
            waiter.wake();
        }
    }
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        if self.held {
            self.give_back(false);
        }
    }
}
