//! The storage of a generator's body: a future on the heap, and what its owner shares with it.
//!
//! Invariants:
//! - an [`Owned`] is the only owner of its allocation, and frees it once;
//! - the [`Ways`] of an allocation were made for the types that it was made for;
//! - what a registry has [`Reached`] it polls instead of the owner, and never at the same time: they agree on that by
//!   the shared part alone, which is atomic where both look at it;
//! - a [`Link`] is in the future of the allocation to which it points, and used nowhere else: what the macros write
//!   keeps it in a variable that the user's code cannot name. So it is only used while that future is polled, which
//!   needs the owner's exclusive borrow.

use std::future::Future;
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

use crate::adopt::{Cleanup, SendCleanup};

/// A future and what it shares with its owner.
struct Pair<S, F: ?Sized> {
    shared: S,
    /// How this becomes cleanup, where the future may outlive whoever made it.
    ways: Option<&'static Ways>,
    /// Pinned: never moved, and dropped in place.
    future: F,
}

/// Owns a future on the heap, and beside it what the two share.
pub(crate) struct Owned<S, F: ?Sized> {
    pair: NonNull<Pair<S, F>>,
    owns: PhantomData<Pair<S, F>>,
}

/// How an owner becomes cleanup when nobody knows the future's type any more: each makes the owner anew, of the pointer that
/// the allocation's only owner had.
#[cfg_attr(not(feature = "event-loop"), allow(dead_code, reason = "only a loop shuts generators down"))]
struct Ways {
    local: unsafe fn(NonNull<()>) -> Cleanup,
    send: Option<unsafe fn(NonNull<()>) -> SendCleanup>,
    hold: unsafe fn(NonNull<()>) -> bool,
    poll: unsafe fn(NonNull<()>, &mut Context<'_>) -> Poll<()>,
    release: unsafe fn(NonNull<()>, bool),
    free: unsafe fn(NonNull<()>),
}

/// What a registry does with a body whose handle is somewhere else.
pub(crate) trait Held {
    /// Takes the body, if that is possible.
    fn hold(&mut self) -> bool;

    /// Polls a body that is held, until it is out.
    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// Lets go of a body that is held.
    fn release(&mut self, finished: bool);

    /// Drops a body as its handle would.
    fn free(self);
}

/// A body of a registry's. Its functions may be called as `generator/registry.rs` says: as long as the allocation is there,
/// and all but `hold` by the one who holds the body.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "event-loop"), allow(dead_code, reason = "only a loop shuts generators down"))]
pub(crate) struct Reached {
    pair: NonNull<()>,
    ways: &'static Ways,
}

// SAFETY: it is used on the thread of its registry's loop only. There the body began, and unless that is `Send` it has never
// left.
unsafe impl Send for Reached {}

#[cfg_attr(not(feature = "event-loop"), allow(dead_code, reason = "only a loop shuts generators down"))]
impl Reached {
    pub(crate) fn hold(self) -> bool {
        // SAFETY: the ways are those of this allocation, which is there.
        unsafe { (self.ways.hold)(self.pair) }
    }

    pub(crate) fn poll(self, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: as above; the caller holds the body.
        unsafe { (self.ways.poll)(self.pair, cx) }
    }

    pub(crate) fn release(self, finished: bool) {
        // SAFETY: as above.
        unsafe { (self.ways.release)(self.pair, finished) }
    }

    pub(crate) fn free(self) {
        // SAFETY: as above; its handle has given it up, and the caller has forgotten it.
        unsafe { (self.ways.free)(self.pair) }
    }
}

/// An owner that can become cleanup, of the kind `C`.
pub(crate) trait Becomes<C>: Sized {
    fn become_cleanup(self) -> C;
}

/// The future's way to what it shares with its owner.
pub(crate) struct Link<S> {
    shared: NonNull<S>,
}

// SAFETY: it owns a future and the shared value, and hands both on by exclusive borrows only.
unsafe impl<S: Send, F: Send + ?Sized> Send for Owned<S, F> {}
// SAFETY: a shared borrow of it allows to look at what is atomic, and nothing else.
unsafe impl<S, F: ?Sized> Sync for Owned<S, F> {}
// SAFETY: it moves with its future, within which alone it is used, and so is on the thread that polls that.
unsafe impl<S: Send> Send for Link<S> {}
// SAFETY: as above; that thread is the only one that uses it.
unsafe impl<S: Send> Sync for Link<S> {}

// The future stays where it is when its owner moves.
impl<S, F: ?Sized> Unpin for Owned<S, F> {}

impl<S> Clone for Link<S> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Link<S> {}

impl<S> Link<S> {
    #[inline(always)]
    pub(crate) fn shared(&self) -> &S {
        // SAFETY: by the invariants, the allocation is there, and nobody has an exclusive borrow of this part of it:
        // the owner only has one of the future.
        unsafe { self.shared.as_ref() }
    }
}

impl<S, F> Owned<S, F> {
    /// Makes the future, in the one allocation that there is.
    #[inline]
    pub(crate) fn new(shared: S, make: impl FnOnce(Link<S>) -> F) -> Self {
        let pair: *mut Pair<S, F> = Box::into_raw(Box::<Pair<S, F>>::new_uninit()).cast();
        // SAFETY: `pair` points to memory for a `Pair` that this function owns. Each part is written once before it is
        // read. If `make` panics, the memory is leaked.
        unsafe {
            let shared_place = &raw mut (*pair).shared;
            shared_place.write(shared);
            let future = make(Link { shared: NonNull::new_unchecked(shared_place) });
            (&raw mut (*pair).ways).write(None);
            (&raw mut (*pair).future).write(future);
            Owned { pair: NonNull::new_unchecked(pair), owns: PhantomData }
        }
    }
}

impl<S, F> Owned<S, F>
where
    Self: Becomes<Cleanup> + Held,
{
    const LOCAL: Ways = Ways {
        local: Self::remembered::<Cleanup>,
        send: None,
        hold: Self::hold_remembered,
        poll: Self::poll_remembered,
        release: Self::release_remembered,
        free: Self::free_remembered,
    };

    /// Lets it become cleanup, even if its type is forgotten.
    #[inline]
    pub(crate) fn let_become(&mut self) {
        self.set_ways(const { &Self::LOCAL });
    }

    /// The same, on any thread.
    #[inline]
    pub(crate) fn let_become_send(&mut self)
    where
        Self: Becomes<SendCleanup>,
    {
        self.set_ways(const { &Ways { send: Some(Self::remembered::<SendCleanup>), ..Self::LOCAL } });
    }

    /// The owner of an allocation, again.
    ///
    /// # Safety
    ///
    /// The pointer must be that of an owner of this very type, and one of the two must be forgotten.
    unsafe fn of(pair: NonNull<()>) -> mem::ManuallyDrop<Self> {
        mem::ManuallyDrop::new(Owned { pair: pair.cast::<Pair<S, F>>(), owns: PhantomData })
    }

    unsafe fn hold_remembered(pair: NonNull<()>) -> bool {
        // SAFETY: this one is forgotten.
        unsafe { Self::of(pair) }.hold()
    }

    unsafe fn poll_remembered(pair: NonNull<()>, cx: &mut Context<'_>) -> Poll<()> {
        // SAFETY: as above.
        unsafe { Self::of(pair) }.poll_out(cx)
    }

    unsafe fn release_remembered(pair: NonNull<()>, finished: bool) {
        // SAFETY: as above.
        unsafe { Self::of(pair) }.release(finished);
    }

    unsafe fn free_remembered(pair: NonNull<()>) {
        // SAFETY: the other one is forgotten.
        mem::ManuallyDrop::into_inner(unsafe { Self::of(pair) }).free();
    }

    fn set_ways(&mut self, ways: &'static Ways) {
        // SAFETY: the allocation is there as long as its owner, and nobody else looks at this part of it.
        unsafe { (&raw mut (*self.pair.as_ptr()).ways).write(Some(ways)) };
    }

    /// # Safety
    ///
    /// The pointer must be that of an owner of this very type, which must not be used, or dropped, any more.
    unsafe fn remembered<C>(pair: NonNull<()>) -> C
    where
        Self: Becomes<C>,
    {
        Owned { pair: pair.cast::<Pair<S, F>>(), owns: PhantomData }.become_cleanup()
    }
}

impl<S, F: ?Sized> Owned<S, F> {
    /// Makes cleanup of it, if that was said to be possible.
    pub(crate) fn into_cleanup(self) -> Result<Cleanup, Self> {
        let Some(ways) = self.ways() else { return Err(self) };
        let pair = mem::ManuallyDrop::new(self).pair.cast::<()>();
        // SAFETY: who set the ways knew the type, which has been forgotten at most; and this owner is gone.
        Ok(unsafe { (ways.local)(pair) })
    }

    /// Makes cleanup for any thread of it, if that was said to be possible.
    pub(crate) fn into_send_cleanup(self) -> Result<SendCleanup, Self> {
        let Some(send) = self.ways().and_then(|ways| ways.send) else { return Err(self) };
        let pair = mem::ManuallyDrop::new(self).pair.cast::<()>();
        // SAFETY: as above.
        Ok(unsafe { send(pair) })
    }

    /// What a registry needs of it, if it may be reached from there.
    pub(crate) fn reached(&self) -> Option<Reached> {
        Some(Reached { pair: self.pair.cast(), ways: self.ways()? })
    }

    fn ways(&self) -> Option<&'static Ways> {
        // SAFETY: the allocation is there as long as its owner, whose exclusive borrow alone changes this part of it.
        unsafe { (*self.pair.as_ptr()).ways }
    }
}

/// Writes a method that forgets the future's type; stable Rust has no word for all the types that could stand there.
macro_rules! erase {
    ($(#[$meta:meta])* $name:ident, $erased:ty, $($bounds:tt)*) => {
        $(#[$meta])*
        #[inline]
        pub(crate) fn $name<'a>(self) -> Owned<S, $erased>
        where
            F: $($bounds)* + 'a,
        {
            let pair: NonNull<Pair<S, $erased>> = mem::ManuallyDrop::new(self).pair;
            Owned { pair, owns: PhantomData }
        }
    };
}

impl<S, F> Owned<S, F> {
    erase! {
        /// Forgets the future's type, but not that it is `Send`.
        erased, dyn Future<Output = ()> + Send + 'a, Future<Output = ()> + Send
    }
    erase! {
        /// Forgets the future's type.
        erased_local, dyn Future<Output = ()> + 'a, Future<Output = ()>
    }
}

impl<S, F: ?Sized> Owned<S, F> {
    /// What is shared with the future.
    #[inline(always)]
    pub(crate) fn shared(&mut self) -> &S {
        // SAFETY: the allocation is there as long as its owner, and nobody borrows this part of it exclusively.
        unsafe { &(*self.pair.as_ptr()).shared }
    }

    /// The same, through a shared borrow: only for what is atomic, since this may be [`Sync`].
    #[inline(always)]
    pub(crate) fn peek(&self) -> &S {
        // SAFETY: as above.
        unsafe { &(*self.pair.as_ptr()).shared }
    }

    /// Polls the future.
    #[inline(always)]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<F::Output>
    where
        F: Future,
    {
        // SAFETY: the allocation is there as long as its owner, whose exclusive borrow makes this the only one of the
        // future. It is never moved out of its place, and dropped there.
        let future = unsafe { Pin::new_unchecked(&mut (*self.pair.as_ptr()).future) };
        future.poll(cx)
    }
}

impl<S, F: ?Sized> Drop for Owned<S, F> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the pointer came from a box, and nobody else frees it.
        drop(unsafe { Box::from_raw(self.pair.as_ptr()) });
    }
}
