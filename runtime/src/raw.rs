//! The only unsafe code of this crate: the stack of the futures that are being polled on this thread, and the storage
//! of a checked future, which decides when the future in it is dropped.
//!
//! Invariants of the stack:
//! - `top` is `BOTTOM` or points to a [`Head`] that is borrowed by a [`with_pushed`] on this thread's call stack right now,
//!   and what is `below` such a head is `BOTTOM` or points to the one that was on top when it was pushed;
//! - whoever pushes, pops before that borrow ends, on unwinding too.

use std::cell::Cell;
use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::ptr;

use crate::future::Head;
use crate::trace::EndSilence;

/// What is below the outermost future: not null, so that a future that was ever polled can be told by what is below it.
const BOTTOM: *const Head = ptr::without_provenance(align_of::<Head>());

/// What a thread keeps.
struct Thread {
    /// The future that is being polled, the innermost if they are nested.
    top: Cell<*const Head>,
    /// What is announced outside of any poll.
    announcement: Cell<u64>,
}

thread_local! {
    // No destructor and a constant initial value: reading it is one load, also while the thread's other locals are
    // being destroyed.
    static THREAD: Thread = const { Thread { top: Cell::new(BOTTOM), announcement: Cell::new(0) } };
}

/// Puts back on top what was there before.
struct Pop(*const Head);

impl Drop for Pop {
    #[inline(always)]
    fn drop(&mut self) {
        THREAD.with(|thread| thread.top.set(self.0));
    }
}

/// Runs `run` with a future on top of the stack.
#[inline(always)]
pub(crate) fn with_pushed<R>(head: &Head, run: impl FnOnce() -> R) -> R {
    let below = THREAD.with(|thread| thread.top.replace(head));
    head.set_below(below);
    let _pop = Pop(below);
    run()
}

/// Calls `read` with the future that is being polled on this thread, the innermost if they are nested, or else with
/// what is announced outside of any poll.
#[inline(always)]
pub(crate) fn with_top<R>(read: impl FnOnce(Result<&Head, &Cell<u64>>) -> R) -> R {
    let top = THREAD.with(|thread| thread.top.get());
    // SAFETY: `top` is of this thread's stack.
    match unsafe { on_stack(top) } {
        Some(head) => read(Ok(head)),
        None => THREAD.with(|thread| read(Err(&thread.announcement))),
    }
}

/// Calls `visit` for each future that is being polled on this thread, innermost first.
pub(crate) fn for_each(mut visit: impl FnMut(&Head)) {
    let mut next = THREAD.with(|thread| thread.top.get());
    // SAFETY: `top` is of this thread's stack, and so is what is below a head that is.
    while let Some(head) = unsafe { on_stack(next) } {
        visit(head);
        next = head.below();
    }
}

/// The head that an entry of the stack points to, unless it is `BOTTOM`.
///
/// # Safety
///
/// The entry must be `top` of this thread, or below a head that is on this thread's stack, and the result must not
/// outlive the caller, which itself runs within the poll of that head.
#[inline(always)]
unsafe fn on_stack<'a>(entry: *const Head) -> Option<&'a Head> {
    if ptr::eq(entry, BOTTOM) {
        return None;
    }
    #[allow(clippy::transmute_ptr_to_ref, reason = "a dereference is checked in debug builds, at every creation")]
    // SAFETY: by the invariants, the head is borrowed by a `with_pushed` further up this thread's stack. That call
    // cannot end before the caller, and heads are only ever borrowed shared while they are on the stack.
    Some(unsafe { mem::transmute::<*const Head, &'a Head>(entry) })
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
        assert!(with_top(|top| top.is_err()));
        for_each(|_| unreachable!());
    }
}
