//! Guards near macros that await: made and ended inside one arm, or before the macro.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::Mutex;
use tokio::sync::mpsc::Receiver;

struct Stats {
    seen: Mutex<Vec<u64>>,
}

async fn total() -> usize {
    2
}

#[checked_async]
impl Stats {
    async fn in_a_handler(&self, mut ids: Receiver<u64>) {
        loop {
            tokio::select! {
                Some(id) = ids.recv() => {
                    let mut seen = self.seen.lock().unwrap();
                    seen.push(id);
                }
                n = total() => {
                    if self.seen.lock().unwrap().len() == n {
                        break;
                    }
                }
            }
        }
    }
    async fn handler_awaits_after(&self, mut ids: Receiver<u64>) {
        tokio::select! {
            Some(id) = ids.recv() => {
                let mut seen = self.seen.lock().unwrap();
                seen.push(id);
                drop(seen);
                total().await;
            }
            else => self.seen.lock().unwrap().clear(),
        }
    }
    async fn before(&self) -> (usize, usize) {
        let n = self.seen.lock().unwrap().len();
        tokio::join!(total(), async { n })
    }
    async fn asserted(&self) {
        let n = total().await;
        let seen = self.seen.lock().unwrap();
        assert_eq!(seen.len(), n);
        assert!(matches!(seen.first(), Some(1)), "{}", seen.len());
    }
    async fn evaluated_after(&self) {
        assert!(total().await > self.seen.lock().unwrap().len());
        println!("{} {:?}", total().await, self.seen.lock().unwrap());
    }
}
