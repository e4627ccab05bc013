//! Types of one's own that are called like the locks and guards of std, and methods called like theirs.

#![deny(warnings)]

use checked_async::checked_async;

#[derive(Default)]
struct Mutex<T> {
    value: T,
}

struct MutexGuard<'a, T>(&'a T);

impl<T> Mutex<T> {
    fn lock(&self) -> Result<MutexGuard<'_, T>, ()> {
        Ok(MutexGuard(&self.value))
    }
}

struct Door;
struct Key(u32);

impl Door {
    fn lock(&self) -> Option<Key> {
        Some(Key(1))
    }
    fn enter(&self) -> Key {
        Key(2)
    }
    fn read(&self) -> Key {
        Key(3)
    }
    fn borrow_mut(&mut self) -> Key {
        Key(4)
    }
    fn write(&mut self) -> std::io::Result<Key> {
        Ok(Key(5))
    }
}

async fn turn(key: &Key) -> u32 {
    key.0
}

#[checked_async]
async fn own_mutex(mutex: &Mutex<u32>) -> u32 {
    let guard = mutex.lock().unwrap();
    turn(&Key(*guard.0)).await
}

#[checked_async]
async fn doors(mut door: Door) -> u32 {
    let entered = door.enter();
    let read = door.read();
    let borrowed = door.borrow_mut();
    let Ok(written) = door.write() else { return 0 };
    if let Some(key) = door.lock() {
        turn(&key).await;
    }
    while let Some(key) = door.lock().filter(|key| key.0 > 1) {
        turn(&key).await;
    }
    turn(&entered).await + turn(&read).await + turn(&borrowed).await + turn(&written).await
}
