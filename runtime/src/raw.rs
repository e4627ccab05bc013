//! The only unsafe code of this crate. Here: the storage of a checked future, which decides when the future in it is dropped,
//! wakers that are numbers or are counted, and the loop of a thread. In files of their own: the [`stack`] of the futures that
//! are being polled on this thread, what the watch sees of the [`threads`], the storage of a generator's body ([`owned`]), a loop's
//! [`tasks`] and callbacks and their memory ([`blocks`]), and what cannot leave a loop's thread ([`bound`]).
//!
//! Invariant of the loop of a thread: what `LOOP` points to is owned by an [`Entered`]; these are variables of functions of the
//! loop, so that the last to be made is the first to be dropped.

#[cfg(feature = "event-loop")]
mod blocks;
#[cfg(feature = "event-loop")]
mod bound;
mod owned;
mod stack;
#[cfg(feature = "event-loop")]
mod tasks;
mod threads;

#[cfg(feature = "event-loop")]
pub(crate) use blocks::Blocks;
pub(crate) use owned::{Becomes, Held, Link, Owned, Reached};
pub(crate) use stack::{
    call_attention, for_each_while, is_alarmed, is_noting, keep_alarm, lower_alarm, push, raised, set_noting, with_top,
};
#[cfg(feature = "event-loop")]
pub(crate) use stack::{needs_attention, take_attention};
#[cfg(feature = "event-loop")]
pub(crate) use tasks::{OwnedTask, SharedCallback};
pub(crate) use threads::{for_each_thread, register};

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::pin::Pin;
#[cfg(feature = "event-loop")]
use std::sync::atomic::{Ordering::Acquire, fence};
#[cfg(feature = "event-loop")]
use std::task::{RawWaker, RawWakerVTable, Waker};
#[cfg(feature = "event-loop")]
use std::{any::TypeId, cell::Cell, ptr, ptr::NonNull, rc::Rc, sync::Arc};

#[cfg(feature = "event-loop")]
use crate::check::lost_waker::CountedNumber;
#[cfg(feature = "event-loop")]
use crate::event_loop::{Core, number};
use crate::future::Head;
use crate::trace::EndSilence;

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
    told(&checked.head, PhantomData::<F>);
}

/// Tells the head that its future is dropped. Any optimiser inlines this: whoever looks at the call stack sees by it whether
/// the functions are there that were inlined into others. Generic, so that it is compiled with the user's options.
#[inline]
fn told<F>(head: &Head, _of: PhantomData<F>) {
    head.dropped();
}

/// Where to put a value, for code that does not know its type.
#[cfg(feature = "event-loop")]
pub(crate) struct Place<'a> {
    /// Points to an `Option` of this type.
    place: NonNull<()>,
    of: TypeId,
    borrowed: PhantomData<&'a mut ()>,
}

#[cfg(feature = "event-loop")]
impl<'a> Place<'a> {
    #[inline]
    pub(crate) fn new<T: 'static>(place: &'a mut Option<T>) -> Self {
        Place { place: NonNull::from(place).cast(), of: TypeId::of::<T>(), borrowed: PhantomData }
    }

    /// Puts a value there, if it is of the type that belongs there. What is there, nothing as a rule, is not dropped.
    #[inline]
    pub(crate) fn set<T: 'static>(self, value: T) {
        if TypeId::of::<T>() == self.of {
            // SAFETY: it was made of a reference to an `Option` of this very type, which is borrowed for as long.
            unsafe { self.place.cast::<Option<T>>().write(Some(value)) };
        } else {
            drop_misplaced(value);
        }
    }
}

/// Drops a value that does not belong to its place.
#[cfg(feature = "event-loop")]
#[cold]
#[inline(never)]
fn drop_misplaced<T>(value: T) {
    drop(value);
}

/// A waker that is nothing but a number.
#[cfg(feature = "event-loop")]
#[inline]
pub(crate) fn number_waker(number: usize) -> Waker {
    // SAFETY: the functions of the table only look at the address of their argument, as a number. They are thread-safe, and
    // there is nothing to release.
    unsafe { Waker::from_raw(number_raw_waker(number)) }
}

/// A waker that is nothing but a number as long as nobody keeps it: its clones are those that the loop
/// [counts](CountedNumber).
#[cfg(feature = "event-loop")]
#[inline]
pub(crate) fn unheld_waker(number: usize) -> Waker {
    // SAFETY: as above, but for the clone, which makes a whole waker of another kind.
    unsafe { Waker::from_raw(RawWaker::new(ptr::without_provenance(number), &UNHELD)) }
}

/// A waker that is counted.
#[cfg(feature = "event-loop")]
pub(crate) fn counted_waker(counted: Arc<CountedNumber>) -> Waker {
    // SAFETY: the functions of the table use the pointer as what it is, that of an `Arc`, of which each waker owns one; and
    // that is thread-safe.
    unsafe { Waker::from_raw(RawWaker::new(Arc::into_raw(counted).cast(), &COUNTED)) }
}

/// How many have a waker that is counted; `None` if it is none.
#[cfg(feature = "event-loop")]
#[inline]
pub(crate) fn holders(waker: &Waker) -> Option<usize> {
    if !ptr::eq(waker.vtable(), &COUNTED) {
        return None;
    }
    // SAFETY: it is a counted waker, which owns an `Arc` of this pointer; this one is not dropped.
    let counted = ManuallyDrop::new(unsafe { Arc::from_raw(waker.data().cast::<CountedNumber>()) });
    let holders = Arc::strong_count(&counted);
    // What those have done who are gone is to be seen.
    fence(Acquire);
    Some(holders)
}

/// What is behind a waker that is counted.
#[cfg(feature = "event-loop")]
#[inline]
pub(crate) fn counted(waker: &Waker) -> Option<&CountedNumber> {
    // SAFETY: it is a counted waker, which keeps alive what is behind it.
    ptr::eq(waker.vtable(), &COUNTED).then(|| unsafe { &*waker.data().cast::<CountedNumber>() })
}

/// The number of a waker that is nothing else, and owns nothing.
#[cfg(feature = "event-loop")]
#[inline]
pub(crate) fn bare_number_of(waker: &Waker) -> Option<usize> {
    let table = waker.vtable();
    (ptr::eq(table, &NUMBERS) || ptr::eq(table, &UNHELD)).then(|| waker.data().addr())
}

/// The number of a waker that has one.
#[cfg(feature = "event-loop")]
#[inline]
pub(crate) fn number_of(waker: &Waker) -> Option<usize> {
    match counted(waker) {
        Some(counted) => Some(counted.number()),
        None => bare_number_of(waker),
    }
}

#[cfg(feature = "event-loop")]
static NUMBERS: RawWakerVTable = RawWakerVTable::new(
    |data| number_raw_waker(data.addr()),
    |data| number::wake(data.addr()),
    |data| number::wake(data.addr()),
    |_| {},
);

#[cfg(feature = "event-loop")]
static UNHELD: RawWakerVTable = RawWakerVTable::new(
    |data| {
        let held = ManuallyDrop::new(number::hold(data.addr()));
        RawWaker::new(held.data(), held.vtable())
    },
    |data| number::wake(data.addr()),
    |data| number::wake(data.addr()),
    |_| {},
);

#[cfg(feature = "event-loop")]
static COUNTED: RawWakerVTable = RawWakerVTable::new(
    |data| {
        // SAFETY: the pointer is that of an `Arc`, of which the waker that is cloned owns one.
        unsafe { Arc::increment_strong_count(data.cast::<CountedNumber>()) };
        RawWaker::new(data, &COUNTED)
    },
    |data| {
        // SAFETY: as above; the waker that is used up gives its own away.
        number::wake(unsafe { Arc::from_raw(data.cast::<CountedNumber>()) }.number());
    },
    |data| {
        // SAFETY: as above; it is only looked at.
        number::wake(unsafe { &*data.cast::<CountedNumber>() }.number());
    },
    |data| {
        // SAFETY: as above; the waker that is dropped gives its own away.
        drop(unsafe { Arc::from_raw(data.cast::<CountedNumber>()) });
    },
);

#[cfg(feature = "event-loop")]
#[inline]
fn number_raw_waker(number: usize) -> RawWaker {
    RawWaker::new(ptr::without_provenance(number), &NUMBERS)
}

#[cfg(feature = "event-loop")]
thread_local! {
    /// The loop that runs on this thread, or null.
    static LOOP: Cell<*const Core> = const { Cell::new(ptr::null()) };
}

/// Calls `with` with the loop that runs on this thread, if any.
#[cfg(feature = "event-loop")]
#[inline(always)]
pub(crate) fn with_loop<R>(with: impl FnOnce(Option<&Core>) -> R) -> R {
    let current = LOOP.with(Cell::get);
    // SAFETY: it is null, or that of an `Entered` which is alive further up this thread's stack, and owns the loop.
    with(unsafe { current.as_ref() })
}

/// Makes a loop the loop of this thread, until this is dropped; then it is again the one that was before.
#[cfg(feature = "event-loop")]
pub(crate) struct Entered {
    before: *const Core,
    #[expect(dead_code, reason = "it keeps the loop alive")]
    core: Rc<Core>,
}

#[cfg(feature = "event-loop")]
impl Entered {
    pub(crate) fn new(core: Rc<Core>) -> Self {
        let before = LOOP.replace(Rc::as_ptr(&core));
        Entered { before, core }
    }
}

#[cfg(feature = "event-loop")]
impl Drop for Entered {
    fn drop(&mut self) {
        LOOP.set(self.before);
    }
}
