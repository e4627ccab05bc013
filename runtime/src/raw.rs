//! The only unsafe code of this crate: the stack of the futures that are being polled on this thread.
//!
//! Invariants:
//! - `TOP` is null or points to the [`Head`] of a future whose `poll` is on this thread's call stack right now;
//! - the `link` of a head on the stack is null or points to the head that was on top when it was pushed;
//! - whoever pushes, pops before the borrow of the head ends, on unwinding too.

use std::cell::Cell;
use std::ptr;

use crate::future::Head;

thread_local! {
    // No destructor and a constant initial value: reading it is one load, also while the thread's other locals are
    // being destroyed.
    static TOP: Cell<*const Head> = const { Cell::new(ptr::null()) };
}

/// Puts `head` back under what was on top before it.
struct Pop(*const Head);

impl Drop for Pop {
    #[inline]
    fn drop(&mut self) {
        TOP.set(self.0);
    }
}

/// Runs `run` with `head` on top of the stack.
#[inline]
pub(crate) fn with_pushed<R>(head: &Head, run: impl FnOnce() -> R) -> R {
    let below = TOP.replace(head);
    head.set_link(below);
    let _pop = Pop(below);
    run()
}

/// Calls `read` with the future that is being polled on this thread, the innermost if they are nested.
#[inline]
pub(crate) fn with_top<R>(read: impl FnOnce(Option<&Head>) -> R) -> R {
    let top = TOP.get();
    // SAFETY: by the invariants `top` is null or points to a head that is borrowed by a `with_pushed` further up this
    // thread's stack. That call cannot end before this one, and heads are only ever borrowed shared while pushed.
    read(unsafe { top.as_ref() })
}

/// Calls `visit` for each future that is being polled on this thread, innermost first.
pub(crate) fn for_each(mut visit: impl FnMut(&Head)) {
    let mut next = TOP.get();
    // SAFETY: as in `with_top`; a head's link is the head pushed before it, which is still pushed.
    while let Some(head) = unsafe { next.as_ref() } {
        visit(head);
        next = head.link();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_any_poll_the_stack_is_empty() {
        assert!(with_top(|top| top.is_none()));
        for_each(|_| unreachable!());
    }
}
