//! A loop's tasks and callbacks on the heap, without their types.
//!
//! Invariants:
//! - an [`OwnedTask`] is the only owner of its task, and of the block in which that is;
//! - what a [`SharedCallback`] points to has as many owners as it counts.

use std::alloc::Layout;
use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::ops::Deref;
use std::pin::Pin;
use std::ptr::NonNull;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::{Blocks, Place};
use crate::event_loop::Callback;
use crate::task::stored::{AnyTask, Steps, Stored};

/// A task on the heap, of whatever type, where it is pinned. Its memory is a block of a [`Blocks`], if it is not too big.
pub(crate) struct OwnedTask {
    /// Points to a `Task` of the type for which its ways are.
    task: NonNull<&'static TaskWays>,
    owns: PhantomData<Box<dyn AnyTask>>,
}

/// A task, and before it how to treat it when nobody knows its type.
#[repr(C)]
struct Task<F: Future> {
    ways: &'static TaskWays,
    /// Pinned: never moved, and dropped in place.
    stored: Stored<F>,
}

/// How to treat a [`Task`] of some type. The pointer must be to such a task, which nobody borrows; the result of `erase` may be
/// used as long as nobody else does, and after `take` and `free` the task is gone.
struct TaskWays {
    poll: unsafe fn(NonNull<&'static TaskWays>, &mut Context<'_>) -> Poll<()>,
    erase: unsafe fn(NonNull<&'static TaskWays>) -> NonNull<dyn AnyTask>,
    take: unsafe fn(NonNull<&'static TaskWays>, Place<'_>),
    free: unsafe fn(NonNull<&'static TaskWays>),
}

impl<F: Future + 'static> Task<F> {
    const LAYOUT: Layout = Layout::new::<Self>();
    const WAYS: TaskWays = TaskWays { poll: Self::poll, erase: Self::erase, take: Self::take, free: Self::free };

    #[inline(always)]
    unsafe fn stored(task: NonNull<&'static TaskWays>) -> NonNull<Stored<F>> {
        // SAFETY: it is within the allocation of a task of this type.
        unsafe { task.byte_add(mem::offset_of!(Self, stored)).cast() }
    }

    unsafe fn poll(task: NonNull<&'static TaskWays>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: it is a task of this type, which nobody borrows, and which is pinned.
        unsafe { Pin::new_unchecked(Self::stored(task).as_mut()) }.poll(cx)
    }

    unsafe fn erase(task: NonNull<&'static TaskWays>) -> NonNull<dyn AnyTask> {
        // SAFETY: it is a task of this type.
        unsafe { Self::stored(task) }
    }

    unsafe fn take(task: NonNull<&'static TaskWays>, output: Place<'_>) {
        // SAFETY: as above. What is `Empty` need not be dropped, and this is the last use of it.
        unsafe {
            let stored = Self::stored(task).as_mut();
            Pin::new_unchecked(&mut *stored).take_to(output);
            if matches!(stored, Stored::Empty) {
                Blocks::free(task.cast(), Self::LAYOUT);
            } else {
                Self::free(task);
            }
        }
    }

    unsafe fn free(task: NonNull<&'static TaskWays>) {
        let _free = Free(task.cast(), Self::LAYOUT);
        // SAFETY: as above.
        unsafe { Self::stored(task).drop_in_place() }
    }
}

/// Frees memory when it is dropped, even if the drop of what is there panics. It was allocated for this layout, on this thread,
/// and is made by those who know that.
struct Free(NonNull<u8>, Layout);

impl Drop for Free {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { Blocks::free(self.0, self.1) }
    }
}

impl OwnedTask {
    #[inline(always)]
    pub(crate) fn new<F: Future + 'static>(blocks: &Blocks, stored: Stored<F>) -> Self {
        let place = blocks.allocate(Task::<F>::LAYOUT).cast::<Task<F>>();
        // SAFETY: the memory is for this layout, and of nobody else.
        unsafe { place.write(Task { ways: const { &Task::<F>::WAYS }, stored }) };
        OwnedTask { task: place.cast(), owns: PhantomData }
    }

    #[inline(always)]
    fn ways(&self) -> &'static TaskWays {
        // SAFETY: the task is there as long as its owner, and nobody writes this part of it.
        unsafe { *self.task.as_ptr() }
    }

    /// Polls it, as its trait says.
    #[inline(always)]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: the ways are those for this task, and the exclusive borrow of its owner makes this the only one.
        unsafe { (self.ways().poll)(self.task, cx) }
    }

    pub(crate) fn as_mut(&mut self) -> Pin<&mut dyn AnyTask> {
        // SAFETY: as above. It is dropped where it is.
        unsafe { Pin::new_unchecked((self.ways().erase)(self.task).as_mut()) }
    }

    pub(crate) fn as_ref(&self) -> Pin<&dyn AnyTask> {
        // SAFETY: as above, but shared.
        unsafe { Pin::new_unchecked((self.ways().erase)(self.task).as_ref()) }
    }

    /// Moves what came of it there, as its trait says, and drops the rest.
    #[inline(always)]
    pub(crate) fn take_to(self, output: Place<'_>) {
        let task = ManuallyDrop::new(self);
        // SAFETY: the ways are those for this task, whose only owner is gone.
        unsafe { (task.ways().take)(task.task, output) }
    }
}

impl Drop for OwnedTask {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the ways are those for this task, whose only owner is going.
        unsafe { (self.ways().free)(self.task) }
    }
}

/// A callback on the heap, of whatever type, with as many owners as have cloned it: an `Rc`, but in memory of a [`Blocks`].
pub(crate) struct SharedCallback {
    counted: NonNull<Counted<dyn Callback>>,
    owns: PhantomData<Rc<dyn Callback>>,
}

struct Counted<T: ?Sized> {
    owners: Cell<usize>,
    callback: T,
}

impl SharedCallback {
    #[inline]
    pub(crate) fn new<T: Callback + 'static>(blocks: &Blocks, callback: T) -> Self {
        let place = blocks.allocate(const { Layout::new::<Counted<T>>() }).cast::<Counted<T>>();
        // SAFETY: the memory is for this layout, and of nobody else.
        unsafe { place.write(Counted { owners: Cell::new(1), callback }) };
        SharedCallback { counted: place, owns: PhantomData }
    }

    #[inline(always)]
    fn counted(&self) -> &Counted<dyn Callback> {
        // SAFETY: it is there as long as it has an owner, and nobody borrows it exclusively.
        unsafe { self.counted.as_ref() }
    }
}

impl Deref for SharedCallback {
    type Target = dyn Callback;

    #[inline(always)]
    fn deref(&self) -> &Self::Target {
        &self.counted().callback
    }
}

impl Clone for SharedCallback {
    #[inline]
    fn clone(&self) -> Self {
        let owners = &self.counted().owners;
        // There is not that much memory, but owners may be forgotten.
        owners.set(owners.get().checked_add(1).unwrap_or_else(|| std::process::abort()));
        SharedCallback { counted: self.counted, owns: PhantomData }
    }
}

impl Drop for SharedCallback {
    #[inline]
    fn drop(&mut self) {
        let owners = &self.counted().owners;
        let left = owners.get() - 1;
        owners.set(left);
        if left == 0 {
            drop_callback(self.counted);
        }
    }
}

/// Drops a callback that has no owner any more.
#[inline(never)]
fn drop_callback(counted: NonNull<Counted<dyn Callback>>) {
    // SAFETY: it is there, nobody can reach it after this, and its memory was allocated for the layout of its type.
    unsafe {
        let _free = Free(counted.cast(), Layout::for_value(counted.as_ref()));
        counted.drop_in_place();
    }
}
