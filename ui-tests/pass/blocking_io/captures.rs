//! Methods named as those that read and write, on what closures and async blocks capture, and in odd places.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::join_all;
use tokio::sync::mpsc::UnboundedSender;

#[derive(Clone, Copy)]
struct Register(u32);

impl Register {
    fn read(self) -> u32 {
        self.0
    }
}

#[repr(C, packed)]
struct Registers {
    kind: u8,
    value: Register,
}

const fn width() -> usize {
    4
}

#[checked_async]
async fn tell_all(senders: &[UnboundedSender<u32>]) -> Vec<bool> {
    join_all(senders.iter().map(|sender| async { sender.send(1).is_ok() })).await
}

#[checked_async]
fn tell<'a>(sender: &'a UnboundedSender<u32>) -> impl Future<Output = bool> + 'a {
    async { sender.send(1).is_ok() }
}

#[checked_async]
async fn packed(registers: Registers) -> u32 {
    tokio::task::yield_now().await;
    let block = [0u8; {
        let _ = width();
        4
    }];
    registers.value.read() + u32::from(registers.kind) + block.len() as u32
}

struct World {
    turn: u32,
}

impl World {
    fn block_on(&mut self, done: impl Fn(&World) -> bool) -> u32 {
        while !done(self) {
            self.turn += 1;
        }
        self.turn
    }
}

#[checked_async]
async fn simulate(mut world: World) -> u32 {
    world.block_on(|world| world.turn > 3)
}
