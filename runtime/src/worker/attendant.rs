//! The threads that attend to workers, one to each: they start it, carry calls to it and outcomes back, and end it.
//!
//! All that blocks or takes long is here: arguments and outputs are serialised on these threads, not on the caller's. And
//! so the future of a call needs nothing of the executor that polls it.
//!
//! Invariants:
//! - a worker whose connection was cut, or has failed, gets no more calls;
//! - a function begins once at most, whatever its workers meet with;
//! - a call is given its outcome after the thread is free again, so whoever makes the next call finds it so.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::call::Call;
use super::error::WorkerErrorKind;
use super::process::{Unanswered, Worker};
use super::queue::Queue;

/// Takes calls until there is nothing more to do.
pub(super) fn attend(queue: &Arc<Queue>) {
    let mut employed: Option<Employed> = None;
    while let Some((number, call)) = queue.next(employed.as_ref().map(|employed| employed.place.number)) {
        // Arguments and outputs may panic. Their call then ends with an error, and nothing else does.
        let run = AssertUnwindSafe(|| run(queue, number, call, &mut employed));
        if catch_unwind(run).is_err() {
            employed = None;
            queue.end(number);
        }
    }
    // Calls that this thread was not to take may wait for another one.
    queue.staff();
    if let Some(employed) = &mut employed {
        employed.worker.stop();
    }
}

/// Runs one call.
fn run(queue: &Arc<Queue>, number: u64, mut call: Box<dyn Call>, employed: &mut Option<Employed>) {
    let reply = ask(queue, number, &mut *call, employed);
    call.settle(reply);
    if queue.end(number) {
        // Its connection is cut: it is killed.
        *employed = None;
    }
    call.publish();
}

/// Finds a worker for a call, and asks it.
fn ask(
    queue: &Arc<Queue>,
    number: u64,
    call: &mut dyn Call,
    employed: &mut Option<Employed>,
) -> Result<Vec<u8>, WorkerErrorKind> {
    let request = call.request()?;
    loop {
        let is_new = employed.is_none();
        let worker = match employed {
            Some(employed) => &mut employed.worker,
            None => &mut employed.insert(Employed::start(queue, number)?).worker,
        };
        if !queue.connect(number, worker.connection()) {
            // Nobody waits for the outcome, and the worker has seen nothing of the call.
            return Err(WorkerErrorKind::Lost(io::ErrorKind::Interrupted.into()));
        }
        let Unanswered { begun, error } = match worker.ask(&request) {
            Ok(reply) => return Ok(reply),
            Err(unanswered) => unanswered,
        };
        let outcome = if queue.is_cancelled(number) {
            // This is what has cut the connection. The worker is killed below, and nobody waits for the outcome.
            Some(WorkerErrorKind::Lost(error))
        } else if begun || is_new {
            Some(worker.died(error))
        } else {
            None
        };
        *employed = None;
        if let Some(outcome) = outcome {
            return Err(outcome);
        }
        // It was killed while it had nothing to do. The function has not begun, so another worker can have it.
    }
}

/// A worker that the queue knows of. Its fields are dropped in this order: first the process, then the news that it is gone.
struct Employed {
    worker: Worker,
    place: Place,
}

impl Employed {
    fn start(queue: &Arc<Queue>, number: u64) -> Result<Self, WorkerErrorKind> {
        queue.worker_starts(number);
        let place = Place { queue: queue.clone(), number };
        let worker = Worker::start(queue.settings.program.as_deref(), queue.settings.start_timeout)?;
        Ok(Self { worker, place })
    }
}

/// A worker's entry in the queue.
struct Place {
    queue: Arc<Queue>,
    /// The call for which it was started.
    number: u64,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.worker_ended(self.number);
    }
}
