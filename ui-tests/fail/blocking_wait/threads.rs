//! Threads joined in async code.

use checked_async::checked_async;
use std::io;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

fn hash(block: &[u8]) -> u64 {
    block.iter().fold(17, |hash, byte| hash * 31 + u64::from(*byte))
}

#[checked_async]
async fn one(block: Vec<u8>) -> u64 {
    thread::spawn(move || hash(&block)).join().unwrap() //~ warning blocking_wait: thread::spawn(move || hash(&block)).join()
}

#[checked_async]
async fn many(blocks: Vec<Vec<u8>>) -> u64 {
    let threads: Vec<_> = blocks.into_iter().map(|block| thread::spawn(move || hash(&block))).collect();
    let mut sum = 0;
    for thread in threads {
        sum ^= thread.join().expect("hashing does not panic"); //~ warning blocking_wait: thread.join()
    }
    sum
}

#[checked_async]
async fn mapped(threads: Vec<JoinHandle<u64>>) -> Vec<u64> {
    let hashes = threads.into_iter().map(|thread| thread.join().unwrap_or(0)); //~ warning blocking_wait: thread.join()
    hashes.collect()
}

struct Pool {
    threads: Vec<JoinHandle<()>>,
    last: Option<JoinHandle<io::Result<()>>>,
    open: Arc<Mutex<bool>>,
}

#[checked_async]
impl Pool {
    async fn close(mut self) -> thread::Result<()> {
        *self.open.lock().unwrap() = false;
        if let Some(last) = self.last.take() {
            match last.join() { //~ warning blocking_wait: last.join()
                Ok(Ok(())) => {}
                Ok(Err(error)) => println!("{error}"),
                Err(panic) => return Err(panic),
            }
        }
        while let Some(thread) = self.threads.pop() {
            thread.join()?; //~ warning blocking_wait: thread.join()
        }
        thread::Builder::new().spawn(|| ()).unwrap().join() //~ warning blocking_wait: thread::Builder::new().spawn(|| ()).unwrap().join()
    }
}

#[checked_async]
async fn many_lines(block: Vec<u8>) -> bool {
    let joined = thread::spawn(move || { //~ warning blocking_wait: thread::spawn(move || { … .join()
        let hash = hash(&block);
        hash % 2 == 0
    })
    .join();
    joined.unwrap_or(false)
}
