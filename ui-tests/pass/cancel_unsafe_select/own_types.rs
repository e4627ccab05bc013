//! Methods of one's own with the names of the unsafe ones, and those that are not async.

#![deny(warnings)]

use checked_async::checked_async;
use std::io::{Read, Write};
use tokio::sync::mpsc::Receiver;

#[derive(Default)]
struct Frames {
    bytes: Vec<u8>,
}

impl Frames {
    /// Keeps what it has read in `self`: cancel safe.
    async fn read_exact(&mut self, n: usize) -> Vec<u8> {
        while self.bytes.len() < n {
            tokio::task::yield_now().await;
            self.bytes.push(0);
        }
        self.bytes.drain(..n).collect()
    }
    /// Adds to a list that a task of its own writes: never waits.
    async fn send(&mut self, bytes: Vec<u8>) {
        self.bytes.extend(bytes);
    }
    async fn write_all(&mut self) {
        self.bytes.clear();
    }
}

async fn copy(from: &Frames) -> usize {
    from.bytes.len()
}

#[checked_async]
async fn own_methods(mut frames: Frames, mut orders: Receiver<u32>) {
    loop {
        tokio::select! {
            frame = frames.read_exact(4) => println!("{frame:?}"),
            order = orders.recv() => println!("{order:?}"),
        }
        let answer = vec![1];
        tokio::select! {
            () = frames.send(answer) => println!("sent"),
            order = orders.recv() => println!("{order:?}"),
        }
        tokio::select! {
            () = frames.write_all() => println!("written"),
            order = orders.recv() => println!("{order:?}"),
        }
        tokio::select! {
            n = copy(&frames) => println!("{n}"),
            order = orders.recv() => println!("{order:?}"),
        }
    }
}

#[checked_async]
async fn in_a_handler(mut orders: Receiver<u32>) {
    let mut memory: &[u8] = &[1, 2, 3, 4];
    let mut copy = Vec::new();
    loop {
        tokio::select! {
            Some(_) = orders.recv() => {
                let mut two = [0; 2];
                let read = memory.read_exact(&mut two);
                println!("{read:?} {:?}", copy.write_all(&two));
            }
            else => break,
        }
    }
}
