//! Macros that await, around a guard and with a guard inside.

use checked_async::checked_async;
use std::sync::Mutex;
use tokio::sync::mpsc::Receiver;

struct Stats {
    seen: Mutex<Vec<u64>>,
}

async fn total() -> usize {
    2
}
async fn check(id: u64) -> bool {
    id > 0
}

#[checked_async]
impl Stats {
    async fn joined(&self) {
        let seen = self.seen.lock().unwrap(); //~ warning guard_across_await: self.seen.lock().unwrap()
        let (a, b) = tokio::join!(check(seen[0]), check(seen[1]));
        println!("{a} {b}");
    }
    async fn selected(&self) {
        let _seen = self.seen.lock().unwrap(); //~ warning guard_across_await: self.seen.lock().unwrap()
        tokio::select! {
            n = total() => println!("{n}"),
            ok = check(1) => println!("{ok}"),
        }
    }
    async fn futures_joined(&self) -> (usize, bool) {
        let mut seen = self.seen.lock().unwrap(); //~ warning guard_across_await: self.seen.lock().unwrap()
        seen.clear();
        futures::join!(total(), check(3))
    }
    async fn in_a_handler(&self, mut ids: Receiver<u64>) {
        tokio::select! {
            Some(id) = ids.recv() => {
                let mut seen = self.seen.lock().unwrap(); //~ warning guard_across_await: self.seen.lock().unwrap()
                if check(id).await {
                    seen.push(id);
                }
            }
            else => println!("closed"),
        }
    }
    async fn asserted(&self) {
        assert_eq!(self.seen.lock().unwrap().len(), total().await); //~ warning guard_across_await: self.seen.lock().unwrap()
    }
    async fn printed(&self) {
        println!("{} of {}", self.seen.lock().unwrap().len(), total().await); //~ warning guard_across_await: self.seen.lock().unwrap()
    }
    async fn awaited_inside(&self) {
        let seen = self.seen.lock().unwrap(); //~ warning guard_across_await: self.seen.lock().unwrap()
        assert!(seen.len() < total().await, "too many");
    }
}
