//! Waiting for threads in generic code, in traits, and through what stands around the handle.

use checked_async::checked_async;
use std::sync::mpsc::{Receiver, RecvError};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{Result, ScopedJoinHandle};

/// Looks like the receiver that it holds.
struct Inbox<T>(Receiver<T>);

impl<T> std::ops::Deref for Inbox<T> {
    type Target = Receiver<T>;
    fn deref(&self) -> &Receiver<T> {
        &self.0
    }
}

#[checked_async]
async fn dereferenced<T: Clone>(inbox: Inbox<T>, boxed: Box<Receiver<T>>) -> Option<T> {
    match inbox.recv() { //~ warning blocking_wait: inbox.recv()
        Ok(message) => Some(message.clone()),
        Err(RecvError) => boxed.recv().ok(), //~ warning blocking_wait: boxed.recv()
    }
}

#[checked_async]
async fn scoped<'scope, T>(handles: Vec<ScopedJoinHandle<'scope, T>>) -> Result<Vec<T>> {
    let mut results = Vec::new();
    for handle in handles {
        results.push(handle.join()?); //~ warning blocking_wait: handle.join()
    }
    Ok(results)
}

#[checked_async]
trait Gate {
    fn lock(&self) -> &Mutex<bool>;
    fn opened(&self) -> &Condvar;

    async fn wait_open(&self) -> bool {
        let mut open = self.lock().lock().unwrap();
        while !*open {
            open = self.opened().wait(open).unwrap(); //~ warning blocking_wait: self.opened().wait(open)
        }
        *open
    }
}

#[checked_async]
impl Gate for Arc<(Mutex<bool>, Condvar)> {
    fn lock(&self) -> &Mutex<bool> {
        &self.0
    }

    fn opened(&self) -> &Condvar {
        &self.1
    }

    async fn wait_open(&self) -> bool {
        let (open, opened) = &**self;
        let open = opened.wait_while(open.lock().unwrap(), |open| !*open); //~ warning blocking_wait: opened.wait_while(open.lock().unwrap(), |open| !*open)
        *open.unwrap()
    }
}
