//! Waiting for threads inside the arguments of macros, and where nobody can see it.

use checked_async::checked_async;
use std::sync::mpsc::Receiver;
use std::sync::{Barrier, Condvar, Mutex};
use std::thread::JoinHandle;

#[checked_async]
async fn race(stop: Receiver<()>, worker: JoinHandle<u32>, barrier: &Barrier) -> u32 {
    tokio::select! {
        _ = tokio::task::yield_now() => worker.join().unwrap_or(0), //~ warning blocking_wait: worker.join()
        stopped = async { stop.recv().is_ok() } => { //~ warning blocking_wait: stop.recv()
            println!("{stopped} {}", barrier.wait().is_leader()); //~ warning blocking_wait: barrier.wait()
            0
        }
    }
}

#[checked_async]
async fn both(left: JoinHandle<u32>, right: JoinHandle<u32>) -> (u32, u32) {
    tokio::join!(
        async { left.join().unwrap_or(0) }, //~ warning blocking_wait: left.join()
        async { right.join().unwrap_or(0) }, //~ warning blocking_wait: right.join()
    )
}

#[checked_async]
async fn checked(results: &Receiver<u32>, ready: &(Mutex<bool>, Condvar)) -> Vec<u32> {
    assert_eq!(results.recv(), Ok(1), "the first result"); //~ warning blocking_wait: results.recv()
    assert!(*ready.1.wait(ready.0.lock().unwrap()).unwrap()); //~ warning blocking_wait: ready.1.wait(ready.0.lock().unwrap())
    vec![results.recv().unwrap_or(0), 3] //~ warning blocking_wait: results.recv()
}

macro_rules! next {
    ($receiver:expr) => {
        $receiver.recv().unwrap_or_default()
    };
}

fn wait_for(barrier: &Barrier) -> bool {
    barrier.wait().is_leader()
}

#[checked_async]
async fn out_of_sight(results: Receiver<u32>, barrier: &Barrier) -> u32 {
    let first = next!(results); //~ missed blocking_wait: next!(results)
    if wait_for(barrier) { first } else { 0 } //~ missed blocking_wait: wait_for(barrier)
}
