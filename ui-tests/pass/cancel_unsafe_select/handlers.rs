//! Reads and writes in handlers, which run to their end, and in tasks of their own.

#![deny(warnings)]

use checked_async::checked_async;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, Sender, channel};

#[checked_async]
async fn handlers(mut stream: TcpStream, mut orders: Receiver<Vec<u8>>, sink: Sender<u32>) -> std::io::Result<()> {
    loop {
        tokio::select! {
            Some(order) = orders.recv() => {
                stream.write_all(&order).await?;
                let n = stream.read_u32().await?;
                let _ = sink.send(n).await;
            }
            ready = stream.readable() => println!("{ready:?}"),
        }
    }
}

#[checked_async]
async fn reader_task(mut stream: TcpStream, mut orders: Receiver<u32>) {
    let (sink, mut numbers) = channel(8);
    let reader = tokio::spawn(async move {
        while let Ok(n) = stream.read_u32().await {
            if sink.send(n).await.is_err() {
                break;
            }
        }
    });
    loop {
        tokio::select! {
            n = numbers.recv() => println!("{n:?}"),
            Some(order) = orders.recv() => println!("{order}"),
            else => break,
        }
    }
    drop(reader);
}

#[checked_async]
async fn joined(mut stream: TcpStream, mut other: TcpStream) {
    for _ in 0..3 {
        let (read, written) = tokio::join!(stream.read_u32(), other.write_all(b"ping"));
        println!("{read:?} {written:?}");
    }
}
