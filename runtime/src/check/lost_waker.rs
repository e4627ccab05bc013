//! `lost_waker`: a task is pending, and nobody holds its waker: it waits for ever.
//!
//! Who polls the future of a task does so through a [`LostWaker`], on any executor. That gives the future a waker that is
//! [`Counted`], in place of the task's. The tasks of the event loop have wakers that are counted as it is: `of_loop`.
//!
//! ```text
//!             a poll ends pending, and           the time has passed, in looks;       that poll ends
//!             nobody holds or has used it        the task is woken, once
//! WATCHED ──────────────────────────▶ SUSPECTED ──────────────────────────▶ DUE ─────────────────▶ reported
//!    ▲                                     │ polled, dropped                  │ on purpose
//!    └─────────────────────────────────────┴──────────────────────────────────┘
//! ```
//!
//! A task may wait for ever on purpose, until it is cancelled: `pending().await`, which the macros
//! [announce](on_purpose). Other code cannot, so a task that is still pending then is only judged where the innermost
//! future that waits is a checked function's. One that goes on had been waiting for something that came without
//! waking it: that is a fault whoever's code it is.
//!
//! Invariants:
//! - the table of suspicions keeps nothing alive;
//! - who cancels a task polls it without this check, so that nothing but the look has it go on.

#![cfg_attr(not(feature = "tokio"), allow(dead_code, reason = "without such tasks nobody watches any"))]

#[cfg(feature = "event-loop")]
mod of_loop;

#[cfg(feature = "event-loop")]
pub(crate) use of_loop::{
    CountedNumber, Due, Suspected, Watching, end_step, is_held, is_on_purpose, renew, suspect, watching,
};

use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Acquire, Ordering::SeqCst, fence};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;

use crate::check::waits::Follow;
use crate::check::{Kind, Level, level, looks};
use crate::report::TraceFrame;
use crate::{raw, watch};

/// What is behind a waker that knows whether anybody has it: the task's waker, and whether it was used since the last poll
/// began.
struct Counted {
    task: Waker,
    woken: AtomicBool,
}

impl Counted {
    fn new(task: &Waker) -> Arc<Self> {
        Arc::new(Counted { task: task.clone(), woken: AtomicBool::new(false) })
    }

    /// Whether nobody will ever wake the task, after a poll that was pending; for who has the only one that is no waker.
    fn is_lost(self: &Arc<Self>) -> bool {
        let held = Arc::strong_count(self) > 1;
        // Who has woken it, did so before giving it up.
        fence(Acquire);
        !held && !self.woken.load(SeqCst)
    }
}

impl Wake for Counted {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.woken.store(true, SeqCst);
        self.task.wake_by_ref();
    }
}

/// Sees to it that a task whose waker is lost is reported.
#[derive(Default)]
pub(crate) struct LostWaker {
    counted: Option<Arc<Counted>>,
    suspicion: Option<Arc<Suspicion>>,
}

/// What is known of a task whose waker was lost.
pub(crate) struct Lost {
    /// What it waits for, innermost first. If that is nothing, it went on as soon as it was polled.
    pub(crate) waits: Vec<TraceFrame>,
}

impl Lost {
    /// What a poll has shown of a task that was lost for some time: whether it is so still, and on purpose.
    fn judge(follow: &Follow, is_lost: bool, on_purpose: bool) -> Option<Self> {
        if !is_lost {
            return Some(Lost { waits: Vec::new() });
        }
        let waits = follow.frames();
        (!waits.is_empty() && !on_purpose).then_some(Lost { waits })
    }
}

/// A poll of a task that is watched.
pub(crate) struct Polling {
    counted: Arc<Counted>,
    /// Made of `counted`.
    waker: Waker,
    patience: Duration,
    on_purpose: OnPurpose,
    /// What the task waits for, where that is to be judged.
    follow: Option<Follow>,
}

impl Polling {
    /// What the task is polled with.
    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }
}

impl LostWaker {
    /// Begins a poll of the task that this wakes. `patience` is how long it must be lost to be reported: `None` if it is not
    /// watched, or if this poll may cancel it.
    #[inline]
    pub(crate) fn begin(&mut self, task: &Waker, patience: Option<Duration>) -> Option<Polling> {
        let suspicion = self.suspicion.take();
        let before = self.counted.take();
        let patience = patience.filter(|_| is_on())?;
        let counted = match before {
            Some(counted) if counted.task.will_wake(task) => counted,
            // Whoever has the old one gets the new one now, as every future has to see to.
            _ => Counted::new(task),
        };
        let is_due = suspicion.is_some_and(|suspicion| suspicion.due.load(SeqCst)) && counted.is_lost();
        counted.woken.store(false, SeqCst);
        let waker = Waker::from(Arc::clone(&counted));
        let follow = is_due.then(Follow::begin);
        Some(Polling { counted, waker, patience, on_purpose: OnPurpose::begin(), follow })
    }

    /// Ends it. What was found is to be reported when the task is no longer being polled.
    #[inline]
    pub(crate) fn end(&mut self, polling: Polling, is_pending: bool) -> Option<Lost> {
        let Polling { counted, waker, patience, on_purpose, follow } = polling;
        drop(waker);
        let is_lost = is_pending && counted.is_lost();
        let lost = match follow {
            None if is_lost && !on_purpose.is_set() => {
                self.suspicion = Some(Suspicion::begin(&counted.task, patience));
                None
            }
            None => None,
            Some(follow) => Lost::judge(&follow, is_lost, on_purpose.is_set()),
        };
        self.counted = Some(counted);
        lost
    }
}

/// Whether tasks are watched.
#[inline]
pub(crate) fn is_on() -> bool {
    watch::POSSIBLE && level(Kind::LostWaker) != Level::Off
}

/// Lasts until the task is polled again, or dropped.
struct Suspicion {
    task: Waker,
    /// Set when the task is woken to be judged.
    due: AtomicBool,
}

/// The suspicions, and the look in which each is due.
static SUSPICIONS: Mutex<Vec<(Weak<Suspicion>, u64)>> = Mutex::new(Vec::new());

impl Suspicion {
    /// Has a task judged when this has lasted for some time.
    #[cold]
    fn begin(task: &Waker, patience: Duration) -> Arc<Self> {
        let suspicion = Arc::new(Suspicion { task: task.clone(), due: AtomicBool::new(false) });
        let due = looks::now().saturating_add(looks::in_time(patience));
        let entry = (Arc::downgrade(&suspicion), due);
        SUSPICIONS.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        looks::keep_on();
        suspicion
    }
}

/// Looks at the suspicions, and adds the wakers of the tasks that are due. Whether there are any left.
pub(super) fn look(look: u64, wakers: &mut Vec<Waker>) -> bool {
    let mut due = Vec::new();
    let mut suspicions = SUSPICIONS.lock().unwrap_or_else(PoisonError::into_inner);
    suspicions.retain(|(suspicion, until)| {
        let is_due = look >= *until;
        if is_due {
            due.push(Weak::clone(suspicion));
        }
        !is_due && suspicion.strong_count() > 0
    });
    let any = !suspicions.is_empty();
    drop(suspicions);
    for suspicion in due.into_iter().filter_map(|suspicion| suspicion.upgrade()) {
        suspicion.due.store(true, SeqCst);
        wakers.push(suspicion.task.clone());
    }
    any
}

thread_local! {
    /// Whether the poll under way is pending on purpose.
    static ON_PURPOSE: Cell<bool> = const { Cell::new(false) };
}

/// Sees what is announced while it exists.
struct OnPurpose {
    outer: bool,
}

impl OnPurpose {
    fn begin() -> Self {
        OnPurpose { outer: ON_PURPOSE.replace(false) }
    }

    fn is_set(&self) -> bool {
        ON_PURPOSE.get()
    }
}

impl Drop for OnPurpose {
    fn drop(&mut self) {
        ON_PURPOSE.set(self.outer);
    }
}

pin_project! {
    /// A future that is pending on purpose, if it is.
    pub struct Endless<F> {
        #[pin]
        future: F,
    }
}

/// Wraps a future that is called `pending`.
pub(crate) fn on_purpose<F: Future>(future: F) -> Endless<F> {
    Endless { future }
}

impl<F: Future> Future for Endless<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let polled = self.project().future.poll(cx);
        if polled.is_pending() {
            ON_PURPOSE.set(true);
            raw::call_attention();
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn, ready};
    use std::thread;

    use futures_executor::block_on;

    use super::*;
    use crate::check::on;
    use crate::private::Site;

    static SITE: Site = Site { file: file!(), line: 1, column: 1, name: Some("leaf"), slow_after: None };

    /// The root of a task, as an executor's integration may have it: it ends with what was found.
    async fn watched(future: impl Future<Output = ()>) -> Option<Lost> {
        let mut future = Box::pin(future);
        let mut lost_waker = LostWaker::default();
        poll_fn(|cx| {
            let polling = lost_waker.begin(cx.waker(), Some(Duration::ZERO)).unwrap();
            let polled = future.as_mut().poll(&mut Context::from_waker(polling.waker()));
            match lost_waker.end(polling, polled.is_pending()) {
                Some(lost) => Poll::Ready(Some(lost)),
                None => polled.map(|()| None),
            }
        })
        .await
    }

    fn names(lost: Option<Lost>) -> Vec<String> {
        lost.expect("it was found").waits.into_iter().map(|frame| frame.function).collect()
    }

    /// Pending for ever, without a word on that.
    fn forgets() -> impl Future<Output = ()> {
        poll_fn(|_| Poll::Pending)
    }

    #[test]
    fn a_waker_knows_whether_it_is_held() {
        let counted = Counted::new(Waker::noop());
        assert!(counted.is_lost());
        let held = Waker::from(Arc::clone(&counted));
        assert!(!counted.is_lost());
        held.wake_by_ref();
        drop(held);
        // It was used.
        assert!(!counted.is_lost());
        counted.woken.store(false, SeqCst);
        assert!(counted.is_lost());
        let held = Waker::from(Arc::clone(&counted));
        thread::spawn(|| held.wake()).join().unwrap();
        assert!(!counted.is_lost());
    }

    #[test]
    fn who_forgets_the_waker_is_found() {
        assert_eq!(names(block_on(watched(on::future(&SITE, forgets())))), ["leaf"]);
    }

    #[test]
    fn what_comes_without_waking_is_found() {
        let mut polls = 0;
        let future = poll_fn(|_| {
            polls += 1;
            if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
        });
        assert_eq!(names(block_on(watched(future))), [""; 0]);
    }

    /// A fault that begins later than what is to be silent, and is found after that would have been.
    async fn later() {
        assert!(watched(on::future(&SITE, forgets())).await.is_some());
    }

    /// Runs a future beside a later fault.
    fn is_silent(future: impl Future<Output = ()>) -> bool {
        let mut found = Box::pin(watched(future));
        let mut later = Box::pin(later());
        block_on(poll_fn(|cx| {
            let found = found.as_mut().poll(cx);
            match later.as_mut().poll(cx) {
                Poll::Ready(()) => Poll::Ready(!matches!(found, Poll::Ready(Some(_)))),
                Poll::Pending if matches!(found, Poll::Ready(Some(_))) => Poll::Ready(false),
                Poll::Pending => Poll::Pending,
            }
        }))
    }

    #[test]
    fn a_waker_that_is_held_is_not_lost() {
        let held = Mutex::new(None);
        let future = poll_fn(|cx| {
            *held.lock().unwrap() = Some(cx.waker().clone());
            Poll::Pending
        });
        assert!(is_silent(on::future(&SITE, future)));
    }

    #[test]
    fn who_waits_on_purpose_is_silent() {
        assert!(is_silent(on::future(&SITE, on::endless(pending()))));
        // Whose purpose it is, is not known.
        assert!(is_silent(pending()));
    }

    #[test]
    fn who_was_ready_has_no_purpose() {
        let future = async {
            on::endless(ready(())).await;
            forgets().await;
        };
        assert_eq!(names(block_on(watched(on::future(&SITE, future)))), ["leaf"]);
    }

    #[test]
    fn what_is_dropped_is_forgotten() {
        let suspicion = Suspicion::begin(Waker::noop(), Duration::MAX);
        let left = Arc::downgrade(&suspicion);
        let is_listed = || {
            let suspicions = SUSPICIONS.lock().unwrap();
            suspicions.iter().any(|(suspicion, _)| suspicion.ptr_eq(&left))
        };
        look(0, &mut Vec::new());
        assert!(is_listed());
        drop(suspicion);
        look(0, &mut Vec::new());
        assert!(!is_listed());
    }
}
