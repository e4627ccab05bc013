//! Methods and functions of one's own with these names, which return futures.

#![deny(warnings)]

use checked_async::checked_async;
use futures::future::BoxFuture;

struct User(u32);

#[derive(Default)]
struct Firewall {
    blocked: Vec<u32>,
}

impl Firewall {
    /// Blocks the user on this wall.
    async fn block_on(&mut self, user: User) -> usize {
        self.blocked.push(user.0);
        self.blocked.len()
    }

    fn blocking_write<'a>(&'a mut self, rules: &'a [u32]) -> BoxFuture<'a, ()> {
        Box::pin(async move { self.blocked.extend(rules) })
    }

    async fn blocking_read(&self) -> Vec<u32> {
        self.blocked.clone()
    }
}

mod executor {
    use super::User;

    pub async fn block_on(user: User) -> bool {
        user.0 > 3
    }
}

#[checked_async]
async fn guard(wall: &mut Firewall) -> usize {
    wall.blocking_write(&[1, 2]).await;
    if executor::block_on(User(4)).await {
        let both = [executor::block_on(User(5)), executor::block_on(User(6))];
        futures::future::join_all(both).await;
    }
    tokio::select! {
        count = wall.block_on(User(7)) => count,
        _ = tokio::task::yield_now() => 0,
    }
}

#[checked_async]
async fn list(walls: &[Firewall]) -> Vec<u32> {
    let rules = walls.iter().map(|wall| wall.blocking_read());
    let rules = futures::future::join_all(rules).await;
    let later = walls[0].blocking_read();
    [rules.concat(), later.await].concat()
}
