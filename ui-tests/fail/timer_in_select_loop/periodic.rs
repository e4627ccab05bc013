//! Work that is to be done now and then, and is put off by every message.

use checked_async::checked_async;
use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::{select, time};

struct Batcher {
    batch: Vec<u32>,
    every: Duration,
}

#[checked_async(warn(timer_in_select_loop))]
impl Batcher {
    fn flush(&mut self) {
        println!("{}", self.batch.len());
        self.batch.clear();
    }
    async fn run(&mut self, mut items: Receiver<u32>) {
        while self.batch.len() < 1000 {
            select! {
                biased;
                Some(item) = items.recv() => self.batch.push(item),
                _ = time::sleep(self.every) => self.flush(), //~ warning timer_in_select_loop: time::sleep(self.every)
            }
        }
    }
    async fn only_when_full(&mut self, mut items: Receiver<u32>) {
        for _ in 0..10 {
            select! {
                item = items.recv() => self.batch.extend(item),
                () = tokio::time::sleep(self.every), if !self.batch.is_empty() => { //~ warning timer_in_select_loop: tokio::time::sleep(self.every)
                    self.flush();
                }
            }
        }
    }
}
