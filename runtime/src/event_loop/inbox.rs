//! What other threads have sent to a loop, and how they wake it.
//!
//! ```text
//! sender:  lock, push, sent = true, unlock; if it was false, wake
//! loop:    sent? no: sleep.  yes: lock, sent = false, take all, unlock
//! ```
//! Invariants:
//! - messages are taken in the order in which they were sent, each once, or given back;
//! - whoever sends to an inbox that was empty wakes the loop, and `sent` is set before that: it cannot sleep on a message;
//! - no message is dropped and no waker is called while the lock is held.
//!
//! The tests explore this file under loom: it knows nothing of the rest, and takes what loom replaces from `sync`.

use std::task::Waker;

use super::sync::{AtomicBool, Mutex, MutexGuard, Ordering::SeqCst, PoisonError};

pub(crate) struct Inbox<M> {
    /// Whether there may be messages; saves the loop the lock.
    sent: AtomicBool,
    content: Mutex<Content<M>>,
}

struct Content<M> {
    messages: Vec<M>,
    /// Whom to wake; `None` where the loop is not running.
    waker: Option<Waker>,
    closed: bool,
}

impl<M> Default for Inbox<M> {
    fn default() -> Self {
        let content = Content { messages: Vec::new(), waker: None, closed: false };
        Inbox { sent: AtomicBool::new(false), content: Mutex::new(content) }
    }
}

impl<M> Inbox<M> {
    /// Sends a message and wakes the loop; gives the message back if the loop is closed.
    pub(super) fn send(&self, message: M) -> Result<(), M> {
        let waker = {
            let mut content = self.lock();
            if content.closed {
                return Err(message);
            }
            content.messages.push(message);
            // Who set it before has woken the loop.
            if self.sent.swap(true, SeqCst) { None } else { content.waker.clone() }
        };
        if let Some(waker) = waker {
            waker.wake();
        }
        Ok(())
    }

    /// Whom to wake; `None` where the loop is not running.
    pub(super) fn waker(&self) -> Option<Waker> {
        self.lock().waker.clone()
    }

    /// Wakes the loop.
    pub(super) fn wake(&self) {
        if let Some(waker) = self.waker() {
            waker.wake();
        }
    }

    /// Whether anything was sent.
    #[inline]
    pub(super) fn has_messages(&self) -> bool {
        self.sent.load(SeqCst)
    }

    /// Whether there is such a message.
    pub(super) fn contains(&self, is_such: impl FnMut(&M) -> bool) -> bool {
        self.lock().messages.iter().any(is_such)
    }

    /// Takes what was sent, in exchange for an empty vector, whose memory is used for what is sent next.
    pub(super) fn take(&self, messages: &mut Vec<M>) {
        let mut content = self.lock();
        self.sent.store(false, SeqCst);
        std::mem::swap(&mut content.messages, messages);
    }

    /// Sets whom to wake: `None` where the loop is not running.
    pub(super) fn set_waker(&self, waker: Option<&Waker>) {
        let old = {
            let mut content = self.lock();
            match (&mut content.waker, waker) {
                (Some(old), Some(new)) if old.will_wake(new) => None,
                (old, new) => std::mem::replace(old, new.cloned()),
            }
        };
        drop(old);
    }

    /// Accepts nothing more; returns what was sent and not taken.
    pub(super) fn close(&self) -> Vec<M> {
        let mut content = self.lock();
        content.closed = true;
        std::mem::take(&mut content.messages)
    }

    fn lock(&self) -> MutexGuard<'_, Content<M>> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
