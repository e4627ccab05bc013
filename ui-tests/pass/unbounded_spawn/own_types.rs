//! Methods of one's own that are called `spawn`, and one that is never repeated.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::sync::mpsc::Receiver;

#[derive(Default)]
struct World {
    creatures: Vec<u32>,
}

impl World {
    fn spawn(&mut self, creature: u32) -> usize {
        self.creatures.push(creature);
        self.creatures.len()
    }
}

fn spawn(creature: u32) -> u32 {
    creature
}

#[checked_async(warn(unbounded_spawn))]
async fn creatures(mut world: World, mut eggs: Receiver<u32>) {
    while let Some(egg) = eggs.recv().await {
        world.spawn(spawn(egg));
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn first_only(mut eggs: Receiver<u32>) {
    loop {
        if let Some(egg) = eggs.recv().await {
            tokio::spawn(async move { println!("{egg}") });
            break;
        }
    }
}
