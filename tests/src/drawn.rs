//! Programs that take ways that are drawn at random, the same when they are run again, and that note what they do.

use std::cell::{Cell, RefCell};

/// What a run did, and the draws that it is still to make.
pub struct Run {
    log: RefCell<Vec<String>>,
    random: Cell<u64>,
    left: Cell<u32>,
}

impl Run {
    /// A run whose draws depend on the seed alone.
    pub fn new(seed: u64) -> Self {
        Run {
            log: RefCell::default(),
            random: Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
            left: Cell::new(60),
        }
    }

    /// Adds to what happened.
    pub fn note(&self, text: String) {
        self.log.borrow_mut().push(text);
    }

    /// What happened, in order.
    pub fn notes(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    /// A number below a bound (xorshift64*); zero at the end, when all loops shall come to theirs.
    pub fn below(&self, bound: u64) -> u64 {
        let mut x = self.random.get();
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        self.random.set(x);
        self.left.set(self.left.get().saturating_sub(1));
        if self.left.get() == 0 { 0 } else { (x.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % bound }
    }

    /// Fails now and then, or else draws a number.
    pub fn fails(&self) -> Result<u64, String> {
        match self.below(12) {
            11 => Err("failed".to_owned()),
            n => Ok(n),
        }
    }
}

/// Notes what it is called with when it is dropped.
pub struct Guard<F: Fn()>(pub F);

impl<F: Fn()> Drop for Guard<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Runs code when the scope is left: the synchronous `defer!`.
#[macro_export]
macro_rules! guard {
    ($($cleanup:tt)*) => {
        let _guard = $crate::drawn::Guard(|| { $($cleanup)* });
    };
}
