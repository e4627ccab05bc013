//! Temporary guards in the head of `match`, `if let`, `while let` and `for`, which live until the end of the body.

use checked_async::checked_async;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Mutex;

struct Worker {
    queue: Mutex<VecDeque<String>>,
    peers: parking_lot::RwLock<Vec<String>>,
}

async fn run(job: &str) {
    println!("{job}");
}

#[checked_async]
impl Worker {
    async fn drain(&self) {
        while let Some(job) = self.queue.lock().unwrap().pop_front() { //~ warning guard_across_await: self.queue.lock().unwrap()
            run(&job).await;
        }
    }
    async fn one(&self) -> bool {
        match self.queue.lock().unwrap().pop_front() { //~ warning guard_across_await: self.queue.lock().unwrap()
            Some(job) => {
                run(&job).await;
                true
            }
            None => false,
        }
    }
    async fn last(&self) {
        if let Some(job) = self.queue.lock().unwrap().pop_back() { //~ warning guard_across_await: self.queue.lock().unwrap()
            run(&job).await;
        } else {
            println!("nothing to do");
        }
    }
    async fn broadcast(&self) {
        for peer in self.peers.read().iter() { //~ warning guard_across_await: self.peers.read()
            run(peer).await;
        }
    }
}

#[checked_async]
async fn in_a_cell(jobs: &RefCell<Vec<String>>) {
    for job in jobs.borrow().iter() { //~ warning guard_across_await: jobs.borrow()
        run(job).await;
    }
    while let Some(job) = jobs.borrow_mut().pop() { //~ warning guard_across_await: jobs.borrow_mut()
        run(&job).await;
    }
}
