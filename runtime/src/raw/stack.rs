//! The stack of the futures that are being polled on this thread, and the words beside it that a poll tests.
//!
//! Invariants:
//! - `top`, less the alarm, is `BOTTOM` or points to a [`Head`] that is borrowed by a [`Pushed`] on this thread's call stack right now,
//!   and what is `below` such a head is `BOTTOM` or points to the one that was on top when it was pushed;
//! - whoever pushes, pops before that borrow ends, on unwinding too.

use std::cell::Cell;
use std::mem::{self, ManuallyDrop};
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering::Acquire, Ordering::Relaxed, Ordering::SeqCst, fence};

use crate::check::{self, alarm};
use crate::future::{Head, SPECIAL};
use crate::places;

/// What is below the outermost future: not null, so that a future that was ever polled can be told by what is below it.
pub(super) const BOTTOM: *mut Head = ptr::without_provenance_mut(align_of::<Head>());

/// Set in `top` while the thread is asked to look at the time: the *alarm*. No address of a head has it: on x86-64 those of
/// programs are in the lower half, and everywhere heads are aligned. Where it is also the bit of a word that a poll has to see,
/// one test does for both.
pub(super) const ALARM: usize = if cfg!(target_arch = "x86_64") { 1 << (usize::BITS - 1) } else { 1 };

/// What a thread keeps.
pub(super) struct Thread {
    pub(super) shared: Shared,
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
pub(super) struct Shared {
    /// The future that is being polled, the innermost if they are nested; and the alarm, which the watch may set at any time. It
    /// is lost if that happens just while the thread replaces what is on top, and then is raised again with the next tick.
    pub(super) top: AtomicPtr<Head>,
    /// When the alarm was raised.
    pub(super) raised: AtomicU64,
}

thread_local! {
    // No destructor and a constant initial value: reading it is one load, also while the thread's other locals are
    // being destroyed. The alarm of a new thread is raised: so it makes itself known to the watch when it first polls.
    pub(super) static THREAD: Thread = const {
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
pub(super) fn without_alarm(top: *mut Head) -> *mut Head {
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
pub(super) fn asks(word: u64, top: *mut Head) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_of_any_poll_the_stack_is_empty() {
        assert!(with_top(|top| top.is_err()));
        for_each_while(|_| unreachable!());
    }
}
