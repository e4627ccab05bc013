//! Async generators: streams whose cleanup is awaited, in the right order, wherever they are left.
//!
//! ```text
//!         next            yield_!               next, asend
//! FRESH ────────▶ RUNNING ────────▶ WAITING ─────────────────▶ RUNNING
//!   │                │  │              │
//!   │ aclose         │  │ aclose       │ aclose
//!   │                │  └──────▶ CLOSING ◀─┘
//!   ▼                │ ends        │ ends
//! FINISHED ◀─────────┴─────────────┘
//! ```
//! A generator that is finished has no body any more: its memory is free, and what the body held is dropped. One that the
//! registry of its loop has closed, or whose body has panicked, keeps the memory until its handle notices.
//!
//! Invariants:
//! - an item that the body has handed over is in [`Exchange`] until it is returned, so whoever drops the future of a
//!   `next()` loses none;
//! - a value is sent only to a body that waits for one;
//! - a body whose poll has panicked is not polled again;
//! - a body is polled by its handle, or by the registry, or by the task that was left it, and never by two of them.

mod close;
mod closing;
mod exchange;
mod left;
mod next;
#[cfg_attr(not(feature = "event-loop"), allow(dead_code, unused_imports, reason = "only a loop shuts generators down"))]
pub(crate) mod registry;
mod send;

pub mod adoptable;
pub(crate) mod body;

use std::fmt;
use std::future::Future;
use std::task::{Context, Poll};

pub(crate) use body::Cleans;
pub use close::Aclose;
pub use closing::closing;
pub(crate) use exchange::{Exchange, Phase};
pub use next::{Next, Start};
pub use send::{Asend, AsendError, Refused};

use crate::raw::Owned;

/// An async generator of items `T` that may move to another thread and whose body's type is forgotten.
///
/// This is the type to name in a struct, a trait object's method or a `Vec`; [`Generator::erased`] makes it.
pub type AsyncGen<'a, T, R = ()> = Generator<dyn Future<Output = ()> + Send + 'a, T, R>;

/// As [`AsyncGen`], for a body that has to stay on its thread; [`Generator::erased_local`] makes it.
pub type LocalAsyncGen<'a, T, R = ()> = Generator<dyn Future<Output = ()> + 'a, T, R>;

/// What a call of a `#[checked_async::generator]` function returns: a stream that can be closed.
///
/// It is [`Send`] when its body is, and always [`Unpin`]. `T` is the type of the items, and `R` that of the values sent to
/// the generator, with `#[generator(resume = R)]`. `B` is the body, which no one can name; [`AsyncGen`] is this type
/// with `B` forgotten.
///
/// With the feature `stream` it is a `Stream`, which works with the combinators of `futures` and `tokio-stream`.
///
/// # Closing
///
/// The cleanup of a generator, its `defer!`s, is async code, which dropping cannot run. So a generator that is left before
/// its end must be closed: by `#[for_await]`, which does it on every way out, by [`closing`], or by [`aclose`]. One that is
/// dropped with cleanup to do is closed by its task, if that adopts, as those of the event loop do, and if the generator owns what
/// it holds: before the task goes on, inner generators before outer ones. Either way it is reported as `generator_unclosed`.
///
/// # Panics
///
/// If the body panics, so does the operation that ran it, and the generator is finished.
///
/// # Examples
///
/// ```
/// use checked_async::{checked_async, generator};
///
/// #[generator]
/// async fn count_to(n: u32) -> u32 {
///     for i in 1..=n {
///         yield_!(i);
///     }
/// }
///
/// #[checked_async]
/// async fn sum(n: u32) -> u32 {
///     let mut sum = 0;
///     #[for_await]
///     for i in count_to(n) {
///         sum += i;
///     }
///     sum
/// }
///
/// # futures_executor::block_on(async {
/// assert_eq!(sum(3).await, 6);
/// let mut two = count_to(2);
/// assert_eq!(two.next().await, Some(1));
/// assert_eq!(two.next().await, Some(2));
/// assert_eq!(two.next().await, None);
/// # });
/// ```
///
/// [`aclose`]: Generator::aclose
#[must_use = "generators do nothing unless they are iterated"]
pub struct Generator<B: ?Sized, T, R = ()> {
    /// `None` once it is finished.
    body: Option<Owned<Exchange<T, R>, B>>,
}

impl<B: Future<Output = ()> + ?Sized, T, R> Generator<B, T, R> {
    /// The next item; `None` when the generator has ended, and ever after.
    ///
    /// Where values can be sent, the `yield_!` at which the body waits evaluates to the default one. It is meant for
    /// `resume = Option<…>`, which then sees `None`, as in Python.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses nothing: the body stays where it is, and the next operation goes on from there.
    #[expect(clippy::should_implement_trait, reason = "it is that of a stream, whose name is the same everywhere")]
    #[inline]
    pub fn next(&mut self) -> Next<'_, B, T, R>
    where
        R: Default,
    {
        Next { generator: self }
    }

    /// The first item, of a generator that needs a value for every further one.
    ///
    /// It also goes on with a step whose future was dropped.
    ///
    /// # Panics
    ///
    /// If the body waits for a value, which [`asend`](Generator::asend) sends.
    ///
    /// # Cancel safety
    ///
    /// As of [`next`](Generator::next).
    #[inline]
    pub fn start(&mut self) -> Start<'_, B, T, R> {
        Start { generator: self }
    }

    /// Sends a value to the body, where `yield_!` evaluates to it, and returns the next item, or `None` at the end.
    ///
    /// # Errors
    ///
    /// The value comes back if nothing waits for it: before the first item, after the end, and while a step is under way
    /// whose future was dropped. The generator is as it was.
    ///
    /// # Cancel safety
    ///
    /// A future that was polled has sent its value; as of [`next`](Generator::next), no item is lost. One that was not
    /// polled has sent nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use checked_async::generator;
    ///
    /// #[generator(resume = u32)]
    /// async fn running_sum() -> u32 {
    ///     let mut sum = 0;
    ///     loop {
    ///         sum += yield_!(sum);
    ///     }
    /// }
    ///
    /// # futures_executor::block_on(async {
    /// let mut sum = running_sum();
    /// assert_eq!(sum.asend(5).await.unwrap_err().into_value(), 5);
    /// assert_eq!(sum.start().await, Some(0));
    /// assert_eq!(sum.asend(5).await, Ok(Some(5)));
    /// assert_eq!(sum.asend(6).await, Ok(Some(11)));
    /// # });
    /// ```
    #[inline]
    pub fn asend(&mut self, value: R) -> Asend<'_, B, T, R> {
        Asend { generator: self, value: Some(value) }
    }

    /// Closes the generator: its body goes on at its `yield_!` and leaves it as `return` would, through all its cleanup.
    ///
    /// A body that was never started never runs. One that is waiting at an `.await` for the sake of a `next()` whose future
    /// was dropped is left there. Closing a finished generator does nothing.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped, the next operation, whichever it is, goes on with closing.
    #[inline]
    pub fn aclose(&mut self) -> Aclose<'_, B, T, R> {
        Aclose { generator: self }
    }

    /// Has it ended, or been closed?
    #[must_use]
    #[inline]
    pub fn is_finished(&self) -> bool {
        self.body.as_ref().is_none_or(|body| body.peek().phase() == Phase::Finished)
    }

    /// Makes one step towards the next item, of a body that is running.
    #[inline(always)]
    fn poll_step(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let polled = poll_body(body, cx);
        let exchange = body.shared();
        let item = exchange.take_item();
        if polled.is_ready() {
            // What a body hands over at its end is its last item.
            self.body = None;
            return Poll::Ready(item);
        }
        if item.is_none() {
            return Poll::Pending;
        }
        exchange.end_step();
        Poll::Ready(item)
    }

    /// The phase, unless it is finished; from here on it is running.
    #[inline(always)]
    fn begin_step(&mut self) -> Option<Phase> {
        Some(self.body.as_mut()?.shared().begin_step())
    }
}

/// Polls a body. If that panics, it is finished.
#[inline(always)]
fn poll_body<B: Future<Output = ()> + ?Sized, T, R>(
    body: &mut Owned<Exchange<T, R>, B>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    struct GiveUp<'b, B: ?Sized, T, R>(&'b mut Owned<Exchange<T, R>, B>);

    impl<B: ?Sized, T, R> Drop for GiveUp<'_, B, T, R> {
        #[cold]
        fn drop(&mut self) {
            self.0.shared().gives_up();
        }
    }

    let give_up = GiveUp(body);
    let polled = give_up.0.poll(cx);
    std::mem::forget(give_up);
    polled
}

impl<B: Future<Output = ()>, T, R> Generator<B, T, R> {
    /// Forgets the type of the body; the generator stays where it is.
    ///
    /// # Examples
    ///
    /// ```
    /// use checked_async::{AsyncGen, generator};
    ///
    /// #[generator]
    /// async fn words(text: &str) -> &str {
    ///     for word in text.split(' ') {
    ///         yield_!(word);
    ///     }
    /// }
    ///
    /// struct Source<'a> {
    ///     words: AsyncGen<'a, &'a str>,
    /// }
    ///
    /// let mut source = Source { words: words("one two").erased() };
    /// # futures_executor::block_on(async {
    /// assert_eq!(source.words.next().await, Some("one"));
    /// # });
    /// ```
    #[inline]
    pub fn erased<'a>(mut self) -> AsyncGen<'a, T, R>
    where
        B: Send + 'a,
    {
        Generator { body: self.body.take().map(Owned::erased) }
    }

    /// As [`erased`](Generator::erased), for a body that is not `Send`.
    #[inline]
    pub fn erased_local<'a>(mut self) -> LocalAsyncGen<'a, T, R>
    where
        B: 'a,
    {
        Generator { body: self.body.take().map(Owned::erased_local) }
    }
}

impl<'a, B: Future<Output = ()> + Send + 'a, T, R> From<Generator<B, T, R>> for AsyncGen<'a, T, R> {
    fn from(generator: Generator<B, T, R>) -> Self {
        generator.erased()
    }
}

impl<'a, B: Future<Output = ()> + 'a, T, R> From<Generator<B, T, R>> for LocalAsyncGen<'a, T, R> {
    fn from(generator: Generator<B, T, R>) -> Self {
        generator.erased_local()
    }
}

#[cfg(feature = "stream")]
impl<B: Future<Output = ()> + ?Sized, T, R: Default> futures_core::Stream for Generator<B, T, R> {
    type Item = T;

    #[inline]
    fn poll_next(mut self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        self.poll_next_item(cx)
    }
}

#[cfg(feature = "stream")]
impl<B: Future<Output = ()> + ?Sized, T, R: Default> futures_core::FusedStream for Generator<B, T, R> {
    fn is_terminated(&self) -> bool {
        self.is_finished()
    }
}

impl<B: ?Sized, T, R> Drop for Generator<B, T, R> {
    #[inline]
    fn drop(&mut self) {
        if let Some(body) = &mut self.body
            && (body.shared().has_cleanup() || body.shared().registration().is_some())
        {
            left::leave(self.body.take());
        }
    }
}

impl<B: ?Sized, T, R> fmt::Debug for Generator<B, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Generator").field("finished", &self.body.is_none()).finish_non_exhaustive()
    }
}
