//! Tasks that hold a permit.

#![deny(warnings)]

use checked_async::checked_async;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

async fn serve(stream: TcpStream, _permit: OwnedSemaphorePermit) {
    println!("{:?}", stream.peer_addr());
}

#[checked_async(warn(unbounded_spawn))]
async fn acquired_first(listener: TcpListener, limit: Arc<Semaphore>) -> std::io::Result<()> {
    loop {
        let Ok(permit) = limit.clone().acquire_owned().await else { return Ok(()) };
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, permit));
    }
}

#[checked_async(warn(unbounded_spawn))]
async fn acquired_if_free(listener: TcpListener, limit: Arc<Semaphore>) {
    while let Ok((stream, _)) = listener.accept().await {
        if let Ok(permit) = limit.clone().try_acquire_owned() {
            tokio::spawn(serve(stream, permit));
        }
    }
}
