//! Guards of async locks, which are made to be held across an `.await`.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::Arc;
use tokio::sync::{Mutex, OwnedMutexGuard, RwLock, Semaphore};

struct Connection {
    log: Vec<String>,
}

impl Connection {
    async fn execute(&mut self, query: &str) -> usize {
        self.log.push(query.into());
        self.log.len()
    }
}

#[checked_async]
async fn tokio_mutex(connection: &Mutex<Connection>) -> usize {
    let mut connection = connection.lock().await;
    connection.execute("begin").await;
    connection.execute("commit").await
}

#[checked_async]
async fn owned(connection: Arc<Mutex<Connection>>) -> usize {
    let mut guard: OwnedMutexGuard<Connection> = connection.lock_owned().await;
    guard.execute("select").await
}

#[checked_async]
async fn tried(connection: &Mutex<Connection>) {
    if let Ok(mut connection) = connection.try_lock() {
        connection.execute("try").await;
    }
}

#[checked_async]
async fn shared(connections: &RwLock<Vec<Mutex<Connection>>>) {
    for connection in connections.read().await.iter() {
        connection.lock().await.execute("ping").await;
    }
    let mut all = connections.write().await;
    all[0].get_mut().execute("close").await;
}

#[checked_async]
async fn permits(semaphore: &Semaphore, connection: &futures::lock::Mutex<Connection>) {
    let _permit = semaphore.acquire().await.unwrap();
    connection.lock().await.execute("limited").await;
}

#[checked_async]
async fn smol_lock(connection: &smol::lock::Mutex<Connection>) {
    let mut connection = connection.lock().await;
    connection.execute("smol").await;
}
