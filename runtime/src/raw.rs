//! The only unsafe code of this crate: the stack of the futures that are being polled on this thread, and the storage
//! of a checked future, which decides when the future in it is dropped.
//!
//! Invariants of the stack:
//! - `TOP` is null or points to a [`Frame`] in a [`with_pushed`] on this thread's call stack right now, and the `below`
//!   of a frame is null or points to the frame that was on top when it was pushed;
//! - the `head` of a frame is borrowed for as long as the frame is on the stack;
//! - whoever pushes, pops before that borrow ends, on unwinding too.

use std::cell::Cell;
use std::mem::ManuallyDrop;
use std::pin::Pin;
use std::ptr::{self, NonNull};

use crate::future::Head;
use crate::trace::EndSilence;

/// A checked future that is being polled.
struct Frame {
    head: NonNull<Head>,
    below: *const Frame,
}

thread_local! {
    // No destructor and a constant initial value: reading it is one load, also while the thread's other locals are
    // being destroyed.
    static TOP: Cell<*const Frame> = const { Cell::new(ptr::null()) };
}

// Functions of their own: inlined into larger ones by hand, the accesses to `TOP` stay calls.
#[inline]
fn top() -> *const Frame {
    TOP.get()
}

#[inline]
fn set_top(frame: *const Frame) {
    TOP.set(frame);
}

/// Puts back on top what was there before.
struct Pop(*const Frame);

impl Drop for Pop {
    #[inline(always)]
    fn drop(&mut self) {
        set_top(self.0);
    }
}

/// Runs `run` with the frame of a future on top of the stack.
#[inline(always)]
pub(crate) fn with_pushed<R>(head: &Head, run: impl FnOnce() -> R) -> R {
    let below = top();
    let frame = Frame { head: NonNull::from(head), below };
    set_top(&frame);
    let _pop = Pop(below);
    run()
}

/// Calls `read` with the future that is being polled on this thread, the innermost if they are nested.
#[inline]
pub(crate) fn with_top<R>(read: impl FnOnce(Option<&Head>) -> R) -> R {
    let top = top();
    // SAFETY: by the invariants `top` is null or points to a frame of a `with_pushed` further up this thread's stack, and
    // its head is borrowed by that call, which cannot end before this one. Heads are only ever borrowed shared while
    // their frame is on the stack.
    read(unsafe { top.as_ref().map(|frame| frame.head.as_ref()) })
}

/// Calls `visit` for each future that is being polled on this thread, innermost first.
pub(crate) fn for_each(mut visit: impl FnMut(&Head)) {
    let mut next = top();
    // SAFETY: as in `with_top`; what is below a frame was pushed before it, and is still pushed.
    while let Some(frame) = unsafe { next.as_ref() } {
        // SAFETY: as in `with_top`.
        visit(unsafe { frame.head.as_ref() });
        next = frame.below;
    }
}

/// A future that knows where it was made and notices when it is never awaited.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Checked<F> {
    pub(crate) head: Head,
    /// Pinned when `self` is, and dropped by the drop of `self`, nowhere else. What the compiler makes of an async
    /// block holds nothing once it is done: then even that is left out, which keeps the drop small enough to be inlined.
    future: ManuallyDrop<F>,
}

// SAFETY: the head is `Send`, and a `ManuallyDrop` is where its content is. By hand, because deep stacks of futures come
// close to the compiler's recursion limit for auto traits, and this saves a step for each.
unsafe impl<F: Send> Send for Checked<F> where Head: Send {}
// SAFETY: as above.
unsafe impl<F: Sync> Sync for Checked<F> where Head: Sync {}

impl<F> Checked<F> {
    #[inline(always)]
    pub(crate) fn from_parts(head: Head, future: F) -> Self {
        Checked { head, future: ManuallyDrop::new(future) }
    }

    #[inline(always)]
    pub(crate) fn project(self: Pin<&mut Self>) -> (&mut Head, Pin<&mut F>) {
        // SAFETY: the future is structurally pinned: it is never moved out of `self`, `Checked` is `Unpin` only if it is,
        // and it is dropped in place. The head is not pinned, and is `Unpin`.
        unsafe {
            let this = self.get_unchecked_mut();
            (&mut this.head, Pin::new_unchecked(&mut *this.future))
        }
    }
}

impl<F> Drop for Checked<F> {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.head.is_empty() {
            drop_full(self);
        }
    }
}

/// Drops a future that still holds something.
#[cold]
#[inline(never)]
fn drop_full<F>(checked: &mut Checked<F>) {
    struct DropFuture<'a, F>(&'a mut ManuallyDrop<F>);

    impl<F> Drop for DropFuture<'_, F> {
        fn drop(&mut self) {
            // SAFETY: this is called once, from the drop of `Checked`, after which nobody can reach the future.
            unsafe { ManuallyDrop::drop(self.0) }
        }
    }

    // In reverse: the head is told, the future is dropped even if that panics, and then the head's silence ends.
    let _end = EndSilence;
    let _future = DropFuture(&mut checked.future);
    checked.head.dropped();
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
