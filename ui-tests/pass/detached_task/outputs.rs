//! Tasks whose output says nothing that could be lost.

#![deny(warnings)]

use checked_async::checked_async;
use std::io;
use tokio::net::{TcpListener, TcpStream};

async fn beat(every: std::time::Duration) {
    let mut ticks = tokio::time::interval(every);
    for _ in 0..3 {
        ticks.tick().await;
    }
}

async fn count() -> usize {
    3
}

async fn find(key: u32) -> Option<u32> {
    key.checked_mul(2)
}

async fn forever() -> std::convert::Infallible {
    std::future::pending().await
}

async fn talk(stream: TcpStream) -> io::Result<()> {
    stream.readable().await
}

#[checked_async]
async fn fire_and_forget() {
    tokio::spawn(beat(std::time::Duration::from_secs(1)));
    tokio::spawn(count());
    let _ = tokio::spawn(find(1));
    let _forever = tokio::spawn(forever());
    smol::spawn(count()).detach();
    async_std::task::spawn(find(2));
    tokio::task::spawn_blocking(|| println!("flushed"));
}

#[checked_async]
async fn errors_are_seen_inside(listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, peer) = listener.accept().await?;
        tokio::spawn(async move {
            if let Err(error) = talk(stream).await {
                eprintln!("{peer}: {error}");
            }
        });
        tokio::spawn(async move { count().await.checked_add(1).ok_or(()).unwrap_or_default() });
    }
}
