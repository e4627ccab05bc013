//! One call: the future that its maker awaits, and the pool's view of it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use serde::{Serialize, de::DeserializeOwned};

use super::answer::{Answer, Outcome, answer};
use super::error::{WorkerError, WorkerErrorKind};
use super::message;
use super::queue::Queue;

/// A call whose types are forgotten. All of it happens on the thread that attends to its worker.
pub(super) trait Call: Send {
    /// The request for the worker; made once.
    fn request(&mut self) -> Result<Vec<u8>, WorkerErrorKind>;

    /// Reads the worker's reply.
    fn settle(&mut self, reply: Result<Vec<u8>, WorkerErrorKind>);

    /// Hands the outcome to whoever awaits it.
    fn publish(self: Box<Self>);
}

struct Typed<A, T> {
    function: &'static str,
    /// `None` once the request is made.
    argument: Option<A>,
    /// `None` until the reply is read.
    output: Option<Result<T, WorkerErrorKind>>,
    answer: Answer<T>,
}

impl<A, T> Call for Typed<A, T>
where
    A: Serialize + Send,
    T: DeserializeOwned + Send,
{
    fn request(&mut self) -> Result<Vec<u8>, WorkerErrorKind> {
        let argument = self.argument.take().expect("it is made once");
        message::request(self.function, &argument)
    }

    fn settle(&mut self, reply: Result<Vec<u8>, WorkerErrorKind>) {
        self.output = Some(reply.and_then(|reply| message::output(&reply)));
    }

    fn publish(self: Box<Self>) {
        if let Some(output) = self.output {
            self.answer.give(output);
        }
    }
}

/// The future of [`run_in_process`](crate::run_in_process) and [`WorkerPool::run`](crate::WorkerPool::run).
///
/// The function is on its way from the call on, whether this is polled or not. Dropped, it calls it back: see
/// [`run_in_process`](crate::run_in_process#cancel-safety).
///
/// It is not `Debug`: futures that are look like the handle of a task, which may be dropped, to the lints.
#[must_use = "a call in a worker process is cancelled when its future is dropped"]
pub struct RunInProcess<T> {
    outcome: Outcome<T>,
    /// Where to call it back; `None` when there is nothing to call back.
    ticket: Option<Ticket>,
}

struct Ticket {
    queue: Arc<Queue>,
    number: u64,
}

impl<T> RunInProcess<T> {
    /// Queues a call.
    pub(super) fn queued<A>(queue: &Arc<Queue>, function: &'static str, argument: A) -> Self
    where
        A: Serialize + Send + 'static,
        T: DeserializeOwned + Send + 'static,
    {
        let (answer, outcome) = answer(function);
        let number = queue.submit(Box::new(Typed { function, argument: Some(argument), output: None, answer }));
        Self { outcome, ticket: Some(Ticket { queue: queue.clone(), number }) }
    }

    /// A call that cannot be made.
    pub(super) fn refused(function: &'static str, kind: WorkerErrorKind) -> Self {
        let (answer, outcome) = answer(function);
        answer.give(Err(kind));
        Self { outcome, ticket: None }
    }
}

impl<T> Future for RunInProcess<T> {
    type Output = Result<T, WorkerError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let polled = self.outcome.poll(cx);
        if polled.is_ready() {
            self.ticket = None;
        }
        polled
    }
}

// Nothing in it is pinned.
impl<T> Unpin for RunInProcess<T> {}

impl<T> Drop for RunInProcess<T> {
    fn drop(&mut self) {
        if let Some(Ticket { queue, number }) = self.ticket.take() {
            queue.cancel(number);
        }
    }
}
