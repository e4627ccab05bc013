//! Cleanup that a generator leaves behind where it is dropped, and the tasks that adopt it.
//!
//! ```text
//! drop of a generator ──▶ leave ──▶ the task that is being polled ──▶ awaited before that task goes on
//!                                └▶ nobody: reported as `generator_unclosed`
//! ```
//! The event loop supervises its own tasks (`task/adopt.rs`). Every other executor's are supervised by [`Adopting`] around
//! their future, which knows what was left during a poll by a [`Frame`] of the thread.
//!
//! Invariants:
//! - a frame is a thread's as long as the poll or the drop that it is for, on unwinding too;
//! - what a cleanup leaves in its turn is awaited before that goes on: inner before outer;
//! - a `defer!` does not begin before what was left in the same poll is done (`settled`);
//! - cleanup that is dropped before its end is reported, by the drop of the generator in it.

mod settled;

pub(crate) use settled::Settled;
pub use settled::settled;

use std::any::Any;
use std::cell::Cell;
use std::collections::VecDeque;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use crate::raw::Owned;
use crate::report::{self, Caught, Panicked};

/// Cleanup that stays on its thread.
pub(crate) type Cleanup = Pin<Box<dyn Future<Output = ()>>>;

/// Cleanup that may go to another one.
pub(crate) type SendCleanup = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What was left during a poll of a task.
pub(crate) struct Frame {
    left: Left,
    /// The event loop that runs around the poll: one that runs inside of it has tasks of its own.
    #[cfg(feature = "event-loop")]
    event_loop: Option<usize>,
}

/// What was left, of the kind that the task takes.
enum Left {
    Local(VecDeque<Cleanup>),
    Send(VecDeque<SendCleanup>),
}

thread_local! {
    /// The innermost frame of the thread.
    static FRAME: Cell<Option<Frame>> = const { Cell::new(None) };
}

/// The kinds of cleanup.
pub(crate) trait Kind: Future<Output = ()> + Unpin + Sized {
    /// Puts what is left into a frame.
    fn frame(left: VecDeque<Self>) -> Frame;

    /// Takes it out again.
    fn take(frame: Frame) -> VecDeque<Self>;
}

impl Kind for Cleanup {
    #[inline]
    fn frame(left: VecDeque<Self>) -> Frame {
        Frame::new(Left::Local(left))
    }

    #[inline]
    fn take(frame: Frame) -> VecDeque<Self> {
        match frame.left {
            Left::Local(left) => left,
            Left::Send(_) => VecDeque::new(),
        }
    }
}

impl Kind for SendCleanup {
    #[inline]
    fn frame(left: VecDeque<Self>) -> Frame {
        Frame::new(Left::Send(left))
    }

    #[inline]
    fn take(frame: Frame) -> VecDeque<Self> {
        match frame.left {
            Left::Send(left) => left,
            Left::Local(_) => VecDeque::new(),
        }
    }
}

impl Frame {
    #[inline]
    fn new(left: Left) -> Self {
        Frame {
            left,
            #[cfg(feature = "event-loop")]
            event_loop: crate::event_loop::Core::identity(),
        }
    }

    fn is_empty(&self) -> bool {
        match &self.left {
            Left::Local(left) => left.is_empty(),
            Left::Send(left) => left.is_empty(),
        }
    }

    /// Whether no event loop has begun to run on the thread since.
    fn is_innermost(&self) -> bool {
        #[cfg(feature = "event-loop")]
        return self.event_loop == crate::event_loop::Core::identity();
        #[cfg(not(feature = "event-loop"))]
        true
    }
}

/// Runs `run`, and gives what was left meanwhile to the task that is supervised by the caller.
#[inline]
fn supervised<C: Kind, R>(run: impl FnOnce() -> R) -> (R, VecDeque<C>) {
    struct Outer(Option<Frame>);

    impl Drop for Outer {
        #[inline]
        fn drop(&mut self) {
            let _ = FRAME.try_with(|frame| frame.set(self.0.take()));
        }
    }

    // While the thread is ending nothing is taken.
    let outer = Outer(FRAME.try_with(|frame| frame.replace(Some(C::frame(VecDeque::new())))).ok().flatten());
    let result = run();
    let left = FRAME.try_with(Cell::take).ok().flatten().map(C::take).unwrap_or_default();
    drop(outer);
    (result, left)
}

/// Leaves a generator's body to the task that is being polled, which closes it; gives it back where there is none, or where
/// the body is not of the kind that it takes.
pub(crate) fn leave<S, F: ?Sized>(body: Owned<S, F>) -> Result<(), Owned<S, F>> {
    let Some(mut frame) = FRAME.try_with(Cell::take).ok().flatten() else {
        return leave_to_event_loop(body);
    };
    let innermost = frame.is_innermost();
    let result = match &mut frame.left {
        _ if !innermost => leave_to_event_loop(body),
        Left::Local(left) => body.into_cleanup().map(|cleanup| left.push_back(cleanup)),
        Left::Send(left) => body.into_send_cleanup().map(|cleanup| left.push_back(cleanup)),
    };
    let _ = FRAME.try_with(|place| place.set(Some(frame)));
    result
}

/// Whether there is a task on this thread that adopts.
pub(crate) fn is_supervised() -> bool {
    FRAME.try_with(|place| look(place, |frame| frame.is_some())).unwrap_or(true)
}

/// Whether something was left to the task that is being polled, in this poll.
#[inline]
fn is_anything_left() -> bool {
    let left = FRAME.try_with(|place| {
        look(place, |frame| frame.filter(|frame| frame.is_innermost()).map(|frame| !frame.is_empty()))
    });
    match left {
        Ok(None) => is_anything_left_to_event_loop(),
        Ok(Some(any)) => any,
        // The thread is ending.
        Err(_) => false,
    }
}

/// Looks at a place's frame.
#[inline]
fn look<R>(place: &Cell<Option<Frame>>, see: impl FnOnce(Option<&Frame>) -> R) -> R {
    let frame = place.take();
    let seen = see(frame.as_ref());
    place.set(frame);
    seen
}

#[cfg(feature = "event-loop")]
fn leave_to_event_loop<S, F: ?Sized>(body: Owned<S, F>) -> Result<(), Owned<S, F>> {
    if !crate::task::adopt::can_adopt() {
        return Err(body);
    }
    let cleanup = body.into_cleanup()?;
    // Given back, it is dropped, which reports it.
    let _ = crate::task::adopt::adopt(cleanup);
    Ok(())
}

#[cfg(feature = "event-loop")]
#[inline]
fn is_anything_left_to_event_loop() -> bool {
    crate::task::adopt::is_anything_left()
}

#[cfg(not(feature = "event-loop"))]
fn is_anything_left_to_event_loop() -> bool {
    false
}

#[cfg(not(feature = "event-loop"))]
fn leave_to_event_loop<S, F: ?Sized>(body: Owned<S, F>) -> Result<(), Owned<S, F>> {
    Err(body)
}

/// Cleanup to be awaited, first left, first run.
struct Adopted<C>(VecDeque<C>);

impl<C: Kind> Adopted<C> {
    /// Runs the cleanup; a panic in it is reported, and the rest goes on.
    #[cold]
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while let Some(mut cleanup) = self.0.pop_front() {
            let (polled, mut left) = supervised(|| catch_unwind(AssertUnwindSafe(|| Pin::new(&mut cleanup).poll(cx))));
            let pending = matches!(polled, Ok(Poll::Pending));
            let waits = pending && left.is_empty();
            if let Err(panic) = polled {
                let report = report::cleanup_panicked(&Panicked::new(&*panic));
                let raised = catch_unwind(AssertUnwindSafe(|| report::raise(report)));
                report::drop_panic(panic);
                // What is left is not given up for the sake of a report.
                if let Err(panic) = raised {
                    report::drop_panic(panic);
                }
            }
            if pending {
                self.0.push_front(cleanup);
            } else {
                let (dropped, more) = supervised(|| catch_unwind(AssertUnwindSafe(|| drop(cleanup))));
                left.extend(more);
                if let Err(panic) = dropped {
                    report::drop_panic(panic);
                }
            }
            for cleanup in left.into_iter().rev() {
                self.0.push_front(cleanup);
            }
            if waits {
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }
}

/// Cleanup whose task was dropped: a future that runs it.
///
/// What of it is not run is reported when it is dropped.
pub(crate) struct Orphans<C>(Adopted<C>);

impl<C: Kind> Future for Orphans<C> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.poll(cx)
    }
}

impl<C> Unpin for Orphans<C> {}

pin_project! {
    /// A task's future whose task adopts: what is left to it is awaited before it goes on, and before it is finished.
    ///
    /// A panic of the future goes on when the cleanup is done. Where the task is dropped before its end, `orphaned` is given
    /// what there is to run.
    #[must_use]
    pub(crate) struct Adopting<F: Future, C: Kind> {
        #[pin]
        future: Option<F>,
        // What came of the future, while cleanup has to be run.
        outcome: Option<Result<F::Output, Box<Caught>>>,
        adopted: Adopted<C>,
        orphaned: fn(Orphans<C>),
    }

    impl<F: Future, C: Kind> PinnedDrop for Adopting<F, C> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let dropped = drop_future(this.future.as_mut(), this.adopted);
            if !this.adopted.0.is_empty() {
                (this.orphaned)(Orphans(Adopted(std::mem::take(&mut this.adopted.0))));
            }
            if let Err(panic) = dropped {
                if std::thread::panicking() {
                    report::drop_panic(panic);
                } else {
                    resume_unwind(panic);
                }
            }
        }
    }
}

/// Has the task of this future close the generators that it drops unfinished, on executors that do not do so by themselves.
///
/// Those are all but the event loop: there, and with the tasks of `checked_async::tokio`, nothing has to be done. A generator
/// that is dropped while the future is polled, and that has a `defer!` in force, is closed before the future is polled again,
/// or is finished: in the order in which they were dropped, so inner ones before outer ones. That holds if the future ends, and
/// if it panics, which goes on after that.
///
/// Wrap the whole future of a task in it. It is `Send` if the future and its output are, and adopts the generators that are;
/// [`adopting_local`] adopts those that are not, too. The guide to generators, `docs/generators.md`, says which can be
/// adopted. Every other one is reported as `generator_unclosed`.
///
/// # Cancel safety
///
/// If it is dropped, so is the future, and nobody is left to close what was not closed by then: that is reported.
///
/// # Examples
///
/// ```
/// use checked_async::{adopting, generator};
/// # use std::sync::mpsc::{Sender, channel};
///
/// #[generator]
/// async fn rows(log: Sender<&'static str>) -> u32 {
///     defer! { log.send("closed").unwrap(); }
///     yield_!(1);
///     yield_!(2);
/// }
///
/// # let (log, events) = channel();
/// # let main = async move {
/// adopting(async {
///     assert_eq!(rows(log).next().await, Some(1));
/// })
/// .await;
/// # };
/// # futures_executor::block_on(main);
/// # let _ = events;
/// ```
pub fn adopting<F: Future>(future: F) -> impl Future<Output = F::Output> {
    Adopting::<F, SendCleanup>::new(future, drop)
}

/// As [`adopting`], for a task that stays on its thread: it adopts all generators that can be.
pub fn adopting_local<F: Future>(future: F) -> impl Future<Output = F::Output> {
    Adopting::<F, Cleanup>::new(future, drop)
}

impl<F: Future, C: Kind> Adopting<F, C> {
    /// Supervises a future.
    #[inline]
    pub(crate) fn new(future: F, orphaned: fn(Orphans<C>)) -> Self {
        Adopting { future: Some(future), outcome: None, adopted: Adopted(VecDeque::new()), orphaned }
    }
}

impl<F: Future, C: Kind> Future for Adopting<F, C> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let mut this = self.project();
        loop {
            if !this.adopted.0.is_empty() && this.adopted.poll(cx).is_pending() {
                return Poll::Pending;
            }
            match this.outcome.take() {
                Some(Ok(output)) => return Poll::Ready(output),
                Some(Err(panic)) => panic.resume(),
                None => {}
            }
            let Some(future) = this.future.as_mut().as_pin_mut() else {
                panic!("a task was polled after it had finished");
            };
            let (polled, left) = supervised(|| catch_unwind(AssertUnwindSafe(|| future.poll(cx))));
            this.adopted.0.extend(left);
            match polled {
                Ok(Poll::Pending) if this.adopted.0.is_empty() => return Poll::Pending,
                Ok(Poll::Pending) => {}
                Ok(Poll::Ready(output)) => {
                    let dropped = drop_future(this.future.as_mut(), this.adopted);
                    *this.outcome = Some(dropped.map(|()| output).map_err(|panic| Box::new(Caught::new(panic))));
                }
                Err(panic) => {
                    let panic = Box::new(Caught::new(panic));
                    if let Err(second) = drop_future(this.future.as_mut(), this.adopted) {
                        report::drop_panic(second);
                    }
                    *this.outcome = Some(Err(panic));
                }
            }
        }
    }
}

/// Drops a task's future; what it leaves is adopted.
fn drop_future<F, C: Kind>(
    mut future: Pin<&mut Option<F>>,
    adopted: &mut Adopted<C>,
) -> Result<(), Box<dyn Any + Send>> {
    if future.is_none() {
        return Ok(());
    }
    let (dropped, left) = supervised(|| catch_unwind(AssertUnwindSafe(|| future.set(None))));
    adopted.0.extend(left);
    dropped
}
