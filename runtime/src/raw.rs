//! The only unsafe code of this crate: the stack of the futures that are being polled on this thread and what other threads
//! see of it, the storage of a checked future, which decides when the future in it is dropped, that of a generator's body,
//! wakers that are numbers or are counted, and the loop of a thread; in files of their own its tasks and callbacks ([`tasks`])
//! and their memory ([`blocks`]).
//!
//! Invariants of the stack:
//! - `top`, less the alarm, is `BOTTOM` or points to a [`Head`] that is borrowed by a [`Pushed`] on this thread's call stack right now,
//!   and what is `below` such a head is `BOTTOM` or points to the one that was on top when it was pushed;
//! - whoever pushes, pops before that borrow ends, on unwinding too.
//!
//! Invariants of the watched threads:
//! - what is in `WATCHED` belongs to a thread that has not ended.
//!
//! Invariants of the loop of a thread:
//! - what `LOOP` points to is owned by an [`Entered`]; these are variables of functions of the loop, so that the last to be
//!   made is the first to be dropped.
//!
//! Invariants of a generator's body:
//! - an [`Owned`] is the only owner of its allocation, and frees it once;
//! - the [`Ways`] of an allocation were made for the types that it was made for;
//! - what a registry has [`Reached`] it polls instead of the owner, and never at the same time: they agree on that by
//!   the shared part alone, which is atomic where both look at it;
//! - a [`Link`] is in the future of the allocation to which it points, and used nowhere else: what the macros write
//!   keeps it in a variable that the user's code cannot name. So it is only used while that future is polled, which
//!   needs the owner's exclusive borrow.

#[cfg(feature = "event-loop")]
mod blocks;
#[cfg(feature = "event-loop")]
mod bound;
#[cfg(feature = "event-loop")]
mod tasks;

#[cfg(feature = "event-loop")]
pub(crate) use blocks::Blocks;
#[cfg(feature = "event-loop")]
pub(crate) use tasks::{OwnedTask, SharedCallback};

use std::cell::Cell;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::SeqCst, fence};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
#[cfg(feature = "event-loop")]
use std::task::{RawWaker, RawWakerVTable, Waker};
#[cfg(feature = "event-loop")]
use std::{any::TypeId, rc::Rc, sync::Arc};

use crate::adopt::{Cleanup, SendCleanup};
#[cfg(feature = "event-loop")]
use crate::check::lost_waker::CountedNumber;
use crate::check::{self, alarm};
#[cfg(feature = "event-loop")]
use crate::event_loop::{Core, number};
use crate::future::{Head, SPECIAL};
use crate::places;
use crate::trace::EndSilence;

/// What is below the outermost future: not null, so that a future that was ever polled can be told by what is below it.
const BOTTOM: *mut Head = ptr::without_provenance_mut(align_of::<Head>());

/// Set in `top` while the thread is asked to look at the time: the *alarm*. No address of a head has it: on x86-64 those of
/// programs are in the lower half, and everywhere heads are aligned. Where it is also the bit of a word that a poll has to see,
/// one test does for both.
const ALARM: usize = if cfg!(target_arch = "x86_64") { 1 << (usize::BITS - 1) } else { 1 };

/// What a thread keeps.
struct Thread {
    shared: Shared,
    /// What is announced outside of any poll.
    announcement: Cell<u64>,
    /// `ALARM` while [`places`] are noted, else 0: so that a poll that ends asks for both by one test.
    noting: Cell<usize>,
    /// `ALARM` where the end of a loop's step has something to look at besides the alarm, else 0.
    attention: Cell<usize>,
    /// When the alarm was raised first, of those times that were looked at since a loop asked; or `UNSEEN`.
    seen: Cell<u64>,
}

/// No alarm was seen.
const UNSEEN: u64 = u64::MAX;

/// What a thread shares with the watch.
struct Shared {
    /// The future that is being polled, the innermost if they are nested; and the alarm, which the watch may set at any time. It
    /// is lost if that happens just while the thread replaces what is on top, and then is raised again with the next tick.
    top: AtomicPtr<Head>,
    /// When the alarm was raised.
    raised: AtomicU64,
}

thread_local! {
    // No destructor and a constant initial value: reading it is one load, also while the thread's other locals are
    // being destroyed. The alarm of a new thread is raised: so it makes itself known to the watch when it first polls.
    static THREAD: Thread = const {
        Thread {
            shared: Shared {
                top: AtomicPtr::new(ptr::without_provenance_mut(align_of::<Head>() | ALARM)),
                raised: AtomicU64::new(0),
            },
            announcement: Cell::new(0),
            noting: Cell::new(0),
            attention: Cell::new(0),
            seen: Cell::new(UNSEEN),
        }
    };
}

/// What is on top of this thread's stack, and the alarm.
#[inline(always)]
fn top_and_alarm() -> *mut Head {
    THREAD.with(|thread| thread.shared.top.load(Relaxed))
}

#[inline(always)]
fn set_top(top: *mut Head) {
    THREAD.with(|thread| thread.shared.top.store(top, Relaxed));
}

/// What is on top of this thread's stack.
fn top() -> *const Head {
    without_alarm(top_and_alarm())
}

#[inline(always)]
fn without_alarm(top: *mut Head) -> *mut Head {
    top.map_addr(|address| address & !ALARM)
}

/// Puts a future on top of the stack until what this returns is gone, after `prepare` if the future's word or the alarm asks
/// for that.
#[inline(always)]
pub(crate) fn push(head: &mut Head, prepare: fn(&mut Head)) -> Pushed<'_> {
    let mut below = top_and_alarm();
    if asks(head.word(), below) {
        prepare(head);
        below = push_alarmed(head);
    } else {
        set_top(ptr::from_ref(head).cast_mut());
    }
    head.set_below(below);
    Pushed { head, below }
}

/// Whether a word is one that a poll has to see, or the alarm is raised.
#[inline(always)]
fn asks(word: u64, top: *mut Head) -> bool {
    if cfg!(target_arch = "x86_64") {
        word | top.addr() as u64 >= SPECIAL
    } else {
        word >= SPECIAL || top.addr() & ALARM != 0
    }
}

/// Puts a future on top of the stack and leaves the alarm as it is; returns what is below it.
#[cold]
#[inline(never)]
fn push_alarmed(head: &Head) -> *mut Head {
    let top = top_and_alarm();
    let alarm = top.addr() & ALARM;
    set_top(ptr::from_ref(head).cast_mut().map_addr(|address| address | alarm));
    without_alarm(top)
}

/// A future on top of the stack. Its drop puts back what was there before.
pub(crate) struct Pushed<'a> {
    head: &'a Head,
    below: *mut Head,
}

impl Pushed<'_> {
    /// The poll ends without an output.
    #[inline(always)]
    pub(crate) fn pending(self) {
        let Pushed { head, below } = *self.kept();
        if check::TREES && asks(0, top_and_alarm().map_addr(|top| top | THREAD.with(|thread| thread.noting.get()))) {
            pop_pending(head, below);
        } else if !check::TREES && asks(0, top_and_alarm()) {
            pop_alarmed(head, below, true);
        } else {
            set_top(below);
        }
    }

    /// Without its drop.
    #[inline(always)]
    fn kept(self) -> ManuallyDrop<Self> {
        ManuallyDrop::new(self)
    }
}

impl Drop for Pushed<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // By value, lest this be kept in memory.
        let Pushed { head, below } = *self;
        if asks(0, top_and_alarm()) {
            pop_alarmed(head, below, false);
        } else {
            set_top(below);
        }
    }
}

/// Notes where the future stands, if that is asked for, and puts back on top what was there before.
#[cold]
#[inline(never)]
fn pop_pending(head: &Head, below: *mut Head) {
    // Both at once: without optimisation each way there is long.
    let (noting, top) = THREAD.with(|thread| (thread.noting.get(), thread.shared.top.load(Relaxed)));
    if noting != 0 {
        places::pending(head);
    }
    if asks(0, top) {
        pop_alarmed(head, below, true);
    } else {
        set_top(below);
    }
}

/// Whether it is noted where futures stand that are polled on this thread now.
#[inline]
pub(crate) fn is_noting() -> bool {
    THREAD.with(|thread| thread.noting.get()) != 0
}

/// Has it noted, or not, from now on; whether it was.
#[inline]
pub(crate) fn set_noting(noting: bool) -> bool {
    THREAD.with(|thread| thread.noting.replace(if noting { ALARM } else { 0 })) != 0
}

/// Puts back on top what was there before, and leaves the alarm as it is when the time has been looked at.
#[cold]
#[inline(never)]
fn pop_alarmed(head: &Head, below: *mut Head, pending: bool) {
    let found = alarm::leaving(head, pending);
    let alarm = top_and_alarm().addr() & ALARM;
    set_top(below.map_addr(|address| address | alarm));
    found.report(head);
}

/// Whether this thread's alarm is raised.
pub(crate) fn is_alarmed() -> bool {
    asks(0, top_and_alarm())
}

/// When this thread's alarm was raised, if it is; 0 if it has been ever since the time was looked at.
pub(crate) fn raised() -> Option<u64> {
    is_alarmed().then(|| {
        fence(Acquire);
        THREAD.with(|thread| thread.shared.raised.load(Relaxed))
    })
}

/// Lowers this thread's alarm.
pub(crate) fn lower_alarm() {
    if let Some(raised) = raised() {
        THREAD.with(|thread| {
            thread.seen.set(thread.seen.get().min(raised));
            thread.attention.set(ALARM);
        });
    }
    set_top(without_alarm(top_and_alarm()));
    // Then the caller looks whether the watch sleeps, while that looks, before it goes to sleep, whether there is an alarm
    // to raise: one of the two must see the other.
    fence(SeqCst);
}

/// Whether the end of a loop's step has anything to look at: the alarm is or was raised, or somebody has
/// [asked for it](call_attention).
#[cfg(feature = "event-loop")]
#[inline(always)]
pub(crate) fn needs_attention() -> bool {
    THREAD.with(|thread| asks(0, thread.shared.top.load(Relaxed).map_addr(|top| top | thread.attention.get())))
}

/// Has the end of the next step of a loop on this thread look at what there is.
#[inline]
pub(crate) fn call_attention() {
    THREAD.with(|thread| thread.attention.set(ALARM));
}

/// Takes note that all is looked at, but for an alarm that is raised still; when the alarm was first raised since the last
/// time, if it was, and as [`raised`] says it.
#[cfg(feature = "event-loop")]
pub(crate) fn take_attention() -> Option<u64> {
    let seen = THREAD.with(|thread| {
        thread.attention.set(0);
        thread.seen.replace(UNSEEN)
    });
    if seen == UNSEEN { raised() } else { Some(seen) }
}

/// Raises this thread's own alarm, to look at the time whenever a poll begins or ends.
pub(crate) fn keep_alarm() {
    THREAD.with(|thread| thread.shared.raised.store(0, Relaxed));
    set_top(top_and_alarm().map_addr(|address| address | ALARM));
}

/// A thread, as the watch sees it.
pub(crate) struct Watched<'a>(&'a Shared);

impl Watched<'_> {
    /// Whether it is polling a future.
    pub(crate) fn is_polling(&self) -> bool {
        without_alarm(self.0.top.load(SeqCst)) != BOTTOM
    }

    /// Raises its alarm; whether it was not raised yet.
    pub(crate) fn raise_alarm(&self, now: u64) -> bool {
        if asks(0, self.0.top.load(SeqCst)) {
            return false;
        }
        self.0.raised.store(now, Relaxed);
        let raised = self.0.top.fetch_update(SeqCst, Relaxed, |top| Some(top.map_addr(|address| address | ALARM)));
        raised.is_ok()
    }
}

/// The threads that the watch sees.
static WATCHED: Mutex<Vec<Entry>> = Mutex::new(Vec::new());

struct Entry(NonNull<Shared>);

// SAFETY: all that it points to is atomic.
unsafe impl Send for Entry {}

/// Has this thread in `WATCHED` as long as it exists.
struct Registration(NonNull<Shared>);

impl Registration {
    fn new() -> Self {
        let shared = THREAD.with(|thread| NonNull::from(&thread.shared));
        WATCHED.lock().unwrap_or_else(PoisonError::into_inner).push(Entry(shared));
        Registration(shared)
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        WATCHED.lock().unwrap_or_else(PoisonError::into_inner).retain(|entry| entry.0 != self.0);
    }
}

/// Whether a thread-local that needs no destructor stays where it is until the thread has ended, after all destructors:
/// so it is where the system knows thread-locals, and not where the standard library makes them of keys.
const STAYS: bool =
    cfg!(any(target_os = "linux", target_os = "freebsd", target_vendor = "apple", all(windows, target_env = "msvc")))
        && !cfg!(miri);

/// Makes this thread known to the watch, until it ends; whether that is possible.
pub(crate) fn register() -> bool {
    thread_local! {
        static REGISTRATION: Registration = Registration::new();
    }
    STAYS && REGISTRATION.try_with(|_| ()).is_ok()
}

/// Calls `visit` with each thread that is registered.
pub(crate) fn for_each_thread(mut visit: impl FnMut(Watched<'_>)) {
    for entry in &*WATCHED.lock().unwrap_or_else(PoisonError::into_inner) {
        // SAFETY: an entry is of a thread that has not ended: its registration, which is in a thread-local of the same
        // thread and nowhere else, takes it out before, and cannot while the lock is held. Until then it stays where it is.
        visit(Watched(unsafe { entry.0.as_ref() }));
    }
}

/// Calls `read` with the future that is being polled on this thread, the innermost if they are nested, or else with
/// what is announced outside of any poll.
#[inline(always)]
pub(crate) fn with_top<R>(read: impl FnOnce(Result<&Head, &Cell<u64>>) -> R) -> R {
    // SAFETY: it is on top of this thread's stack.
    match unsafe { on_stack(top()) } {
        Some(head) => read(Ok(head)),
        None => THREAD.with(|thread| read(Err(&thread.announcement))),
    }
}

/// Calls `visit` for each future that is being polled on this thread, innermost first, as long as it returns `true`.
pub(crate) fn for_each_while(mut visit: impl FnMut(&Head) -> bool) {
    let mut next = top();
    // SAFETY: `top` is of this thread's stack, and so is what is below a head that is.
    while let Some(head) = unsafe { on_stack(next) } {
        if !visit(head) {
            break;
        }
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
    // SAFETY: by the invariants, the head is borrowed by a `Pushed` further up this thread's stack. That one
    // cannot be gone before the caller is, and heads are only ever borrowed shared while they are on the stack.
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
    told(&checked.head, PhantomData::<F>);
}

/// Tells the head that its future is dropped. Any optimiser inlines this: whoever looks at the call stack sees by it whether
/// the functions are there that were inlined into others. Generic, so that it is compiled with the user's options.
#[inline]
fn told<F>(head: &Head, _of: PhantomData<F>) {
    head.dropped();
}

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
    if ptr::eq(waker.vtable(), &COUNTED) {
        // SAFETY: it is a counted waker, which keeps alive what is behind it.
        Some(unsafe { &*waker.data().cast::<CountedNumber>() }.number())
    } else {
        bare_number_of(waker)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_any_poll_the_stack_is_empty() {
        assert!(with_top(|top| top.is_err()));
        for_each_while(|_| unreachable!());
    }
}
