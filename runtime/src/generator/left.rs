//! A generator that is dropped with cleanup to do.

use super::{Exchange, Phase};
use crate::adopt;
use crate::raw::Owned;

/// Leaves a body with cleanup to do to the task that is being polled, or reports what is lost with it.
#[cold]
#[inline(never)]
pub(super) fn leave<T, R, B: ?Sized>(body: Option<Owned<Exchange<T, R>, B>>) {
    let Some(mut body) = body else { return };
    let exchange = body.shared();
    if let Some(registration) = exchange.registration() {
        // It may be waiting for an operation, and then is this one's; or being closed, and then is not.
        while !exchange.take(Phase::Running) && exchange.phase() == Phase::Held {
            if registration.orphan() {
                std::mem::forget(body);
                return;
            }
        }
        if exchange.phase() == Phase::Finished {
            return;
        }
        registration.retire();
        if !exchange.has_cleanup() {
            return;
        }
    }
    // What was left before was given up by its task too.
    if !body.shared().leave() {
        return body.shared().lost();
    }
    let origin = body.shared().to_be_closed_by_hand();
    match adopt::leave(body) {
        // At level `panic` this does not return.
        Ok(()) => drop(origin.map(|origin| origin.adopted())),
        Err(mut body) => body.shared().lost(),
    }
}
