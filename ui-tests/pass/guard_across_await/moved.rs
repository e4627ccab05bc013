//! Guards that are moved into something that ends before the `.await`.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::{Condvar, Mutex, MutexGuard};

struct Pool {
    free: Mutex<Vec<u32>>,
    changed: Condvar,
}

fn take(mut free: MutexGuard<'_, Vec<u32>>) -> Option<u32> {
    free.pop()
}

struct Lease<'a>(MutexGuard<'a, Vec<u32>>);

impl Lease<'_> {
    fn end(mut self) -> usize {
        self.0.clear();
        self.0.len()
    }
}

async fn work(connection: u32) -> u32 {
    connection
}

#[checked_async]
impl Pool {
    async fn to_a_function(&self) -> Option<u32> {
        let free = self.free.lock().unwrap();
        let connection = take(free)?;
        Some(work(connection).await)
    }
    async fn to_a_method(&self) -> usize {
        let free = self.free.lock().unwrap();
        let lease = Lease(free);
        let left = lease.end();
        work(1).await;
        left
    }
    async fn to_a_closure(&self) {
        let free = self.free.lock().unwrap();
        let count = move || free.len();
        println!("{}", count());
        drop(count);
        work(2).await;
    }
    async fn unwrapped_and_used_up(&self) {
        let free = self.free.lock();
        if let Ok(free) = free {
            take(free);
        }
        work(3).await;
    }
    fn wait_for_one(&self) -> u32 {
        let mut free = self.free.lock().unwrap();
        loop {
            if let Some(connection) = free.pop() {
                return connection;
            }
            free = self.changed.wait(free).unwrap();
        }
    }
    fn guard(&self) -> MutexGuard<'_, Vec<u32>> {
        self.free.lock().unwrap()
    }
}
