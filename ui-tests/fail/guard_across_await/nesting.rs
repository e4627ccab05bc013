//! Guards in async blocks, async closures, methods of traits and generic functions.

use checked_async::checked_async;
use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;

async fn write(n: u64) {
    println!("{n}");
}

trait Store {
    async fn put(&self, n: u64);
}

struct Memory(Mutex<Vec<u64>>);

#[checked_async]
impl Store for Memory {
    async fn put(&self, n: u64) {
        let mut all = self.0.lock(); //~ warning guard_across_await: self.0.lock()
        write(n).await;
        all.push(n);
    }
}

#[checked_async]
fn by_hand(counter: Arc<Mutex<u64>>) -> impl Future<Output = ()> {
    async move {
        let mut counter = counter.lock(); //~ warning guard_across_await: counter.lock()
        *counter += 1;
        write(*counter).await;
    }
}

#[checked_async]
async fn blocks(counter: &Mutex<u64>) {
    let block = async {
        let guard = counter.lock(); //~ warning guard_across_await: counter.lock()
        write(*guard).await;
    };
    block.await;
    let closure = async |n: u64| {
        let mut guard = counter.lock(); //~ warning guard_across_await: counter.lock()
        write(n).await;
        *guard = n;
    };
    closure(1).await;
    for _ in 0..3 {
        let guard = counter.lock(); //~ warning guard_across_await: counter.lock()
        if *guard > 1 {
            match *guard {
                2 => write(2).await,
                _ => continue,
            }
        }
    }
}

#[checked_async]
async fn generic<T: Copy + Into<u64>>(value: &Mutex<T>) -> T {
    let guard: MutexGuard<'_, T> = value.lock(); //~ warning guard_across_await: value.lock()
    write((*guard).into()).await;
    *guard
}
