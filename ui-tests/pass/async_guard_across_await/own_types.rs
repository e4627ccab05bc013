//! Values that are no guards, whatever the method is called that made them.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::sync::Semaphore;

struct Room;
struct Key(u32);

impl Room {
    async fn lock(&self) -> Key {
        Key(1)
    }
    async fn read(&self) -> std::io::Result<Vec<u8>> {
        Ok(Vec::new())
    }
    async fn write(&self) -> usize {
        1
    }
}

async fn enter(n: u32) -> u32 {
    n
}

#[checked_async(warn(async_guard_across_await))]
async fn own(room: &Room) -> u32 {
    let key = room.lock().await;
    let bytes = room.read().await;
    let written = room.write().await;
    enter(key.0).await + enter(bytes.map_or(0, |bytes| bytes.len() as u32)).await + written as u32
}

#[checked_async(warn(async_guard_across_await))]
async fn permit(semaphore: &Semaphore) -> u32 {
    let _permit = semaphore.acquire().await;
    enter(1).await
}
