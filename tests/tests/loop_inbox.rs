//! The way into a loop from other threads, in every order of their steps: loom runs the library's own file.
//!
//! It needs `RUSTFLAGS="--cfg checked_async_model"`, so that other builds do not depend on loom.
#![cfg(checked_async_model)]

#[path = "../../runtime/src/event_loop/inbox.rs"]
#[allow(dead_code, unreachable_pub, reason = "it is a part of the library")]
mod inbox;

/// What loom puts in the place of the standard library.
mod sync {
    pub(super) use loom::sync::atomic::{AtomicBool, Ordering};
    pub(super) use loom::sync::{Mutex, MutexGuard};
    pub(super) use std::sync::PoisonError;
}

use std::task::{Wake, Waker};

use inbox::Inbox;
use loom::sync::Arc;
use loom::thread::{self, Thread};

/// Wakes a thread that is parked.
struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: std::sync::Arc<Self>) {
        self.0.unpark();
    }
}

/// A waker of this thread.
fn waker() -> Waker {
    Waker::from(std::sync::Arc::new(Unpark(thread::current())))
}

/// Takes messages as a loop does, until there are at least so many. If it slept with a message in the inbox, loom would find that
/// nobody can go on.
fn receive(inbox: &Inbox<u32>, count: usize) -> Vec<u32> {
    let mut received = Vec::new();
    loop {
        inbox.set_waker(Some(&waker()));
        let mut sent = Vec::new();
        inbox.take(&mut sent);
        received.append(&mut sent);
        if received.len() >= count {
            inbox.set_waker(None);
            return received;
        }
        thread::park();
    }
}

#[test]
fn every_message_of_two_threads_arrives_once_and_wakes() {
    loom::model(|| {
        let inbox = Arc::new(Inbox::default());
        let senders = [10, 20].map(|from| {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || inbox.send(from).unwrap())
        });
        let mut received = receive(&inbox, 2);
        received.sort_unstable();
        assert_eq!(received, [10, 20]);
        senders.into_iter().for_each(|sender| sender.join().unwrap());
    });
}

#[test]
fn messages_of_one_thread_stay_in_order() {
    loom::model(|| {
        let inbox = Arc::new(Inbox::default());
        let sender = {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || (1..=3).for_each(|n| inbox.send(n).unwrap()))
        };
        assert_eq!(receive(&inbox, 3), [1, 2, 3]);
        sender.join().unwrap();
    });
}

#[test]
fn what_is_sent_between_two_runs_is_received_by_the_second() {
    loom::model(|| {
        let inbox = Arc::new(Inbox::default());
        let sender = {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || (1..=2).for_each(|n| inbox.send(n).unwrap()))
        };
        let mut received = receive(&inbox, 1);
        received.extend(receive(&inbox, 2 - received.len()));
        assert_eq!(received, [1, 2]);
        sender.join().unwrap();
    });
}

#[test]
fn a_closed_inbox_loses_nothing() {
    loom::model(|| {
        let inbox = Arc::new(Inbox::default());
        let sender = {
            let inbox = Arc::clone(&inbox);
            thread::spawn(move || (1..=2).filter_map(|n| inbox.send(n).err()).collect::<Vec<u32>>())
        };
        inbox.set_waker(Some(&waker()));
        let mut all = Vec::new();
        inbox.take(&mut all);
        all.extend(inbox.close());
        assert_eq!(inbox.send(3), Err(3));
        // What was accepted was taken; what was not was given back, and all after it too.
        all.extend(sender.join().unwrap());
        assert_eq!(all, [1, 2]);
    });
}

#[test]
fn waking_without_a_message_is_not_lost() {
    loom::model(|| {
        let inbox = Arc::new(Inbox::<u32>::default());
        let done = Arc::new(loom::sync::atomic::AtomicBool::new(false));
        // The end of a blocking closure.
        {
            let (inbox, done) = (Arc::clone(&inbox), Arc::clone(&done));
            // Not joined: loom takes an `unpark` for the end of a `join`.
            thread::spawn(move || {
                done.store(true, sync::Ordering::SeqCst);
                inbox.wake();
            });
        }
        inbox.set_waker(Some(&waker()));
        while !done.load(sync::Ordering::SeqCst) {
            thread::park();
        }
    });
}
