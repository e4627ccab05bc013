//! Values and wakers that misbehave.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};

/// Panics when it is dropped.
#[derive(Debug)]
pub struct PanicsOnDrop(pub &'static str);

impl Drop for PanicsOnDrop {
    fn drop(&mut self) {
        panic!("{}", self.0);
    }
}

/// What a panic carries, and whose drop panics with the same again, a few times.
#[derive(Debug)]
pub struct Payload(pub u32);

impl Drop for Payload {
    fn drop(&mut self) {
        if let Some(less) = self.0.checked_sub(1) {
            std::panic::panic_any(Payload(less));
        }
    }
}

/// Calls a closure when it is dropped.
pub struct OnDrop<F: FnMut()>(pub F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Counts how many of its clones were dropped.
#[derive(Clone, Default)]
pub struct Drops(Rc<Cell<usize>>);

impl Drops {
    /// A value whose drop is counted.
    #[must_use]
    pub fn value(&self) -> impl Sized + use<> {
        let count = Rc::clone(&self.0);
        OnDrop(move || count.set(count.get() + 1))
    }

    /// How many were dropped.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.get()
    }
}

struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        panic!("the waker's fault");
    }
}

/// A waker that panics when it wakes.
#[must_use]
pub fn panicking_waker() -> Waker {
    Waker::from(Arc::new(Panics))
}
