//! What is awaited is done with the guarded value: this is what the lock is for.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::sync::{Mutex, RwLock};

struct Connection {
    stream: BufReader<TcpStream>,
}

impl Connection {
    async fn query(&mut self, text: &str) -> std::io::Result<u8> {
        self.stream.write_all(text.as_bytes()).await?;
        self.stream.read_u8().await
    }
}

#[checked_async(warn(async_guard_across_await))]
async fn method(connection: &Mutex<Connection>) -> std::io::Result<u8> {
    let mut connection = connection.lock().await;
    connection.query("begin").await?;
    connection.query("commit").await
}

#[checked_async(warn(async_guard_across_await))]
async fn field(connection: &RwLock<Connection>) -> std::io::Result<u8> {
    let mut connection = connection.write().await;
    connection.stream.flush().await?;
    connection.stream.get_mut().read_u8().await
}

async fn ping(connection: &mut Connection) -> std::io::Result<u8> {
    connection.query("ping").await
}

#[checked_async(warn(async_guard_across_await))]
async fn argument(connection: &Mutex<Connection>) -> std::io::Result<u8> {
    let mut connection = connection.lock().await;
    ping(&mut connection).await?;
    let answer = ping(&mut *connection).await;
    answer
}
