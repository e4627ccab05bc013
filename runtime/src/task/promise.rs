//! A value that is set once: [`promise`].

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::unread;
use crate::event_loop;

/// A promise, and the future of the value that it promises.
///
/// The counterpart of asyncio's `loop.create_future()`, where setting twice, or after a cancellation, is an error at run
/// time: here setting consumes the promise, and says whether anyone still waits.
///
/// # Examples
///
/// ```
/// checked_async::run(async {
///     let (promise, promised) = checked_async::promise();
///     checked_async::call_soon(move || promise.set(42).unwrap());
///     assert_eq!(promised.await, Ok(42));
/// });
/// ```
///
/// Set twice, it does not compile:
///
/// ```compile_fail
/// let (promise, promised) = checked_async::promise();
/// promise.set(1);
/// promise.set(2);
/// ```
#[track_caller]
pub fn promise<T>() -> (Promise<T>, Promised<T>) {
    let state = Rc::new(State {
        value: Cell::new(Value::Open),
        waiting: RefCell::default(),
        cancelled: RefCell::default(),
        created: Location::caller(),
    });
    (Promise { state: Rc::clone(&state), set: false }, Promised { state })
}

struct State<T> {
    value: Cell<Value<T>>,
    /// Who waits for the value.
    waiting: RefCell<Option<Waker>>,
    /// Who waits for nobody to wait for the value.
    cancelled: RefCell<Option<Waker>>,
    created: &'static Location<'static>,
}

enum Value<T> {
    Open,
    Set {
        value: T,
        /// Whether it is an error that somebody should read.
        error: bool,
    },
    Taken,
    /// The promise is gone.
    Abandoned,
    /// The future is gone.
    Cancelled,
}

fn wake(waker: &RefCell<Option<Waker>>) {
    let waker = waker.borrow_mut().take();
    if let Some(waker) = waker {
        event_loop::wake(waker);
    }
}

fn wait(waiting: &RefCell<Option<Waker>>, waker: &Waker) {
    let waker = waker.clone();
    let old = waiting.borrow_mut().replace(waker);
    drop(old);
}

/// The setter of a [`promise`]. Dropping it unset abandons the promise.
#[must_use = "dropped, it abandons the promise"]
pub struct Promise<T> {
    state: Rc<State<T>>,
    set: bool,
}

impl<T> Promise<T> {
    /// Sets the value.
    ///
    /// # Errors
    ///
    /// The value, if nobody waits for it any more: the future was dropped.
    pub fn set(self, value: T) -> Result<(), T> {
        self.put(value, false)
    }

    fn put(mut self, value: T, error: bool) -> Result<(), T> {
        self.set = true;
        if self.is_cancelled() {
            return Err(value);
        }
        self.state.value.set(Value::Set { value, error });
        wake(&self.state.waiting);
        Ok(())
    }

    /// Whether nobody waits for the value any more.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        // The setter and one owner of the state: there is no future.
        Rc::strong_count(&self.state) == 1
    }

    /// Waits until nobody waits for the value any more.
    ///
    /// # Cancel safety
    ///
    /// It can be dropped and called again.
    pub async fn cancelled(&mut self) {
        std::future::poll_fn(|cx| {
            if self.is_cancelled() {
                return Poll::Ready(());
            }
            wait(&self.state.cancelled, cx.waker());
            Poll::Pending
        })
        .await;
    }
}

impl<T, E> Promise<Result<T, E>> {
    /// Sets an error, which is reported as `task_error_never_retrieved` if nobody reads it.
    ///
    /// # Errors
    ///
    /// The error, if nobody waits for it any more.
    pub fn set_error(self, error: E) -> Result<(), E> {
        self.put(Err(error), true).map_err(|error| match error {
            Err(error) => error,
            Ok(_) => unreachable!("an error was put there"),
        })
    }
}

impl<T> Drop for Promise<T> {
    fn drop(&mut self) {
        if !self.set {
            self.state.value.set(Value::Abandoned);
            wake(&self.state.waiting);
        }
    }
}

impl<T> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

/// The future of a [`promise`]'s value. Dropping it cancels the promise.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Promised<T> {
    state: Rc<State<T>>,
}

impl<T> Future for Promised<T> {
    type Output = Result<T, Abandoned>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.state.value.replace(Value::Taken) {
            Value::Set { value, .. } => Poll::Ready(Ok(value)),
            Value::Abandoned => Poll::Ready(Err(Abandoned)),
            Value::Open => {
                self.state.value.set(Value::Open);
                wait(&self.state.waiting, cx.waker());
                Poll::Pending
            }
            Value::Taken | Value::Cancelled => panic!("`Promised` was polled after it had given its value"),
        }
    }
}

impl<T> Drop for Promised<T> {
    fn drop(&mut self) {
        match self.state.value.replace(Value::Cancelled) {
            Value::Set { value, error: true } => unread::promise_dropped(self.state.created, value),
            Value::Open => {
                // The setter asks how many owners there are; this one goes when its drop is over.
                wake(&self.state.cancelled);
            }
            Value::Set { .. } | Value::Taken | Value::Abandoned | Value::Cancelled => {}
        }
    }
}

impl<T> fmt::Debug for Promised<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promised").field("created", &format_args!("{}", self.state.created)).finish_non_exhaustive()
    }
}

/// The promise was dropped without a value: see [`promise`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Abandoned;

impl fmt::Display for Abandoned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the promise was dropped without a value")
    }
}

impl std::error::Error for Abandoned {}
