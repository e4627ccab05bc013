//! Waiting on threads that poll no future.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Barrier, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use tokio::task;

#[checked_async]
async fn blocking_tasks(receive: Receiver<u32>, workers: Vec<JoinHandle<u32>>) -> u32 {
    let first = task::spawn_blocking(move || receive.recv().unwrap_or(0)).await;
    let joined = task::spawn_blocking(|| {
        let mut sum = 0;
        for worker in workers {
            sum += worker.join().unwrap_or(0);
        }
        sum
    });
    let barrier = Arc::new(Barrier::new(2));
    let other = barrier.clone();
    let both = smol::unblock(move || other.wait().is_leader());
    let leader = task::block_in_place(|| barrier.wait().is_leader());
    u32::from(leader == both.await) + first.unwrap_or(1) + joined.await.unwrap_or(2)
}

#[checked_async]
async fn threads(jobs: Receiver<u32>, results: Sender<u32>, gate: Arc<(Mutex<bool>, Condvar)>) -> thread::Thread {
    let opened = gate.clone();
    let worker = thread::Builder::new().name("worker".into()).spawn(move || {
        let open = gate.0.lock().unwrap();
        drop(gate.1.wait_while(open, |open| !*open));
        jobs.iter().filter_map(|job| results.send(job + 1).err()).count()
    });
    *opened.0.lock().unwrap() = true;
    opened.1.notify_all();
    let worker = worker.unwrap();
    let handle = worker.thread().clone();
    rayon::spawn(move || drop(worker.join()));
    handle
}

struct Service {
    worker: Option<JoinHandle<()>>,
    done: Receiver<u32>,
}

#[checked_async]
impl Service {
    fn next(&self) -> Option<u32> {
        self.done.recv().ok()
    }

    async fn last(mut self) -> Option<u32> {
        fn join(worker: JoinHandle<()>) -> bool {
            worker.join().is_ok()
        }
        let worker = self.worker.take();
        let joined = task::spawn_blocking(move || worker.is_none_or(join)).await;
        if joined.unwrap_or(false) { self.done.try_recv().ok() } else { None }
    }
}

#[checked_async]
impl Drop for Service {
    fn drop(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.join().unwrap();
        }
        self.done.recv().ok();
    }
}
