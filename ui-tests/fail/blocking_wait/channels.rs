//! Receivers of `std::sync::mpsc` in every place of a body.

use checked_async::checked_async;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

enum Command {
    Set(u32),
    Add(u32),
    Stop,
}

struct Counter {
    commands: Receiver<Command>,
    value: u32,
}

#[checked_async]
impl Counter {
    async fn run(&mut self) -> u32 {
        while let Ok(command) = self.commands.recv() { //~ warning blocking_wait: self.commands.recv()
            match command {
                Command::Set(value) => self.value = value,
                Command::Add(value) => self.value += value,
                Command::Stop => break,
            }
            tokio::task::yield_now().await;
        }
        self.value
    }

    async fn run_for(&mut self, limit: Duration) -> bool {
        match self.commands.recv_timeout(limit) { //~ warning blocking_wait: self.commands.recv_timeout(limit)
            Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => false,
            Ok(_) => true,
            Err(RecvTimeoutError::Timeout) => self.commands.recv().is_ok(), //~ warning blocking_wait: self.commands.recv()
        }
    }

    async fn drain(&self) -> usize {
        for command in self.commands.iter() { //~ missed blocking_wait: self.commands.iter()
            if let Command::Stop = command {
                break;
            }
        }
        self.commands.iter().take(3).count() //~ missed blocking_wait: self.commands.iter()
    }
}

#[checked_async]
async fn ask<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (send, receive) = mpsc::sync_channel(1);
    rayon::spawn(move || drop(send.send(work())));
    receive.recv().ok() //~ warning blocking_wait: receive.recv()
}

#[checked_async]
async fn merge(receivers: &[Receiver<u32>]) -> Vec<u32> {
    let Some(Ok(first)) = receivers.first().map(|receiver| receiver.recv()) else { //~ warning blocking_wait: receiver.recv()
        return Vec::new();
    };
    let all = receivers.iter().filter_map(|receiver| receiver.recv().ok()); //~ warning blocking_wait: receiver.recv()
    all.chain([first]).collect()
}
