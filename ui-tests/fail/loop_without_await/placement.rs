//! Methods, default bodies of traits, modules, generics, and closures that are run in place.

use checked_async::checked_async;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::task::Poll;

struct Simulation<S> {
    state: S,
    turns: u64,
}

#[checked_async]
impl<S> Simulation<S>
where
    S: FnMut(u64) -> Poll<u64>,
{
    async fn run(mut self) -> u64 {
        loop { //~ warning loop_without_await: loop
            self.turns += 1;
            if let Poll::Ready(jump) = (self.state)(self.turns) {
                self.turns += jump;
            }
        }
    }
}

#[checked_async]
trait Source {
    fn next(&mut self) -> Option<u8>;

    async fn drain(&mut self) {
        let mut seen = 0_usize;
        loop { //~ warning loop_without_await: loop
            match self.next() {
                Some(byte) => seen += usize::from(byte),
                None => println!("{seen} so far"),
            }
        }
    }
}

#[checked_async]
mod bridge {
    use super::*;

    pub async fn forward<T, F: FnMut(T)>(from: Receiver<T>, mut to: F) {
        loop { //~ warning loop_without_await: loop
            match from.try_recv() {
                Ok(value) => to(value),
                Err(TryRecvError::Empty | TryRecvError::Disconnected) => {}
            }
        }
    }

    pub async fn first(numbers: Option<u32>) -> u32 {
        numbers.unwrap_or_else(|| {
            loop { //~ warning loop_without_await: loop
                println!("no number");
            }
        })
    }
}
